/**
 * Sets owner, attributes, mode and times of a restored entry, in the order in which none undoes another; of an entry
 * that stayed, only what differs.
 */
import fs from 'node:fs'
import { Column, FileType, fileTypeOf } from '../../contracts/index.ts'
import { systemCode } from '../../kernel/backup-error.ts'
import type { SystemCalls } from '../../kernel/system-calls.ts'
import { type DirectoryPage, ExtraType } from '../snapshot/index.ts'
import { type EntryStatus, statusOf, statusOfOpen } from './entry-status.ts'
import { hasNoTime } from './existing-entry.ts'
import { changeMode, openEntry, whyRefused } from './target-access.ts'

const SET_USER = 0o4000
const SET_GROUP = 0o2000
/** Rights that a file gives to whoever runs it: bound to its owner as the set-user bit is. */
const CAPABILITY = 'security.capability'
/** What somebody may have added; labels of the system's own are left alone. */
const REMOVABLE = /^(user\.|trusted\.|system\.posix_acl_|security\.capability$)/
/** Why something was not set: it would give its rights to another owner. */
const OWNER_LOST = 'OWNER_LOST'

export interface MetadataOptions {
  readonly calls: SystemCalls
  /** The tree came as streams: what its source did not know is 0, and says nothing. */
  readonly isStreamed: boolean
  readonly onIssue: (path: string, what: string) => void
}

export interface RestoredEntry {
  readonly page: DirectoryPage
  readonly entry: number
  /** In the snapshot, one character a byte. */
  readonly path: string
}

/** An open file or directory, or an entry that can only be named. */
export type EntryPlace = { readonly descriptor: number } | NamedPlace
export interface NamedPlace {
  readonly directory: number
  readonly name: string
}

interface Wanted {
  readonly uid: number
  readonly gid: number
  /** Without the type. */
  readonly mode: number
  /** What is not known is left to whoever restores. */
  readonly knows: { readonly owner: boolean; readonly mode: boolean; readonly time: boolean }
  readonly isLink: boolean
  readonly attributes: ReadonlyArray<{ readonly name: string; readonly value: Uint8Array }>
  /** All that the source had is known: what is more may go. */
  readonly isComplete: boolean
}

/**
 * For an entry that this run made. `mayInherit`: its folder hands access lists down, which are then taken away. Never
 * throws for what a file system does not support: that is reported through `onIssue`.
 */
export function applyMetadata(
  restored: RestoredEntry,
  place: EntryPlace,
  options: MetadataOptions & { readonly mayInherit?: boolean },
): void {
  const wanted = wantedOf(restored, options)
  const setter = new MetadataSetter(restored, place, options)
  if (wanted.knows.owner) setter.owner(wanted)
  setter.attributes(wanted, options.mayInherit === true)
  if (wanted.knows.mode) setter.mode(wanted)
  if (wanted.knows.time) setter.time()
}

/** True when owner, mode or attributes of an entry that stays are not the snapshot's. */
export function differsInMetadata(
  restored: RestoredEntry,
  place: EntryPlace,
  { status, calls, isStreamed }: Pick<MetadataOptions, 'calls' | 'isStreamed'> & { readonly status: EntryStatus },
): boolean {
  const wanted = wantedOf(restored, { isStreamed })
  if (!isOwnerRight(wanted, status)) return true
  if (!wanted.isLink && !isModeRight(wanted, status)) return true
  const names = namesOfAttributes(place, calls)
  if (wanted.attributes.some(({ name, value }) => !names.includes(name) || !hasValue(place, { name, value }, calls)))
    return true
  return wanted.isComplete && names.some((name) => isSurplus(name, wanted))
}

/** Brings an entry that stayed to what the snapshot says; what agrees is not touched. */
export function correctMetadata(restored: RestoredEntry, place: NamedPlace, options: MetadataOptions): void {
  const { calls, onIssue } = options
  const type = fileTypeOf(restored.page.columns.mode(restored.entry))
  if (type !== FileType.FILE && type !== FileType.DIRECTORY) return correctPlace(restored, place, options)
  try {
    const descriptor = openEntry(calls, place, { isDirectory: type === FileType.DIRECTORY })
    try {
      correctPlace(restored, { descriptor }, options)
    } finally {
      fs.closeSync(descriptor)
    }
  } catch (error) {
    onIssue(restored.path, `metadata: ${systemCode(whyRefused(error, calls, place)) ?? String(error)}`)
  }
}

/** Of an entry that is open, or can only be named. */
export function correctPlace(restored: RestoredEntry, place: EntryPlace, options: MetadataOptions): void {
  const wanted = wantedOf(restored, options)
  const setter = new MetadataSetter(restored, place, options)
  const before = setter.status()
  if (before.isUnchangeable) return tellUnchangeable(restored, place, { status: before, ...options })
  if (!isOwnerRight(wanted, before)) setter.owner(wanted)
  setter.attributes(wanted, true)
  if (!isModeRight(wanted, setter.status()) || setter.losesBits(wanted)) setter.mode(wanted)
  if (wanted.knows.time && !isTimeRight(restored, setter.status())) setter.time()
}

/** An immutable entry is told once, and only where it is not right already. */
export function tellUnchangeable(
  restored: RestoredEntry,
  place: EntryPlace,
  { status, calls, isStreamed, onIssue }: MetadataOptions & { readonly status: EntryStatus },
): void {
  const isLate = wantedOf(restored, { isStreamed }).knows.time && !isTimeRight(restored, status)
  if (isLate || differsInMetadata(restored, place, { status, calls, isStreamed }))
    onIssue(restored.path, 'metadata: IMMUTABLE')
}

function isTimeRight({ page, entry }: RestoredEntry, { mtimeSeconds, mtimeNanoseconds }: EntryStatus): boolean {
  return mtimeSeconds === page.columns.mtimeSeconds(entry) && mtimeNanoseconds === page.columns.mtimeNanoseconds(entry)
}

function isOwnerRight({ uid, gid, knows }: Wanted, status: EntryStatus): boolean {
  return !knows.owner || (status.uid === uid && status.gid === gid)
}

function isModeRight({ mode, knows }: Wanted, status: EntryStatus): boolean {
  return !knows.mode || (status.mode & 0o7777) === mode
}

/** What a restore as this user could not keep of the owner; said by a dry run. */
export function foreseeOwner(restored: RestoredEntry, { isStreamed, onIssue }: MetadataOptions): void {
  const { uid, gid, mode, isLink, knows } = wantedOf(restored, { isStreamed })
  if (process.geteuid?.() === 0 || !knows.owner) return
  const keeps = { user: uid === process.geteuid?.(), group: gid === process.getegid?.() || isMyGroup(gid) }
  if (keeps.user && keeps.group) return
  onIssue(restored.path, 'owner: EPERM')
  if (!isLink && lostBits(mode, keeps) !== 0) onIssue(restored.path, `setuid and setgid: ${OWNER_LOST}`)
}

function isMyGroup(gid: number): boolean {
  return process.getgroups?.().includes(gid) ?? false
}

function lostBits(mode: number, keeps: { readonly user: boolean; readonly group: boolean }): number {
  return mode & ((keeps.user ? 0 : SET_USER) | (keeps.group ? 0 : SET_GROUP))
}

class MetadataSetter {
  readonly #restored: RestoredEntry
  readonly #place: EntryPlace
  readonly #calls: SystemCalls
  readonly #onIssue: MetadataOptions['onIssue']
  /** False once the entry belongs to somebody else than the snapshot says. */
  #keeps = { user: true, group: true }

  constructor(restored: RestoredEntry, place: EntryPlace, { calls, onIssue }: MetadataOptions) {
    this.#restored = restored
    this.#place = place
    this.#calls = calls
    this.#onIssue = onIssue
  }

  owner(wanted: Wanted): void {
    // Root sets it without looking; for all others it is mostly right already.
    if (process.geteuid?.() !== 0 && this.#keepsOwner(wanted)) return
    try {
      setOwner(this.#place, wanted, this.#calls)
    } catch (error) {
      this.#ownerLost(wanted, error)
    }
  }

  /** The group alone can often be set: its bits and rights mean something still. */
  #ownerLost(wanted: Wanted, error: unknown): void {
    const { uid } = this.status()
    try {
      setOwner(this.#place, { uid, gid: wanted.gid }, this.#calls)
    } catch {
      // What is lost is looked up below.
    }
    const now = this.status()
    this.#keeps = { user: now.uid === wanted.uid, group: now.gid === wanted.gid }
    this.#tell('owner', error)
  }

  #keepsOwner({ uid, gid }: Wanted): boolean {
    const now = this.status()
    return now.uid === uid && now.gid === gid
  }

  attributes(wanted: Wanted, mayHaveMore: boolean): void {
    const present = mayHaveMore ? namesOfAttributes(this.#place, this.#calls) : []
    if (wanted.isComplete)
      for (const name of present.filter((each) => isSurplus(each, wanted)))
        this.#attempt(`attribute ${name}`, () => removeAttribute(this.#place, name, this.#calls))
    for (const attribute of wanted.attributes) {
      if (attribute.name === CAPABILITY && !this.#keeps.user)
        this.#onIssue(this.#restored.path, `attribute ${CAPABILITY}: ${OWNER_LOST}`)
      else if (!present.includes(attribute.name) || !hasValue(this.#place, attribute, this.#calls))
        this.#attempt(`attribute ${attribute.name}`, () => setAttribute(this.#place, attribute, this.#calls))
    }
  }

  /** True when a right that the mode gives would be another owner's. */
  losesBits({ mode }: Wanted): boolean {
    return lostBits(mode, this.#keeps) !== 0
  }

  mode({ mode, isLink }: Wanted): void {
    if (isLink) return
    const lost = lostBits(mode, this.#keeps)
    this.#attempt('mode', () => setMode(this.#place, mode & ~lost, this.#calls))
    const dropped = (mode & (SET_USER | SET_GROUP)) === 0 ? 0 : mode & (SET_USER | SET_GROUP) & ~this.status().mode
    if (dropped !== 0) this.#onIssue(this.#restored.path, `setuid and setgid: ${OWNER_LOST}`)
  }

  time(): void {
    const { page, entry } = this.#restored
    const mtime = { seconds: page.columns.mtimeSeconds(entry), nanoseconds: page.columns.mtimeNanoseconds(entry) }
    const place = this.#place
    this.#attempt('time', () =>
      'descriptor' in place
        ? this.#calls.futimens(place.descriptor, mtime)
        : this.#calls.utimensat(place.directory, place.name, mtime),
    )
  }

  status(): EntryStatus {
    const place = this.#place
    if ('descriptor' in place) return statusOfOpen(this.#calls, place.descriptor)
    const status = statusOf(this.#calls, place.directory, place.name)
    if (!status) throw Object.assign(new Error('The entry is gone.'), { code: 'ENOENT' })
    return status
  }

  #attempt(what: string, run: () => void): void {
    try {
      run()
    } catch (error) {
      this.#tell(what, error)
    }
  }

  #tell(what: string, error: unknown): void {
    const code = systemCode(error)
    const isHeld = code === 'EPERM' && this.status().isUnchangeable
    this.#onIssue(this.#restored.path, `${what}: ${isHeld ? 'IMMUTABLE' : (code ?? String(error))}`)
  }
}

function wantedOf({ page, entry }: RestoredEntry, { isStreamed }: Pick<MetadataOptions, 'isStreamed'>): Wanted {
  const { columns } = page
  const mode = columns.mode(entry)
  const isPlain = !isStreamed
  return {
    uid: columns.values[Column.UID]![entry]!,
    gid: columns.values[Column.GID]![entry]!,
    // Whose rights setuid and setgid would give is nobody's then.
    mode: mode & (isStreamed ? 0o777 : 0o7777),
    knows: {
      owner: isPlain,
      mode: isPlain || (mode & 0o777) !== 0,
      time: isPlain || !hasNoTime(page, entry),
    },
    isLink: fileTypeOf(mode) === FileType.LINK,
    attributes: attributesOf(page, entry),
    isComplete: isPlain && (page.extras.length === 0 || page.extra(entry, ExtraType.NOT_KEPT) === undefined),
  }
}

/** The extended attributes of an entry, in the order of their names; names are one character a byte. */
export function attributesOf(page: DirectoryPage, entry: number): Array<{ name: string; value: Uint8Array }> {
  if (page.extras.length === 0) return []
  return page
    .extrasOf(entry)
    .filter(({ type }) => type === ExtraType.ATTRIBUTE)
    .map(({ bytes }) => {
      const length = bytes[0] ?? 0
      return {
        name: Buffer.from(bytes.subarray(1, 1 + length)).toString('latin1'),
        value: Buffer.from(bytes.subarray(1 + length)),
      }
    })
}

function isSurplus(name: string, { attributes }: Wanted): boolean {
  return REMOVABLE.test(name) && !attributes.some((wanted) => wanted.name === name)
}

function namesOfAttributes(place: EntryPlace, calls: SystemCalls): string[] {
  try {
    return 'descriptor' in place ? calls.flistxattr(place.descriptor) : calls.llistxattr(place.directory, place.name)
  } catch {
    return []
  }
}

function hasValue(
  place: EntryPlace,
  { name, value }: { name: string; value: Uint8Array },
  calls: SystemCalls,
): boolean {
  try {
    const found =
      'descriptor' in place
        ? calls.fgetxattr(place.descriptor, name)
        : calls.lgetxattr(place.directory, place.name, name)
    return Buffer.compare(found, value) === 0
  } catch {
    return false
  }
}

function setOwner(place: EntryPlace, owner: { uid: number; gid: number }, calls: SystemCalls): void {
  if ('descriptor' in place) fs.fchownSync(place.descriptor, owner.uid, owner.gid)
  else calls.lchownat(place.directory, place.name, owner)
}

function setAttribute(place: EntryPlace, attribute: { name: string; value: Uint8Array }, calls: SystemCalls): void {
  if ('descriptor' in place) calls.fsetxattr(place.descriptor, attribute.name, attribute.value)
  else calls.lsetxattr(place.directory, place.name, attribute)
}

function removeAttribute(place: EntryPlace, name: string, calls: SystemCalls): void {
  if ('descriptor' in place) calls.fremovexattr(place.descriptor, name)
  else calls.lremovexattr(place.directory, place.name, name)
}

function setMode(place: EntryPlace, mode: number, calls: SystemCalls): void {
  if ('descriptor' in place) fs.fchmodSync(place.descriptor, mode)
  else changeMode(calls, place, mode)
}

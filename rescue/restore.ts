/**
 * Restores into an empty folder, with contents, modes, times, links and holes; owners when root. Not restored:
 * attributes, ACLs, devices. What is left out is counted and told.
 */
import fs from 'node:fs'
import { RescueError } from './bytes.ts'
import { chunksOf, type Entry, entriesOf, isHole, isUnreached, TYPE } from './directories.ts'
import { LeftOut } from './left-out.ts'
import type { Snapshot } from './runs.ts'
import type { Store } from './store.ts'
import { words } from './words.ts'

const SET_USER = 0o4000
const SET_GROUP = 0o2000
/** Of Linux's `system.posix_acl_access`: a version, then entries of tag, rights and id. */
const ACL_HEADER_BYTES = 4
const ACL_ENTRY_BYTES = 8
const ACL_OWNING_GROUP = 4

export interface RestoreCounts {
  files: number
  bytes: number
  readonly failed: string[]
  readonly leftOut: LeftOut
}

export function restoreTree(
  store: Store,
  tree: Buffer,
  { target, isPartial }: { readonly target: string; readonly isPartial: boolean },
): RestoreCounts {
  if (fs.existsSync(target) && fs.readdirSync(target).length > 0)
    throw new RescueError(words(`${target} is not empty`, `${target} não está vazia`))
  fs.mkdirSync(target, { recursive: true, mode: 0o700 })
  const counts: RestoreCounts = { files: 0, bytes: 0, failed: [], leftOut: new LeftOut() }
  directory(store, tree, { at: Buffer.from(target), counts, linked: new Map(), isPartial })
  return counts
}

interface Place {
  readonly at: Buffer
  readonly counts: RestoreCounts
  readonly linked: Map<string, Buffer>
  /** Of a checkpoint: what was not reached is named. */
  readonly isPartial: boolean
}

function directory(store: Store, id: Buffer, place: Place): void {
  try {
    for (const entry of entriesOf(store, id)) {
      const at = Buffer.concat([place.at, Buffer.from('/'), Buffer.from(entry.name, 'latin1')])
      try {
        restoreEntry(store, entry, { ...place, at })
      } catch (error) {
        place.counts.failed.push(`${at.toString()}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  } catch (error) {
    place.counts.failed.push(`${place.at.toString()}/: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function restoreEntry(store: Store, entry: Entry, place: Place): void {
  const type = entry.mode & TYPE.MASK
  const isMissing = place.isPartial && isUnreached(entry)
  if (isMissing)
    place.counts.failed.push(
      `${place.at.toString()}: ${words('was not reached by the interrupted backup', 'não foi alcançado pelo backup interrompido')}`,
    )
  if (isMissing && type === TYPE.FILE) return
  if (type === TYPE.DIRECTORY) {
    fs.mkdirSync(place.at, { mode: 0o700 })
    if (entry.kind === 1) directory(store, entry.content, place)
  } else if (type === TYPE.LINK) {
    fs.symlinkSync(entry.linkTarget ?? Buffer.alloc(0), place.at)
    remark(entry, place)
    giveToOwner(entry, place)
    return fs.lutimesSync(place.at, entry.mtime, entry.mtime)
  } else if (type === TYPE.FILE) {
    if (restoreFile(store, entry, place)) return
  } else
    throw new RescueError(
      words('is a device, pipe or socket: left out', 'é um dispositivo, pipe ou socket: ficou de fora'),
    )
  remark(entry, place)
  giveToOwner(entry, place)
  const { uid, gid } = fs.lstatSync(place.at)
  // Set for one owner, these bits must not serve another.
  const lost = entry.mode & ((uid === entry.uid ? 0 : SET_USER) | (gid === entry.gid ? 0 : SET_GROUP))
  if (lost !== 0) place.counts.leftOut.setuid += 1
  fs.chmodSync(place.at, modeWithoutAcl(entry) & 0o7777 & ~lost)
  fs.utimesSync(place.at, entry.mtime, entry.mtime)
}

/**
 * The mode that the entry has without its ACL. With one, the bits of the group are the most that anybody named in it
 * may do: given to the group itself they would be more than it had.
 */
function modeWithoutAcl({ mode, attributes }: Entry): number {
  const acl = attributes.find(({ name }) => name === 'system.posix_acl_access')?.value ?? Buffer.alloc(0)
  for (let at = ACL_HEADER_BYTES; at + ACL_ENTRY_BYTES <= acl.length; at += ACL_ENTRY_BYTES)
    if (acl.readUInt16LE(at) === ACL_OWNING_GROUP) return mode & (~0o070 | (acl.readUInt16LE(at + 2) << 3))
  return mode
}

function remark({ attributes, isPoor, isChanging }: Entry, { counts: { leftOut } }: Place): void {
  if (attributes.length > 0) leftOut.attributes += 1
  if (attributes.some(({ name }) => name.startsWith('system.posix_acl_'))) leftOut.acls += 1
  if (isPoor) leftOut.neverKept += 1
  if (isChanging) leftOut.changing += 1
}

function giveToOwner({ uid, gid }: Entry, { at, counts: { leftOut } }: Place): void {
  const made = fs.lstatSync(at)
  if (made.uid === uid && made.gid === gid) return
  try {
    fs.lchownSync(at, uid, gid)
  } catch (error) {
    // Whoever is not root, and root itself on a disk or in a container that knows no such owner.
    if (!['EPERM', 'EINVAL', 'ENOTSUP', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    leftOut.owners += 1
  }
}

/** True when it was made as a hard link and needs nothing more. */
function restoreFile(store: Store, entry: Entry, { at, counts, linked }: Place): boolean {
  const first = entry.links > 1 ? linked.get(entry.identity) : undefined
  counts.files += 1
  if (first) {
    fs.linkSync(first, at)
    return true
  }
  const temporary = Buffer.concat([
    at.subarray(0, at.lastIndexOf('/') + 1),
    Buffer.from(`.rescue-${process.pid}-${counts.files}`),
  ])
  const descriptor = fs.openSync(temporary as unknown as string, 'wx', 0o600)
  try {
    counts.bytes += writeContent(store, entry, descriptor)
  } catch (error) {
    fs.rmSync(temporary)
    throw error
  } finally {
    fs.closeSync(descriptor)
  }
  fs.renameSync(temporary, at)
  if (entry.links > 1) linked.set(entry.identity, at)
  return false
}

function writeContent(store: Store, entry: Entry, descriptor: number): number {
  let at = 0
  for (const { id, bytes } of chunksOf(store, entry)) {
    if (!isHole(id)) {
      const blob = store.blob(id)
      if (blob.length !== bytes) throw new RescueError('a chunk has another length than its file says')
      for (let done = 0; done < blob.length; )
        done += fs.writeSync(descriptor, blob, done, blob.length - done, at + done)
    }
    at += bytes
  }
  if (at !== entry.bytes) throw new RescueError('its chunks do not add up to its size')
  fs.ftruncateSync(descriptor, entry.bytes)
  return at
}

/** A path of the tree, or one that begins with a name that a path was given by: section 11. */
export function resolvePath(store: Store, { tree, aliases = [] }: Snapshot['body'], text: string): Entry | undefined {
  const names = namesIn(Buffer.from(text).toString('latin1'))
  const root = Buffer.from(tree, 'hex')
  const others = aliases.flatMap(({ path, real }) => {
    const given = namesIn(bytesOf(path))
    return given.every((name, i) => names[i] === name)
      ? [[...namesIn(bytesOf(real)), ...names.slice(given.length)]]
      : []
  })
  for (const wanted of [names, ...others]) {
    const found = findEntry(store, root, wanted)
    if (found || wanted.length === 0) return found
  }
  throw new RescueError(words(`${text} is not in the snapshot`, `${text} não está no snapshot`))
}

function findEntry(store: Store, root: Buffer, names: readonly string[]): Entry | undefined {
  let found: Entry | undefined
  let id: Buffer | undefined = root
  for (const name of names) {
    found = id && [...entriesOf(store, id)].find((entry) => entry.name === name)
    if (!found) return undefined
    id = (found.mode & TYPE.MASK) === TYPE.DIRECTORY && found.kind === 1 ? found.content : undefined
  }
  return found
}

function namesIn(path: string): string[] {
  return path.split('/').filter((part) => part !== '')
}

function bytesOf(path: string | { hex: string }): string {
  return (typeof path === 'string' ? Buffer.from(path) : Buffer.from(path.hex, 'hex')).toString('latin1')
}

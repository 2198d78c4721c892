/** Sets owner, attributes, mode and times of a restored entry, in the order in which none undoes another. */
import fs from 'node:fs'
import { Column, FileType } from '../../contracts/index.ts'
import { systemCode } from '../../kernel/backup-error.ts'
import type { SystemCalls } from '../../kernel/system-calls.ts'
import { type DirectoryPage, ExtraType } from '../snapshot/index.ts'

export interface MetadataOptions {
  readonly calls: SystemCalls
  /** Only root may give files away. */
  readonly isRoot: boolean
  readonly onIssue: (path: string, what: string) => void
}

export interface RestoredEntry {
  readonly page: DirectoryPage
  readonly entry: number
  readonly path: string
}

/** An open file or directory, or an entry that can only be named. */
export type EntryPlace = { readonly descriptor: number } | { readonly directory: number; readonly name: string }

/** Never throws for what a file system does not support: that is reported through `onIssue`. */
export function applyMetadata(restored: RestoredEntry, place: EntryPlace, options: MetadataOptions): void {
  const { page, entry, path } = restored
  const { columns } = page
  const attempt = (what: string, run: () => void) => {
    try {
      run()
    } catch (error) {
      options.onIssue(path, `${what}: ${systemCode(error) ?? String(error)}`)
    }
  }
  const owner = { uid: columns.values[Column.UID]![entry]!, gid: columns.values[Column.GID]![entry]! }
  if (options.isRoot) attempt('owner', () => setOwner(place, owner, options.calls))
  for (const { name, value } of attributesOf(page, entry))
    attempt(`attribute ${name}`, () => setAttribute(place, { name, value }, options.calls))
  const mode = columns.mode(entry)
  if ((mode & 0o170000) !== FileType.LINK) attempt('mode', () => setMode(place, mode & 0o7777, options.calls))
  const mtime = { seconds: columns.mtimeSeconds(entry), nanoseconds: columns.mtimeNanoseconds(entry) }
  attempt('time', () =>
    'descriptor' in place
      ? options.calls.futimens(place.descriptor, mtime)
      : options.calls.utimensat(place.directory, place.name, mtime),
  )
}

function attributesOf(page: DirectoryPage, entry: number): Array<{ name: string; value: Uint8Array }> {
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

function setOwner(place: EntryPlace, owner: { uid: number; gid: number }, calls: SystemCalls): void {
  if ('descriptor' in place) fs.fchownSync(place.descriptor, owner.uid, owner.gid)
  else calls.lchownat(place.directory, place.name, owner)
}

function setAttribute(place: EntryPlace, attribute: { name: string; value: Uint8Array }, calls: SystemCalls): void {
  if ('descriptor' in place) calls.fsetxattr(place.descriptor, attribute.name, attribute.value)
  else calls.lsetxattr(place.directory, place.name, attribute)
}

function setMode(place: EntryPlace, mode: number, calls: SystemCalls): void {
  if ('descriptor' in place) fs.fchmodSync(place.descriptor, mode)
  else calls.fchmodat(place.directory, place.name, mode)
}

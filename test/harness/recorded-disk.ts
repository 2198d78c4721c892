/**
 * Records what a run asks of the file system below one folder, so that a power cut can be played: what was fsynced is
 * kept, what was not may be kept or not, in any order. It replaces functions of node:fs and node:fs/promises for as
 * long as it is in use.
 *
 * The model is the strictest that POSIX allows: a file's bytes are durable after fsync of the file, its name after
 * fsync of the folder it stands in.
 */
import fs from 'node:fs'
import fsPromises, { type FileHandle } from 'node:fs/promises'
import path from 'node:path'

export type DiskEvent =
  | { readonly kind: 'name'; readonly to: string; readonly from?: string; readonly isFolder: boolean }
  | { readonly kind: 'gone'; readonly name: string }
  | { readonly kind: 'sync-file'; readonly name: string; readonly content: Buffer }
  | { readonly kind: 'sync-folder'; readonly name: string }
  | { readonly kind: 'mark'; readonly text: string }

export class RecordedDisk implements Disposable {
  readonly events: DiskEvent[] = []
  readonly #root: string
  readonly #undo: Array<() => void> = []

  constructor(root: string) {
    this.#root = root
    this.#recordPromises()
    this.#recordSync()
  }

  mark(text: string): void {
    this.events.push({ kind: 'mark', text })
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undo) undo()
  }

  #at(file: unknown): string | undefined {
    const name = path.resolve(String(file))
    return name === this.#root || name.startsWith(`${this.#root}/`) ? path.relative(this.#root, name) : undefined
  }

  #replace<T extends object, K extends keyof T>(host: T, name: K, make: (original: T[K]) => T[K]): void {
    const original = host[name]
    host[name] = make(original)
    this.#undo.push(() => {
      host[name] = original
    })
  }

  #named(to: unknown, parts: { from?: unknown; isFolder: boolean }): void {
    const name = this.#at(to)
    const from = parts.from === undefined ? undefined : this.#at(parts.from)
    if (name !== undefined)
      this.events.push({ kind: 'name', to: name, isFolder: parts.isFolder, ...(from !== undefined && { from }) })
  }

  #gone(file: unknown): void {
    const name = this.#at(file)
    if (name !== undefined) this.events.push({ kind: 'gone', name })
  }

  #synced(name: string): void {
    const file = path.join(this.#root, name)
    if (fs.statSync(file).isDirectory()) this.events.push({ kind: 'sync-folder', name })
    else this.events.push({ kind: 'sync-file', name, content: fs.readFileSync(file) })
  }

  #recordPromises(): void {
    const { rename, link, unlink, rm, mkdir, open } = fsPromises
    this.#replace(fsPromises, 'rename', () => async (from, to) => {
      await rename(from, to)
      this.#named(to, { from, isFolder: false })
      this.#gone(from)
    })
    this.#replace(fsPromises, 'link', () => async (from, to) => {
      await link(from, to)
      this.#named(to, { from, isFolder: false })
    })
    this.#replace(fsPromises, 'unlink', () => async (file) => {
      await unlink(file)
      this.#gone(file)
    })
    this.#replace(fsPromises, 'rm', () => async (file, options) => {
      await rm(file, options)
      this.#gone(file)
    })
    this.#replace(
      fsPromises,
      'mkdir',
      () =>
        (async (folder: string, options: fs.MakeDirectoryOptions) => {
          const made = await mkdir(folder, options)
          this.#named(folder, { isFolder: true })
          return made
        }) as typeof mkdir,
    )
    this.#replace(
      fsPromises,
      'open',
      () => async (file, flags, mode) => this.#watched(await open(file, flags, mode), file),
    )
  }

  #watched(handle: FileHandle, file: unknown): FileHandle {
    const name = this.#at(file)
    if (name === undefined) return handle
    const sync = handle.sync.bind(handle)
    handle.sync = async () => {
      await sync()
      this.#synced(name)
    }
    return handle
  }

  #recordSync(): void {
    const { fsyncSync, fdatasyncSync, mkdirSync } = fs
    const synced = (descriptor: number) => {
      const name = this.#at(fs.readlinkSync(`/proc/self/fd/${descriptor}`))
      if (name !== undefined) this.#synced(name)
    }
    this.#replace(fs, 'fsyncSync', () => (descriptor) => {
      fsyncSync(descriptor)
      synced(descriptor)
    })
    this.#replace(fs, 'fdatasyncSync', () => (descriptor) => {
      fdatasyncSync(descriptor)
      synced(descriptor)
    })
    this.#replace(
      fs,
      'mkdirSync',
      () =>
        ((folder: string, options: fs.MakeDirectoryOptions) => {
          const made = mkdirSync(folder, options)
          this.#named(folder, { isFolder: true })
          return made
        }) as typeof mkdirSync,
    )
  }
}

/**
 * What a disk holds after a power cut behind event number `cut`: base contents, all that is durable, and of the rest
 * what `chance` lets through.
 */
export function afterPowerCut(
  events: readonly DiskEvent[],
  cut: number,
  chance: () => boolean,
): Map<string, Buffer | 'folder' | 'garbage'> {
  const past = events.slice(0, cut)
  const disk = new Map<string, Buffer | 'folder' | 'garbage'>()
  const contents = contentsByName(past)
  for (const [at, event] of past.entries()) {
    if (event.kind !== 'name' && event.kind !== 'gone') continue
    const name = event.kind === 'name' ? event.to : event.name
    const isDurable = past.slice(at + 1).some((later) => later.kind === 'sync-folder' && later.name === folderOf(name))
    if (!isDurable && !chance()) continue
    if (event.kind === 'gone') disk.delete(name)
    else disk.set(name, event.isFolder ? 'folder' : (contents.get(at) ?? 'garbage'))
  }
  return disk
}

const folderOf = (name: string): string => (path.dirname(name) === '.' ? '' : path.dirname(name))

/** The synced bytes that each naming event gives its name, if its file was ever synced. */
function contentsByName(events: readonly DiskEvent[]): Map<number, Buffer> {
  const synced = new Map<string, Buffer>()
  const found = new Map<number, Buffer>()
  for (const [at, event] of events.entries()) {
    if (event.kind === 'sync-file') synced.set(event.name, event.content)
    if (event.kind !== 'name' || event.from === undefined) continue
    const content = synced.get(event.from)
    if (content) found.set(at, content)
  }
  return found
}

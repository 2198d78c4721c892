/**
 * PGlite's file layer, watched: what the system refuses PostgreSQL is remembered by its code. PostgreSQL itself says no
 * more than that it stopped, and a limit of the process must never be told as damage.
 */
import fs from 'node:fs'
import type { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'

/** What of Emscripten's NODEFS is used. */
export interface HostNode {
  readonly name: string
  readonly parent: HostNode
}
export interface HostFileSystem {
  realPath(node: HostNode): string
  readonly stream_ops: { fsync?: (stream: { readonly nfd?: number; readonly node: HostNode }) => number }
  readonly node_ops: {
    mknod(parent: HostNode, name: string, mode: number, dev: number): HostNode
    rename(node: HostNode, folder: HostNode, name: string): void
  }
}
export interface HostModule {
  readonly NODEFS: HostFileSystem
  readonly FS: {
    readonly ErrnoError: new (code: number) => Error
    readonly streams: ReadonlyArray<{ readonly nfd?: number } | null | undefined>
  }
}

/** Of Emscripten's numbering, what says nothing of the files themselves; the first that was seen counts most. */
const REFUSALS: ReadonlyMap<unknown, string> = new Map([
  [33, 'EMFILE'],
  [41, 'ENFILE'],
  [48, 'ENOMEM'],
  [51, 'ENOSPC'],
  [19, 'EDQUOT'],
  [29, 'EIO'],
  [69, 'EROFS'],
  [2, 'EACCES'],
])

type Operations = Record<string, ((...given: unknown[]) => unknown) | undefined>

export class WatchedFiles extends NodeFS {
  readonly #refusals = new Set<string>()
  #module: HostModule | undefined

  /** The gravest of what was refused; undefined where nothing was. */
  get refusal(): string | undefined {
    return [...REFUSALS.values()].find((code) => this.#refusals.has(code))
  }

  override async init(database: PGlite, options: Parameters<NodeFS['init']>[1]): ReturnType<NodeFS['init']> {
    const made = await super.init(database, options)
    const hook = (module: unknown) => this.hook(module as HostModule)
    return { emscriptenOpts: { ...made.emscriptenOpts, preRun: [...(made.emscriptenOpts.preRun ?? []), hook] } }
  }

  /** Of a database that never came to be: its files are closed, else each try would take more of them. */
  closeAll(): void {
    closeStreams(this.#module)
  }

  protected hook(module: HostModule): void {
    this.#module = module
    for (const operations of [module.NODEFS.node_ops, module.NODEFS.stream_ops]) this.#watch(operations as Operations)
  }

  #watch(operations: Operations): void {
    for (const [name, operation] of Object.entries(operations))
      if (operation)
        operations[name] = (...given) => {
          try {
            return operation(...given)
          } catch (error) {
            const code = REFUSALS.get((error as { errno?: unknown } | null)?.errno)
            if (code !== undefined) this.#refusals.add(code)
            throw error
          }
        }
  }
}

/** The memory goes with the last reference. */
export function closeStreams(module: Pick<HostModule, 'FS'> | undefined): void {
  const streams = module?.FS.streams ?? []
  for (const descriptor of new Set(streams.flatMap((stream) => (stream?.nfd === undefined ? [] : [stream.nfd]))))
    fs.close(descriptor, () => {})
}

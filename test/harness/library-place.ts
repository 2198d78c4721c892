/**
 * What an application has before it calls the library: a folder with something in it, a key in the environment, a
 * configuration.
 */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { temporaryDirectory } from './temporary-directory.ts'

interface LocalConfig {
  readonly provider: 'LOCAL'
  readonly local: { readonly basePath: string }
  readonly home: string
}

export interface LibraryPlace<More = unknown> extends Disposable {
  readonly path: string
  readonly at: (name: string) => string
  /** One file. */
  readonly source: string
  readonly config: LocalConfig & More
}

/** `more`: members of the configuration besides where things lie. */
export function libraryPlace<More extends object>(more: More): LibraryPlace<More> {
  const folder = temporaryDirectory()
  const at = (name: string) => path.join(folder.path, name)
  useKey(newKey(at('key')))
  fs.mkdirSync(at('source'))
  fs.writeFileSync(at('source/a.txt'), 'a')
  return {
    path: folder.path,
    at,
    source: at('source'),
    config: { provider: 'LOCAL', local: { basePath: at('backups') }, home: at('home'), ...more },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}

/** Gives the file's name back. */
export function newKey(file: string): string {
  fs.writeFileSync(file, `base64:${randomBytes(32).toString('base64')}\n`, { mode: 0o600 })
  return file
}

export function useKey(file: string): void {
  process.env['BACKUP_ENCRYPTION_KEY'] = `file:${file}`
}

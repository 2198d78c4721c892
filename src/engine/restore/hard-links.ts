/** Names of one file: the first that is in its place, and the others made links to it. */
import fs from 'node:fs'
import { systemCode } from '../../kernel/backup-error.ts'
import type { SystemCalls } from '../../kernel/system-calls.ts'
import type { DirectoryPage } from '../snapshot/index.ts'
import { type EntryStatus, isSameFile, statusOf } from './entry-status.ts'
import { DIRECTORY_FLAGS, O_PATH } from './target-access.ts'
import type { TargetDirectory } from './target-directory.ts'

interface FirstName {
  /** Of the target, one character a byte. */
  readonly directory: string
  readonly name: string
  /** Undefined in a dry run where it would be made. */
  readonly status: EntryStatus | undefined
}

export class HardLinks {
  readonly #calls: SystemCalls
  readonly #root: TargetDirectory
  /** By device and inode of the source. */
  readonly #first = new Map<string, FirstName>()

  constructor(calls: SystemCalls, root: TargetDirectory) {
    this.#calls = calls
    this.#root = root
  }

  has(page: DirectoryPage, entry: number): boolean {
    return page.columns.links(entry) > 1 && this.#first.has(page.columns.identity(entry))
  }

  /** True when an entry of the target is the same file as the first name. */
  isFirst(page: DirectoryPage, entry: number, existing: EntryStatus | undefined): boolean {
    const first = this.#first.get(page.columns.identity(entry))?.status
    return first !== undefined && existing !== undefined && isSameFile(first, existing)
  }

  /** Notes a name that is in its place; the first one stays the first. `existing`: of a dry run. */
  note(page: DirectoryPage, entry: number, at: { target: TargetDirectory; existing?: EntryStatus | undefined }): void {
    if (page.columns.links(entry) < 2 || this.has(page, entry)) return
    const name = page.columns.names[entry]!
    const directory = at.target.isOpen ? at.target.descriptor() : undefined
    const status = at.existing ?? (directory === undefined ? undefined : statusOf(this.#calls, directory, name))
    this.#first.set(page.columns.identity(entry), { directory: at.target.path, name, status })
  }

  /** Links the first name under a new one. Gives what the system refuses it with, or undefined. */
  link(
    page: DirectoryPage,
    entry: number,
    to: { readonly directory: number; readonly name: string },
  ): string | undefined {
    const first = this.#first.get(page.columns.identity(entry))!
    try {
      const from = this.#openChain(first.directory)
      try {
        this.#calls.linkat({ directory: from, name: first.name }, to.directory, to.name)
      } finally {
        fs.closeSync(from)
      }
      return undefined
    } catch (error) {
      return systemCode(error) ?? String(error)
    }
  }

  /** Opens a directory of the target again, step by step without following links. */
  #openChain(directory: string): number {
    const flags = O_PATH | DIRECTORY_FLAGS
    let at = this.#calls.openat(this.#root.descriptor(), '.', flags)
    const rest = directory.slice(this.#root.path === '/' ? 0 : this.#root.path.length)
    for (const name of rest.split('/').filter((part) => part !== '')) {
      const next = this.#calls.openat(at, name, flags)
      fs.closeSync(at)
      at = next
    }
    return at
  }
}

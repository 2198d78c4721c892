/** What the first start in a HOME settled: a later one that names nothing means the same. */
import fs from 'node:fs'
import path from 'node:path'
import { makeDirectories } from '../../kernel/directories.ts'
import { replaceOwnedFile } from '../../kernel/owned-file.ts'

const FILE = 'settled.json'

export interface Settled {
  /** Absolute path of the system's repository. */
  readonly repository: string
}

export function settledFile(home: string): string {
  return path.join(home, FILE)
}

/** Undefined where nothing is settled. One that can't be read settles nothing: the database knows too. */
export function readSettled(home: string): Settled | undefined {
  try {
    const { repository } = JSON.parse(fs.readFileSync(settledFile(home), 'utf8')) as Partial<Settled>
    return typeof repository === 'string' && path.isAbsolute(repository) ? { repository } : undefined
  } catch {
    return undefined
  }
}

/** Throws what the system says. */
export function writeSettled(home: string, settled: Settled): void {
  if (readSettled(home)?.repository === settled.repository) return
  makeDirectories(home, { mode: 0o700, isOwnersOfParent: true })
  replaceOwnedFile(settledFile(home), `${JSON.stringify(settled)}\n`)
}

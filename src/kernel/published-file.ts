/** Files that somebody relies on later: whole under their name, or not there. */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { withPath } from './system-failure.ts'
import { syncFolder } from './written-through.ts'

/**
 * Writes aside, fsyncs, renames and fsyncs the folder. Takes the place of a file of that name; a link of that name is
 * replaced and not followed. Throws what the system says, and then leaves nothing behind.
 */
export function publishFile(file: string, content: string | Uint8Array, options: { readonly mode: number }): void {
  const folder = path.dirname(file)
  const aside = path.join(folder, `.${path.basename(file)}.${randomBytes(4).toString('hex')}`)
  try {
    fs.writeFileSync(aside, content, { mode: options.mode, flag: 'wx', flush: true })
    // Whatever the umask says: this is what was asked for.
    fs.chmodSync(aside, options.mode)
    fs.renameSync(aside, file)
  } catch (error) {
    fs.rmSync(aside, { force: true })
    throw withPath(error, file)
  }
  syncFolder(folder)
}

/** Folders and trees that are on the disk, not on their way to it, when the call ends. */
import fs from 'node:fs'
import path from 'node:path'
import { systemCode } from './backup-error.ts'

/** Some file systems can't sync a folder and say EINVAL; they have nothing to sync then. */
export function syncFolder(folder: string): void {
  const descriptor = fs.openSync(folder, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY)
  try {
    fs.fsyncSync(descriptor)
  } catch (error) {
    if (systemCode(error) !== 'EINVAL') throw error
  } finally {
    fs.closeSync(descriptor)
  }
}

/**
 * Writes a whole tree through, file by file, folders after what they hold. Many at once: a journal takes them together.
 */
export async function syncTree(folder: string): Promise<void> {
  const entries = await fs.promises.readdir(folder, { withFileTypes: true })
  await Promise.all(
    entries.map(async (entry) => {
      const file = path.join(folder, entry.name)
      if (entry.isDirectory()) await syncTree(file)
      else if (entry.isFile()) await syncFile(file)
    }),
  )
  syncFolder(folder)
}

async function syncFile(file: string): Promise<void> {
  const handle = await fs.promises.open(file, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * A backup in a process of its own: `node [--import broken-disk.ts] backup-child.ts BASE KEY SOURCE OPTIONS`. Prints
 * its result or its error as JSON.
 */
import path from 'node:path'
import type { BackupOptions } from '../../src/engine/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { backup, type TestRepository } from './repository.ts'

const [base, key, source, options] = process.argv.slice(2) as [string, string, string, string]
const made: TestRepository = {
  folder: path.join(base, 'repository'),
  stateFolder: path.join(base, 'state'),
  kek: { kind: 'raw', key: Buffer.from(key, 'hex') },
}
try {
  const { snapshot, document } = await backup(made, source, JSON.parse(options) as Partial<BackupOptions>)
  console.log(JSON.stringify({ snapshot, document }))
} catch (error) {
  console.log(
    JSON.stringify({ error: isBackupError(error) ? error.code : String(error), stack: (error as Error).stack }),
  )
}

/** What the program needs of the Node.js that runs it. */
import { BackupError } from './backup-error.ts'

const MAJOR = 22
const MINOR = 15

/** zstd is in node:zlib from 22.15 on. Throws NODE_TOO_OLD. */
export function requireNode(version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < MAJOR || (major === MAJOR && minor < MINOR))
    throw new BackupError('NODE_TOO_OLD', `Node.js ${version} is too old.`, { context: { version } })
}

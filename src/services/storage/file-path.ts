/** What may name a file of the application: names joined by slashes, never a way out. */
import { BackupError } from '../../kernel/backup-error.ts'

const PATH_BYTES_MAX = 1024

/** Throws CONFIG_INVALID saying why. */
export function checkFilePath(path: string): void {
  const why = whyNot(path)
  if (why !== undefined)
    throw new BackupError('CONFIG_INVALID', `The file path is not taken: ${why}.`, {
      context: { path: 'path', why, accepted: 'names joined by slashes, such as docs/report.pdf' },
    })
}

function whyNot(path: string): string | undefined {
  if (path === '') return 'it is empty'
  if (Buffer.byteLength(path) > PATH_BYTES_MAX) return `it is longer than ${PATH_BYTES_MAX} bytes`
  if (/[\x00-\x1f\x7f]/.test(path) || !path.isWellFormed()) return 'it has control characters'
  if (path.startsWith('/') || path.endsWith('/')) return 'it begins or ends with a slash'
  return path.split(/[/\\]/).some((step) => ['', '.', '..'].includes(step))
    ? 'it has an empty, "." or ".." step'
    : undefined
}

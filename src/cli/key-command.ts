/**
 * `--password-command`, BACKUP_ENCRYPTION_KEY_COMMAND: a program of the user's own that prints the key, such as that of
 * a password store. No shell reads the command, so that nothing in it surprises; what it prints is shown nowhere.
 */
import { execFile } from 'node:child_process'
import { firstKeyOf } from '../engine/index.ts'
import { BackupError, systemCode } from '../kernel/backup-error.ts'

const TIMEOUT_MS = 60_000
const OUTPUT_BYTES_MAX = 64 * 1024

export interface KeyCommand {
  readonly text: string
  /** What a refusal calls it. */
  readonly source: string
}

/**
 * The first line that the command prints. Throws KEY_REFUSED saying what went wrong: that it is not there, its exit
 * code, that it took too long, that it printed nothing.
 */
export async function keyFromCommand(
  { text, source }: KeyCommand,
  options: { env: Readonly<Record<string, string | undefined>>; signal: AbortSignal },
): Promise<string> {
  const [program, ...args] = wordsOf(text)
  if (program === undefined) throw refused(source, 'It names no program')
  const output = await new Promise<string>((resolve, reject) => {
    const child = execFile(
      program,
      args,
      {
        env: { ...options.env },
        timeout: TIMEOUT_MS,
        killSignal: 'SIGKILL',
        maxBuffer: OUTPUT_BYTES_MAX,
        signal: options.signal,
      },
      (error, stdout) => {
        if (error)
          reject(
            options.signal.aborted ? new BackupError('ABORTED', 'The operation was stopped.') : failure(source, error),
          )
        else resolve(stdout)
      },
    )
    child.stdin?.end()
  })
  const first = firstKeyOf(output)
  if (first.trim() === '') throw refused(source, 'The command printed nothing')
  return first
}

function failure(source: string, error: Error & { killed?: boolean; code?: unknown }): BackupError {
  const code = systemCode(error)
  if (error.killed === true) return refused(source, `The command did not end within ${TIMEOUT_MS / 1000} s`)
  if (code !== undefined && code !== 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
    return refused(source, `The command can not be run (${code})`)
  return refused(source, `The command failed with exit code ${String(error.code)}`)
}

function refused(source: string, why: string): BackupError {
  return new BackupError('KEY_REFUSED', `${source} is refused. ${why}.`, {
    context: {
      source,
      why,
      advice: 'Run the command by itself: it has to print the key on its first line and end with 0',
    },
  })
}

/** Words as a shell would part them: blanks part, quotes hold together, a backslash takes the next one as it is. */
export function wordsOf(text: string): string[] {
  const words: string[] = []
  for (const [word] of text.matchAll(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/gs))
    words.push(
      word.replace(
        /\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/gs,
        (_, escaped?: string, double?: string, single?: string) =>
          escaped ?? single ?? double!.replace(/\\(["\\$`])/g, '$1'),
      ),
    )
  return words
}

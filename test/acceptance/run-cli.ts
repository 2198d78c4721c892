/** Runs the built command line as a user does: a process of its own, an environment of its own. */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

export const CLI = path.resolve(import.meta.dirname, '../../dist/bin/neonpro-backup.js')

export interface Ran {
  readonly status: number
  readonly stdout: Buffer
  readonly stderr: string
  /** The last line of standard output, parsed; undefined when it is no JSON object. */
  readonly json: Record<string, unknown> | undefined
}

export interface RunOptions {
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Another Node than that of the tests. */
  readonly node?: string
  /** Another entry than the command line's. */
  readonly program?: string
  /** Runs as this user and group; only root can. */
  readonly uid?: number
  /** Called with the process id when standard error shows anything. */
  readonly onStderr?: (pid: number, text: string) => void
  /** The same of standard output. */
  readonly onStdout?: (pid: number, text: string) => void
}

export function runCli(args: readonly string[], options: RunOptions): Promise<Ran> {
  const env = { PATH: process.env['PATH'] ?? '', LANG: 'C', ...homeOf(options.env), ...options.env }
  const child = spawn(options.node ?? process.execPath, [options.program ?? CLI, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
  })
  const pieces: Buffer[] = []
  let stderr = ''
  child.stdout.on('data', (piece: Buffer) => {
    pieces.push(piece)
    if (child.pid !== undefined) options.onStdout?.(child.pid, Buffer.concat(pieces).toString('utf8'))
  })
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    stderr += piece
    if (child.pid !== undefined) options.onStderr?.(child.pid, stderr)
  })
  return new Promise((resolve) => {
    child.on('close', (status, signal) => {
      const stdout = Buffer.concat(pieces)
      resolve({
        status: status ?? (signal === null ? 1 : 128),
        stdout,
        stderr,
        json: lastObject(stdout.toString('utf8')),
      })
    })
  })
}

let ownHome: string | undefined

/**
 * As root, the fixed HOME would be the machine's own: the user's folder of the test takes its place, or one of this
 * process.
 */
function homeOf({ HOME }: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (HOME !== undefined) return { NEONPRO_BACKUP_HOME: path.join(HOME, '.local/state/neonpro-backup') }
  if (ownHome === undefined) {
    const made = fs.mkdtempSync(path.join(os.tmpdir(), 'neonpro-test-home-'))
    process.once('exit', () => fs.rmSync(made, { recursive: true, force: true }))
    ownHome = made
  }
  return { NEONPRO_BACKUP_HOME: ownHome }
}

function lastObject(text: string): Record<string, unknown> | undefined {
  const last = text.trim().split('\n').at(-1) ?? ''
  try {
    return last.startsWith('{') ? (JSON.parse(last) as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

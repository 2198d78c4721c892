/** The built program as a process that stays: started, listened to, asked to end. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { until } from '../harness/until.ts'
import { CLI } from './run-cli.ts'

export interface Staying extends AsyncDisposable {
  readonly child: ChildProcess
  /** Both outputs so far. */
  said(): string
  /** Asks it to end; gives its exit code. */
  stop(): Promise<number | null>
}

export interface Surroundings {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** What starts it: `faketime` and its arguments, say. */
  readonly under?: readonly string[]
}

export function stay(args: readonly string[], { cwd, env, under = [] }: Surroundings): Staying {
  const [program = process.execPath, ...words] = [...under, process.execPath, CLI, ...args]
  const child = spawn(program, words, {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', LANG: 'C', TZ: 'UTC', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
    })
  const isOver = () => child.exitCode !== null || child.signalCode !== null
  const end = async (signal: NodeJS.Signals) => {
    const gone = once(child, 'exit')
    if (!isOver() && child.kill(signal)) await gone
    return child.exitCode
  }
  return {
    child,
    said: () => text,
    stop: () => end('SIGTERM'),
    [Symbol.asyncDispose]: async () => void (await end('SIGKILL')),
  }
}

/** Waits until it has said that; fails with what it said where it ended before. */
export async function says(staying: Staying, wanted: RegExp): Promise<void> {
  await until(`${wanted} is said`, () => {
    if (wanted.test(staying.said())) return true
    assert.ok(
      staying.child.exitCode === null && staying.child.signalCode === null,
      `it ended with ${staying.child.exitCode}: ${staying.said()}`,
    )
    return false
  })
}

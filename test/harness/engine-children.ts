import fs from 'node:fs'
import path from 'node:path'
import { processes, statOf } from './processes.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { until } from './until.ts'

/** Processes of the engine that a process has started and that are still there. */
export function engineChildren(parent: number = process.pid): number[] {
  return processes().filter((pid) => {
    const stat = statOf(pid)
    return stat?.parent === parent && stat.state !== 'Z' && commandOf(pid).includes('engine-child')
  })
}

function commandOf(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    return ''
  }
}

/** Kills whoever of them is still there. */
export function killEngineChildren(parent: number = process.pid): void {
  for (const child of engineChildren(parent)) {
    try {
      process.kill(child, 'SIGKILL')
    } catch {
      // It ended by itself since it was seen.
    }
  }
}

/** Waits until the engine's process is there; at once when the work that would start it is over. */
export async function engineStarted(work: Promise<unknown>): Promise<void> {
  let isOver = false
  const ended = () => {
    isOver = true
  }
  void work.then(ended, ended)
  await until('the engine has started', () => isOver || engineChildren().length > 0)
}

export interface Pace extends Disposable {
  /** Those that are at work go on at full speed. */
  lift(): void
  /** For processes that are started with an environment of their own. */
  readonly env: Readonly<Record<string, string>>
}

/**
 * While it is in force, a process of the engine, or a command with `--progress json`, that is started, also by a child
 * of this one, rests half a second after each entry or word of progress: work half done can be looked at, stopped and
 * taken over however fast the machine is. A tree of n entries takes at least n / 2 seconds until the pace is lifted.
 * Nothing is left behind: a process that rests goes on by itself.
 */
export function pacedEngine(): Pace {
  const folder = temporaryDirectory()
  const gate = path.join(folder.path, 'paced')
  fs.writeFileSync(gate, '')
  const before = process.env['NODE_OPTIONS']
  const env = {
    NODE_OPTIONS: `${before ?? ''} --import=${new URL('paced-child.ts', import.meta.url).href}`.trim(),
    NEONPRO_TEST_PACE: gate,
  }
  Object.assign(process.env, env)
  return {
    env,
    lift: () => fs.rmSync(gate, { force: true }),
    [Symbol.dispose]: () => {
      if (before === undefined) delete process.env['NODE_OPTIONS']
      else process.env['NODE_OPTIONS'] = before
      delete process.env['NEONPRO_TEST_PACE']
      folder[Symbol.dispose]()
    },
  }
}

/** A store that fails at a chosen call. A planned fault that never fired fails the test: `assertFired`. */
import assert from 'node:assert/strict'
import { BackupError } from '../../src/kernel/backup-error.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import { publishingBy } from './store-with.ts'

/** `kill` ends this very process by SIGKILL, before the call, once it has begun or after it took effect. */
export type FaultMode = 'before' | 'after' | 'kill' | 'kill-during' | 'kill-after'

export interface FaultPlan {
  /** 1 is the first call. */
  readonly at: number
  readonly mode: FaultMode
}

const COUNTED = new Set(['put', 'get', 'head', 'delete', 'nowMs'])
const GENERATED = new Set(['list', 'stream'])

export class Crash extends Error {}

export interface FaultyStore {
  readonly store: ObjectStore
  calls(): number
  assertFired(): void
  /** True once the fault has fired: everything fails from then on, as for a process that is gone. */
  hasFired(): boolean
}

/** Counts the calls of `inner` and fails the planned one and all after it. */
export function faultyStore(inner: ObjectStore, plan?: FaultPlan): FaultyStore {
  let calls = 0
  let fired = false
  const act = async <T>(run: () => Promise<T>): Promise<T> => {
    calls += 1
    // A call beside the one that kills must not fail first: the process would end by its error, not by the signal.
    if (fired && (plan?.mode === 'kill-after' || plan?.mode === 'kill-during')) return new Promise<never>(() => {})
    if (fired) throw new Crash('gone')
    if (!plan || calls !== plan.at) return run()
    fired = true
    if (plan.mode === 'after' || plan.mode === 'kill-after') await run()
    if (plan.mode === 'kill-during') {
      run().catch(() => {})
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (plan.mode.startsWith('kill')) process.kill(process.pid, 'SIGKILL')
    throw new BackupError('STORAGE_FAILED', `planned fault at call ${calls}`)
  }
  const store = new Proxy(inner, {
    get(target, property: keyof ObjectStore) {
      const value = target[property] as unknown
      if (property === 'local') return publishingBy(target.local, act)
      if (typeof value !== 'function') return value
      const method = value as (...args: unknown[]) => unknown
      if (GENERATED.has(String(property))) {
        return async function* (...args: unknown[]) {
          await act(() => Promise.resolve())
          yield* method.apply(target, args) as AsyncIterable<unknown>
        }
      }
      if (!COUNTED.has(String(property))) return method.bind(target)
      return (...args: unknown[]) => act(() => method.apply(target, args) as Promise<unknown>)
    },
  })
  return {
    store,
    calls: () => calls,
    hasFired: () => fired,
    assertFired: () => assert.ok(fired || !plan, `the fault planned at call ${plan?.at} never fired`),
  }
}

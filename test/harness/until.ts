import { setTimeout as pause } from 'node:timers/promises'

/** No machine takes so long: something is wrong. */
const PATIENCE_MS = 120_000

/**
 * Waits for a condition, however slow the machine is; what never comes fails the test by name. Gives what the condition
 * gave.
 */
export async function until<T>(what: string, isSo: () => T | Promise<T>): Promise<NonNullable<T>> {
  const endMs = performance.now() + PATIENCE_MS
  for (;;) {
    const found = await isSo()
    if (found) return found
    if (performance.now() > endMs) throw new Error(`waited in vain: ${what}`)
    await pause(10)
  }
}

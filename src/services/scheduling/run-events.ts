/**
 * What this process does to runs and due times, told to whom waits in this process. Others find it out by asking the
 * database.
 */
import type { Catalog } from '../../catalog/index.ts'

export const RunEvent = {
  FINISHED: 'finished',
  CANCEL_REQUESTED: 'cancel-requested',
  DUE_TIMES_CHANGED: 'due-times-changed',
} as const
export type RunEvent = (typeof RunEvent)[keyof typeof RunEvent]

const targets = new WeakMap<Catalog, EventTarget>()

function targetOf(catalog: Catalog): EventTarget {
  const known = targets.get(catalog)
  if (known) return known
  const made = new EventTarget()
  targets.set(catalog, made)
  return made
}

/** After the commit. `subject` is a run's or a configuration's id. */
export function announce(catalog: Catalog, event: RunEvent, subject: string): void {
  targetOf(catalog).dispatchEvent(new CustomEvent(event, { detail: subject }))
}

/** Until `signal` is aborted. */
export function listen(
  catalog: Catalog,
  event: RunEvent,
  options: { readonly signal: AbortSignal; readonly heard: (subject: string) => void },
): void {
  targetOf(catalog).addEventListener(event, (told) => options.heard((told as CustomEvent<string>).detail), {
    signal: options.signal,
  })
}

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

type Heard = (subject: string) => void

/** Of any number: everybody who waits for a run listens. */
const listeners = new WeakMap<Catalog, Map<RunEvent, Set<Heard>>>()

function listenersTo(catalog: Catalog, event: RunEvent): Set<Heard> {
  const events = listeners.get(catalog) ?? new Map<RunEvent, Set<Heard>>()
  listeners.set(catalog, events)
  const those = events.get(event) ?? new Set()
  events.set(event, those)
  return those
}

/** After the commit. `subject` is a run's or a configuration's id. */
export function announce(catalog: Catalog, event: RunEvent, subject: string): void {
  for (const heard of [...listenersTo(catalog, event)]) heard(subject)
}

/** Until `signal` is aborted. `heard` does not throw. */
export function listen(
  catalog: Catalog,
  event: RunEvent,
  options: { readonly signal: AbortSignal; readonly heard: Heard },
): void {
  const { signal } = options
  if (signal.aborted) return
  const those = listenersTo(catalog, event)
  // A function of its own: one may listen twice.
  const heard: Heard = (subject) => options.heard(subject)
  those.add(heard)
  signal.addEventListener('abort', () => those.delete(heard), { once: true })
}

/** What operators decided about snapshots: docs/format/v1.md section 13. */

/** The body of a record whose signature is the maintenance key's. */
export interface RecordBody {
  readonly record?: string
  readonly subject?: string
  readonly generation?: number
  readonly value?: Readonly<Record<string, unknown>> | null
}

interface Stored {
  readonly name: string
  readonly body: { readonly source: string }
}

interface Forgotten {
  /** Sequences by name. */
  readonly sequences: ReadonlyMap<string, number>
  /** Of those the ones whose objects a finished forget says are gone, and whose return nobody accepted. */
  readonly removed: ReadonlySet<string>
}

/**
 * Every `forget` counts, but for a snapshot whose object is there and that is under a pin or hold in force.
 * `records` by the name of their objects.
 */
export function forgottenOf(records: ReadonlyMap<string, RecordBody>, stored: readonly Stored[]): Forgotten {
  const inForce = newestOf(records).filter(({ value }) => value !== null && value !== undefined)
  const kept = new Set(stored.filter((each) => isProtected(each, inForce, Date.now())).map(({ name }) => name))
  const sequences = new Map<string, number>()
  const removed = new Set<string>()
  const accepted = new Set([...records.values()].flatMap(({ record, value }) => backOf(record, value)))
  for (const { record, value } of records.values()) {
    if (record !== 'forget') continue
    for (const { name, sequence } of listOf<{ name: string; sequence: number }>(value?.['snapshots'])) {
      if (kept.has(name)) continue
      sequences.set(name, sequence)
      if (value?.['removed'] === true && !accepted.has(name)) removed.add(name)
    }
  }
  return { sequences, removed }
}

function backOf(record: string | undefined, value: RecordBody['value']): string[] {
  return record === 'rollback' ? listOf<string>(value?.['back']) : []
}

function listOf<T>(value: unknown): T[] {
  return Array.isArray(value) ? (value as T[]) : []
}

/** Of each kind and subject the highest generation; of equal ones the lowest name. */
function newestOf(records: ReadonlyMap<string, RecordBody>): RecordBody[] {
  const newest = new Map<string, RecordBody>()
  const names = [...records.keys()].sort()
  for (const body of names.map((name) => records.get(name) as RecordBody)) {
    const key = `${body.record}/${body.subject}`
    if ((body.generation ?? 0) > (newest.get(key)?.generation ?? 0)) newest.set(key, body)
  }
  return [...newest.values()]
}

function isProtected({ name, body }: Stored, inForce: readonly RecordBody[], atMs: number): boolean {
  return inForce.some(({ record, subject, value }) => {
    if (record === 'pin') return subject === name
    if (record !== 'hold') return false
    const { snapshot, source, until } = (value ?? {}) as Readonly<Record<string, string | null | undefined>>
    // An end that is no time never comes.
    if (until && Date.parse(until) < atMs) return false
    return (!snapshot && !source) || snapshot === name || (Boolean(source) && source === body.source)
  })
}

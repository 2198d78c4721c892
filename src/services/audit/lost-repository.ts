/** What an entry "system.rebuild" says of a repository in whose place another one stands (docs/audit.md). */

export interface LostDetails {
  readonly repositories: ReadonlyArray<{ readonly id: string; readonly location: string }>
  /** That had been closed only there. */
  readonly entries: number
  /** Their numbers; null where there were none. */
  readonly from: number | null
  readonly to: number | null
}

const ACTION = '"action":"system.rebuild"'

/** Undefined for an entry that names none. `entry` is canonical JSON. */
export function lostIn(entry: Uint8Array): LostDetails | undefined {
  const bytes = Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength)
  if (!bytes.includes(ACTION)) return undefined
  const { action, details } = parsed(bytes) as { action?: unknown; details?: { lost?: Partial<LostDetails> } }
  const lost = action === 'system.rebuild' ? details?.lost : undefined
  return Array.isArray(lost?.repositories) ? (lost as LostDetails) : undefined
}

/** An entry that was edited may be anything: the chain tells of it. */
function parsed(bytes: Buffer): object {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

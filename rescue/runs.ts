/** Snapshots, and which of a scheduled run counts: docs/format/v1.md section 11. */

export interface Snapshot {
  readonly name: string
  /**
   * A checkpoint is what an interrupted run had reached; an unfinished one was never confirmed and is not all there.
   */
  readonly state: 'complete' | 'checkpoint' | 'unfinished'
  readonly body: {
    readonly tree: string
    readonly finishedAt: string
    readonly source: string
    /** Whatever it is, the tree is files. */
    readonly sourceKind?: string
    /** Names with links in them that paths were given by. */
    readonly aliases?: ReadonlyArray<Readonly<Record<'path' | 'real', string | { hex: string }>>>
    readonly summary: { bytesProcessed: number }
    /** What it lacks: left out, changed while it was read, metadata that was not kept. */
    readonly skippedCount?: number
    readonly changedCount?: number
    readonly notKeptCount?: number
    readonly writer?: string
    readonly sequence?: number
    readonly previous?: string | null
    readonly parent?: string | null
    /** Of each other writer the newest sequence that this one saw. */
    readonly seen?: Readonly<Record<string, readonly [number, string]>>
    readonly deleteGeneration?: number
    /** Those that this one makes needless. */
    readonly checkpoints?: readonly string[]
    readonly runId?: string
    readonly copiedFrom?: { readonly repository: string }
  }
}

interface RunFacts {
  readonly claimOf: (runId: string) => string | undefined
  readonly forgotten: Pick<ReadonlySet<string>, 'has'>
  readonly withdrawn: ReadonlySet<string>
}

/** Of each scheduled run the one that counts: section 11. */
export function countingOf(snapshots: readonly Snapshot[], { claimOf, forgotten, withdrawn }: RunFacts): Snapshot[] {
  const runs = Map.groupBy(snapshots, ({ name, body }) =>
    body.runId === undefined ? name : `${body.copiedFrom?.repository ?? ''}/${body.runId}`,
  )
  return [...runs.values()].flatMap((rivals) => {
    const { runId, copiedFrom } = rivals[0]!.body
    if (runId === undefined) return rivals.filter(({ name }) => !withdrawn.has(name))
    const claimed = copiedFrom ? undefined : claimOf(runId)
    if (claimed !== undefined && forgotten.has(claimed)) return []
    const standing = rivals.filter(({ name }) => !withdrawn.has(name))
    const lowest = (standing.length > 0 ? standing : rivals).reduce((low, each) => (each.name < low.name ? each : low))
    return [rivals.find(({ name }) => name === claimed) ?? lowest]
  })
}

interface Confirmations {
  readonly confirms: ReadonlyArray<{ readonly body: Record<string, unknown>; readonly signer: string }>
  /** Entries of the delete log. */
  readonly deletes: ReadonlyArray<Record<string, unknown>>
}

/**
 * Section 12.4: nothing was condemned since, or whoever condemned it had seen this snapshot, or the writer has looked
 * again.
 */
export function isConfirmed({ name, body }: Snapshot, { confirms, deletes }: Confirmations): boolean {
  const own = confirms.filter(
    ({ body: each, signer }) => each['kind'] === 'confirm' && each['snapshot'] === name && signer === body.writer,
  )
  const confirmedTo = Math.max(
    body.deleteGeneration ?? 0,
    ...own.map(({ body: each }) => Number(each['deleteGeneration']) || 0),
  )
  return deletes.every((entry) => {
    const marked = (entry['marked'] as Record<string, number> | undefined)?.[body.writer ?? ''] ?? 0
    return Number(entry['generation']) <= confirmedTo || marked >= (body.sequence ?? Number.POSITIVE_INFINITY)
  })
}

/** Section 12.4: data was given up after this snapshot was made, and what it lacks may be that. */
export function mayLack({ body }: Snapshot, deletes: ReadonlyArray<Record<string, unknown>>): boolean {
  return deletes.some(
    (entry) => entry['damaged'] === true && Number(entry['generation']) > (body.deleteGeneration ?? 0),
  )
}

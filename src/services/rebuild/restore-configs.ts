/** Configurations from their records: the highest generation wins, and nothing that was removed comes back. */
import { type RecordEntry, RecordKind } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { isStorable, plainText, textsIn } from '../../kernel/text.ts'
import { type ConfigRecord, parseConfigRecord } from '../records/index.ts'
import { generationsBySubject, type RebuildContext } from './rebuild-context.ts'

interface Recorded {
  readonly id: string
  readonly generation: number
  readonly config: ConfigRecord
  readonly removedAt: string | null
  /** A copy brought it: the system that it ran in may still be at work, on the first repository. */
  readonly isCopied: boolean
}

export interface RestoredConfigs {
  readonly live: number
  readonly removed: number
  /** Inserted or changed. */
  readonly changed: number
  /** Names of those that were enabled where they were copied from. */
  readonly leftDisabled: readonly string[]
  /** With text that no database takes. */
  readonly skipped: readonly string[]
}

/**
 * Throws DATABASE_NOT_EMPTY for configurations that the repository does not know, CONFIG_EXISTS where one of those has
 * the name of a recorded one.
 */
export async function restoreConfigs(
  context: RebuildContext,
  /** Rows of the further repositories, by the ids that stand in their configs. */
  repositories: ReadonlyMap<string, string>,
): Promise<RestoredConfigs> {
  const {
    parts: { tenantId },
    tx,
  } = context
  const all = [...generationsBySubject(context.history, RecordKind.CONFIGURATION)]
    .flatMap(([id, entries]) => newestOf(id, entries))
    .filter(({ config }) => config.tenantId === tenantId)
  const recorded = all.filter(isTaken)
  const rows = await tx
    .selectFrom('configs')
    .select(['id', 'name', 'enabled', 'generation', 'removed_at'])
    .where('tenant_id', '=', tenantId)
    .execute()
  const others = rows.filter(({ id, removed_at }) => removed_at === null && !recorded.some((each) => each.id === id))
  checkOthers(others, recorded, context.isForced)
  const known = new Map(rows.map(({ id, generation }) => [id, generation]))
  const newer = recorded.filter(({ id, generation }) => generation > (known.get(id) ?? 0))
  // Removals first: they give names free.
  for (const each of [...newer].sort((a, b) => Number(a.removedAt === null) - Number(b.removedAt === null)))
    await putConfig(context, each, { names: liveNames(recorded), repositories })
  const kept = rows.filter((row) => row.removed_at === null && row.enabled && isOfCopy(recorded, newer, row))
  for (const row of kept) await stopKept(context, row)
  return {
    live: recorded.filter(({ removedAt }) => removedAt === null).length,
    removed: recorded.filter(({ removedAt }) => removedAt !== null).length,
    changed: newer.length + kept.length,
    leftDisabled: [...newer.filter(isLeftDisabled).map(({ config }) => config.name), ...kept.map(({ name }) => name)],
    skipped: all.filter((each) => !isTaken(each)).map(({ id }) => `configuration ${plainText(id)}`),
  }
}

/** Earlier versions recorded text that no database takes: such a configuration keeps nobody else out. */
function isTaken({ config: { source: _, ...config } }: Recorded): boolean {
  return [...textsIn(config)].every(({ text }) => isStorable(text))
}

function isLeftDisabled({ isCopied, config, removedAt }: Recorded): boolean {
  return isCopied && config.enabled && removedAt === null
}

/** The database was not lost, but its repository: what the copy of that knows already stands here, and would go on. */
function isOfCopy(recorded: readonly Recorded[], newer: readonly Recorded[], { id }: { readonly id: string }): boolean {
  const known = recorded.find((each) => each.id === id)
  if (known === undefined || newer.includes(known)) return false
  return known.isCopied && known.removedAt === null
}

/** The repository that it is recorded in is gone: it is recorded anew, in the one that took its place. */
async function stopKept(
  { tx }: RebuildContext,
  { id, generation }: { readonly id: string; readonly generation: number },
): Promise<void> {
  await tx
    .updateTable('configs')
    .set({ enabled: false, generation: generation + 1, recorded_generation: generation })
    .where('id', '=', id)
    .execute()
}

/**
 * A removal says nothing of the configuration itself: what it was stands in the generation before. One that was never
 * recorded is unknown.
 */
function newestOf(id: string, entries: readonly RecordEntry[]): Recorded[] {
  const newest = entries.at(-1)!
  const whole = entries.findLast(({ document }) => document.value !== null)
  if (!whole) return []
  return [
    {
      id,
      generation: newest.document.generation,
      config: parseConfigRecord(whole),
      removedAt: newest.document.value === null ? newest.document.at : null,
      isCopied: newest.document.copiedFrom !== undefined,
    },
  ]
}

function checkOthers(
  others: ReadonlyArray<{ readonly name: string }>,
  recorded: readonly Recorded[],
  isForced: boolean,
): void {
  const taken = others.find(({ name }) =>
    recorded.some(({ config, removedAt }) => removedAt === null && config.name === name),
  )
  const first = others[0]
  if (first && !isForced)
    throw new BackupError('DATABASE_NOT_EMPTY', 'The database has configurations that the repository does not know.', {
      context: { what: others.map(({ name }) => name).join(', ') },
    })
  if (taken)
    throw new BackupError('CONFIG_EXISTS', 'Another configuration has the name of a recorded one.', {
      context: { name: taken.name },
    })
}

/**
 * The configuration that has each name. Two live ones can have the same when the removal of the older could not be
 * recorded.
 */
function liveNames(recorded: readonly Recorded[]): ReadonlyMap<string, string> {
  const live = recorded
    .filter(({ removedAt }) => removedAt === null)
    .sort((a, b) => (a.config.updatedAt < b.config.updatedAt ? -1 : 1))
  return new Map(live.map(({ id, config }) => [config.name, id]))
}

async function putConfig(
  { parts: { tenantId }, tx }: RebuildContext,
  recorded: Recorded,
  {
    names,
    repositories,
  }: { readonly names: ReadonlyMap<string, string>; readonly repositories: ReadonlyMap<string, string> },
): Promise<void> {
  const { id, generation, config, removedAt } = recorded
  const isDouble = removedAt === null && names.get(config.name) !== id
  // It keeps its points, runs nothing until somebody has looked, and is recorded as what it has become.
  const isStopped = isDouble || isLeftDisabled(recorded)
  const renamed = {
    name: isDouble ? `${config.name} (${id.slice(0, 8)})` : config.name,
    enabled: config.enabled && !isStopped,
    generation: isStopped ? generation + 1 : generation,
  }
  const row = {
    ...renamed,
    kind: config.kind,
    settings: JSON.stringify(config.settings),
    source_sealed: config.source,
    repository_id: (config.repository && repositories.get(config.repository.id)) ?? null,
    recorded_generation: generation,
    created_by: config.createdBy,
    created_at: config.createdAt,
    updated_at: config.updatedAt,
    removed_at: removedAt,
  }
  await tx
    .insertInto('configs')
    .values({ id, tenant_id: tenantId, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute()
}

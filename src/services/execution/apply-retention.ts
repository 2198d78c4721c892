/** Retention of the system's configurations: what stays and why, and letting go of the rest. */
import {
  type ConfigSettings,
  effectiveSettings,
  RecoveryState,
  type RetentionSimulation,
} from '../../contracts/system/index.ts'
import { lookAtClock } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { nowMs } from '../../kernel/clock.ts'
import { receivedError } from '../../kernel/crossing-error.ts'
import {
  AuditResult,
  type RepositoryAccess,
  type SystemParts,
  type WithRepository,
  withRepository,
  writesTo,
} from '../parts.ts'
import { type EngineCall, EngineProcess } from './engine-process.ts'
import type { PointDecision, RetentionOutcome, RetentionRule } from './engine-protocol.ts'
import { inEach } from './in-each.ts'
import { policyOf } from './run-settings.ts'
import { pointIdOf } from './save-holdings.ts'
import { knownSnapshots, recordHoldings } from './sync-points.ts'

export interface RetentionCall {
  readonly signal?: AbortSignal | undefined
}

/**
 * Decides every point of the configurations (or of the one) where they write to, forgets what no rule keeps and frees
 * its room in two phases. Never the newest good point of a source, nothing pinned or held, nothing of a configuration
 * that is removed or writes elsewhere now; of a disabled one only when it is named. Throws CONFIG_NOT_FOUND, DAMAGED
 * when the list of snapshots is not whole: then nothing is forgotten there; what stops it later, when what went is
 * audited. A repository that is away keeps none of the others from it.
 */
export async function applyRetention(
  parts: SystemParts,
  configId?: string,
  call: RetentionCall = {},
): Promise<RetentionSimulation> {
  const all = await inEach(await repositoriesOf(parts, configId), call.signal, (repository) =>
    applyRetentionIn(withRepository(parts, repository), configId, call),
  )
  return { points: all.flatMap(({ points }) => points) }
}

/** In the one repository. `engine`: a process of the engine that is at hand for it. */
export async function applyRetentionIn(
  parts: WithRepository,
  configId?: string,
  call: RetentionCall & { readonly engine?: EngineProcess } = {},
): Promise<RetentionSimulation> {
  const outcome = await decide(parts, { rules: await rulesOf(parts, { configId }), apply: true }, call)
  await recordHoldings(parts, outcome.holdings)
  await recordDecisions(parts, outcome)
  for (const snapshot of outcome.forgotten) await auditExpiry(parts, outcome, snapshot)
  if (outcome.failure) throw receivedError(outcome.failure)
  return simulationOf(outcome)
}

/**
 * What `applyRetention` would decide now; with `policy`, as if that were the policy. Changes nothing. Throws
 * CONFIG_NOT_FOUND, DAMAGED.
 */
export async function simulateRetention(
  parts: SystemParts,
  options: { readonly configId?: string | undefined; readonly policy?: ConfigSettings['retention'] } = {},
  call: RetentionCall = {},
): Promise<RetentionSimulation> {
  const all = await inEach(await repositoriesOf(parts, options.configId), call.signal, (repository) =>
    simulateIn(withRepository(parts, repository), options, call),
  )
  return { points: all.flatMap(({ points }) => points) }
}

async function simulateIn(
  parts: WithRepository,
  options: { readonly configId?: string | undefined; readonly policy?: ConfigSettings['retention'] },
  call: RetentionCall,
): Promise<RetentionSimulation> {
  const outcome = await decide(parts, { rules: await rulesOf(parts, options), apply: false }, call)
  const simulation = simulationOf(outcome)
  if (options.configId === undefined) return simulation
  const own = new Set(
    outcome.holdings.points.filter((point) => point.configId === options.configId).map(({ snapshot }) => snapshot),
  )
  return { points: simulation.points.filter(({ snapshot }) => own.has(snapshot)) }
}

/** That of the configuration, or all. Throws CONFIG_NOT_FOUND. */
async function repositoriesOf(parts: SystemParts, configId: string | undefined): Promise<readonly RepositoryAccess[]> {
  if (configId === undefined) return await parts.repositories.all()
  const row = await parts.catalog.db
    .selectFrom('configs')
    .select('repository_id')
    .where('tenant_id', '=', parts.tenantId)
    .where('removed_at', 'is', null)
    // What a caller gives as an id may be no UUID: as a text it is merely not there.
    .where((on) => on(on.cast<string>('id', 'text'), '=', configId.toLowerCase()))
    .executeTakeFirst()
  if (!row)
    throw new BackupError('CONFIG_NOT_FOUND', 'There is no such configuration.', { context: { config: configId } })
  return [await parts.repositories.of(row.repository_id)]
}

async function decide(
  parts: WithRepository,
  job: { readonly rules: readonly RetentionRule[]; readonly apply: boolean },
  { signal, engine }: RetentionCall & { readonly engine?: EngineProcess },
): Promise<RetentionOutcome> {
  const known = await knownSnapshots(parts)
  const call: EngineCall = signal ? { signal } : {}
  const full = {
    kind: 'retention',
    ...job,
    nowMs: nowMs(),
    isClockDoubted: lookAtClock(parts.repository.stateDirectory).doubt !== undefined,
    by: 'system',
    known,
    inUse: await beingRestored(parts),
  } as const
  if (engine) return await engine.run(full, call)
  await using own = new EngineProcess(parts.repository)
  return await own.run(full, call)
}

/** A restore must not lose its ground half-way. */
async function beingRestored({ catalog, repository }: WithRepository): Promise<string[]> {
  const rows = await catalog.db
    .selectFrom('recovery_requests')
    .innerJoin('recovery_points', 'recovery_points.id', 'recovery_requests.point_id')
    .select('recovery_points.snapshot')
    .where('recovery_points.repository_id', '=', repository.rowId)
    .where('recovery_requests.state', 'in', [RecoveryState.PENDING, RecoveryState.RUNNING])
    .execute()
  return [...new Set(rows.map(({ snapshot }) => snapshot))]
}

/** Of the configurations that write there now: one that went elsewhere meanwhile lets nothing go any more. */
async function rulesOf(
  parts: WithRepository,
  { configId, policy }: { readonly configId?: string | undefined; readonly policy?: ConfigSettings['retention'] },
): Promise<RetentionRule[]> {
  let query = parts.catalog.db
    .selectFrom('configs')
    .select(['id', 'settings', 'enabled'])
    .where('tenant_id', '=', parts.tenantId)
    .where('removed_at', 'is', null)
    .where(writesTo(parts))
  if (configId !== undefined)
    query = query.where((on) => on(on.cast<string>('id', 'text'), '=', configId.toLowerCase()))
  const rows = await query.execute()
  return rows.flatMap(({ id, settings, enabled }): RetentionRule[] => {
    const { retention, timezone } = effectiveSettings(settings as ConfigSettings, parts.defaults)
    const chosen = policyOf(policy ?? retention)
    // Paused: nothing new comes in the place of what would go.
    return chosen && (enabled || configId !== undefined) ? [{ configId: id, policy: chosen, timezone }] : []
  })
}

function simulationOf({ decisions }: RetentionOutcome): RetentionSimulation {
  return {
    points: decisions.map(({ snapshot, source, createdAt, isKept, reasons }) => ({
      pointId: pointIdOf(snapshot),
      snapshot,
      source,
      createdAt,
      isKept,
      reasons,
    })),
  }
}

/** What was decided stands beside each point; rows that say it already are left alone. */
async function recordDecisions(parts: WithRepository, { decisions }: RetentionOutcome): Promise<void> {
  await parts.catalog.transaction(async (tx) => {
    const rows = await tx
      .selectFrom('recovery_points')
      .select(['snapshot', 'expires_at', 'kept_because'])
      .where('repository_id', '=', parts.repository.rowId)
      .where('removed_at', 'is', null)
      .execute()
    const known = new Map(
      rows.map(({ snapshot, expires_at, kept_because }) => [
        snapshot,
        `${expires_at?.toISOString() ?? null} ${JSON.stringify(kept_because)}`,
      ]),
    )
    for (const decision of decisions) {
      const text = textOf(decision)
      if (!known.has(decision.snapshot) || known.get(decision.snapshot) === text) continue
      const said = { expires_at: decision.expiresAt, kept_because: JSON.stringify(decision.reasons) }
      await tx
        .updateTable('recovery_points')
        .set(said)
        .where('repository_id', '=', parts.repository.rowId)
        .where('snapshot', '=', decision.snapshot)
        .execute()
    }
  })
}

function textOf({ expiresAt, reasons }: PointDecision): string {
  return `${expiresAt} ${JSON.stringify(reasons)}`
}

async function auditExpiry(parts: SystemParts, { decisions }: RetentionOutcome, snapshot: string): Promise<void> {
  const { source, createdAt } = decisions.find((decision) => decision.snapshot === snapshot) ?? {
    source: '',
    createdAt: '',
  }
  await parts.audit.append({
    actor: 'system',
    action: 'point.expire',
    resource: `point:${pointIdOf(snapshot)}`,
    result: AuditResult.SUCCESS,
    details: { snapshot, source, createdAt },
  })
}

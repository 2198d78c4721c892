import { AlertSeverity, AlertType } from '../../contracts/system/index.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { alarmText, raiseAlarm, resolveAlarm } from '../alarms/index.ts'
import { RepositoryRole, type SystemParts, type WithRepository, withRepository } from '../parts.ts'
import { inEach } from './in-each.ts'
import { verifyPoints } from './verify-points.ts'

const SETTING = 'points.verified-at'
const PERIOD_MS = 7 * 24 * 3600 * 1000
/** The clocks of two workers may differ by less. */
const AHEAD_MS = 3600 * 1000

/**
 * Reads every stored byte of each repository once a week, counted from the first look: several workers over one
 * database do it once. True when one was read now. One that is away keeps none of the others from it.
 */
export async function verifyWhenDue(
  parts: SystemParts,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<boolean> {
  const done = await inEach(await parts.repositories.all(), signal, (repository) =>
    verifyOneWhenDue(withRepository(parts, repository), { ...(signal && { signal }) }),
  )
  return done.includes(true)
}

async function verifyOneWhenDue(
  parts: WithRepository,
  { signal }: { readonly signal?: AbortSignal },
): Promise<boolean> {
  const { repository, log } = parts
  const isFirst = repository.role === RepositoryRole.FIRST
  if (!(await claimTurn(parts, isFirst ? SETTING : `${SETTING}:${repository.rowId}`))) return false
  const { problems, packsRead } = await verifyPoints(parts, signal ? { signal } : {})
  log.info('every stored byte was read', {
    repository: repository.name,
    packs: packsRead,
    problems: problems.length,
  })
  const about = { resource: isFirst ? 'repository' : `repository:${repository.name}` }
  if (problems.length === 0) await resolveAlarm(parts, { type: AlertType.VERIFY_FAILED, about })
  else
    await raiseAlarm(parts, {
      type: AlertType.VERIFY_FAILED,
      severity: AlertSeverity.CRITICAL,
      message: `${alarmText(AlertType.VERIFY_FAILED, parts.locale).title} (${isFirst ? '' : `${repository.name}: `}${problems.length}).`,
      about,
      occurrence: isoTime(nowMs()),
    })
  return true
}

/**
 * The turn is taken before the work: one that is broken off waits for the next week rather than running at every start.
 */
async function claimTurn(
  { catalog, tenantId }: Pick<SystemParts, 'catalog' | 'tenantId'>,
  name: string,
): Promise<boolean> {
  const atMs = nowMs()
  return await catalog.transaction(async (tx) => {
    const value = JSON.stringify({ atMs })
    const first = await tx
      .insertInto('settings')
      .values({ tenant_id: tenantId, name, value })
      .onConflict((conflict) => conflict.doNothing())
      .returning('name')
      .executeTakeFirst()
    if (first) return false
    const row = await tx
      .selectFrom('settings')
      .select('value')
      .where('tenant_id', '=', tenantId)
      .where('name', '=', name)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const sinceMs = atMs - (row.value as { atMs: number }).atMs
    // One that lies ahead was noted by a clock that was wrong.
    if (sinceMs > -AHEAD_MS && sinceMs < PERIOD_MS) return false
    await tx.updateTable('settings').set({ value }).where('tenant_id', '=', tenantId).where('name', '=', name).execute()
    return true
  })
}

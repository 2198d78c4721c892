import { AlertSeverity, AlertType } from '../../contracts/system/index.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { alarmText, raiseAlarm, resolveAlarm } from '../alarms/index.ts'
import type { SystemParts } from '../parts.ts'
import { verifyPoints } from './verify-points.ts'

const SETTING = 'points.verified-at'
const PERIOD_MS = 7 * 24 * 3600 * 1000
/** The clocks of two workers may differ by less. */
const AHEAD_MS = 3600 * 1000

/**
 * Reads every stored byte once a week, counted from the first look: several workers over one database do it once. True
 * when it was done now.
 */
export async function verifyWhenDue(
  parts: SystemParts,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<boolean> {
  if (!(await claimTurn(parts))) return false
  const { problems, packsRead } = await verifyPoints(parts, signal ? { signal } : {})
  parts.log.info('every stored byte was read', { packs: packsRead, problems: problems.length })
  const about = { resource: 'repository' }
  if (problems.length === 0) await resolveAlarm(parts, { type: AlertType.VERIFY_FAILED, about })
  else
    await raiseAlarm(parts, {
      type: AlertType.VERIFY_FAILED,
      severity: AlertSeverity.CRITICAL,
      message: `${alarmText(AlertType.VERIFY_FAILED, parts.locale).title} (${problems.length}).`,
      about,
      occurrence: isoTime(nowMs()),
    })
  return true
}

/**
 * The turn is taken before the work: one that is broken off waits for the next week rather than running at every start.
 */
async function claimTurn({ catalog, tenantId }: Pick<SystemParts, 'catalog' | 'tenantId'>): Promise<boolean> {
  const atMs = nowMs()
  return await catalog.transaction(async (tx) => {
    const value = JSON.stringify({ atMs })
    const first = await tx
      .insertInto('settings')
      .values({ tenant_id: tenantId, name: SETTING, value })
      .onConflict((conflict) => conflict.doNothing())
      .returning('name')
      .executeTakeFirst()
    if (first) return false
    const row = await tx
      .selectFrom('settings')
      .select('value')
      .where('tenant_id', '=', tenantId)
      .where('name', '=', SETTING)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const sinceMs = atMs - (row.value as { atMs: number }).atMs
    // One that lies ahead was noted by a clock that was wrong.
    if (sinceMs > -AHEAD_MS && sinceMs < PERIOD_MS) return false
    await tx
      .updateTable('settings')
      .set({ value })
      .where('tenant_id', '=', tenantId)
      .where('name', '=', SETTING)
      .execute()
    return true
  })
}

/**
 * Holds the rules against what is, and brings the alarms in line with it. Any live worker may do it, several at once as
 * well.
 */
import type { Catalog, Database, DatabaseTransaction } from '../../catalog/index.ts'
import { fill } from '../../contracts/index.ts'
import { isBackupError } from '../../kernel/backup-error.ts'
import type { SystemParts } from '../parts.ts'
import type { AlarmRule, AlarmSubject, Finding, RuleContext } from './alarm-rule.ts'
import { fingerprintOf, raiseAlarm, resolveAlarm } from './raise-alarm.ts'
import { RULES } from './rules.ts'

export interface EvaluateOptions {
  /** Default: all but those that rest. */
  readonly rules?: readonly AlarmRule[]
  readonly configId?: string
  readonly tx?: DatabaseTransaction
  readonly signal?: AbortSignal
}

/**
 * Raises, counts and resolves. A rule that fails is logged and leaves its alarms as they are; the others go on. Throws
 * ABORTED.
 */
export async function evaluateRules(parts: SystemParts, nowMs: number, options: EvaluateOptions = {}): Promise<void> {
  const holding = new Map<string, Set<string>>()
  for (const rule of options.rules ?? RULES) {
    if (options.rules === undefined && isResting(parts, rule, nowMs)) continue
    try {
      await evaluateRule({ parts, nowMs, options, holding }, rule)
    } catch (error) {
      // Inside a caller's transaction nothing more can be done: it is broken.
      if (options.tx || isBackupError(error, 'ABORTED')) throw error
      parts.log.error('an alarm rule failed', { rule: rule.type, cause: String(error) })
    }
  }
}

/** When each rule with a rest was last looked at through this database, by this process. */
const lookedAtMs = new WeakMap<Catalog, Map<string, number>>()

function isResting({ catalog, tenantId }: SystemParts, { type, restMs }: AlarmRule, nowMs: number): boolean {
  if (restMs === undefined) return false
  const looks = lookedAtMs.get(catalog) ?? new Map<string, number>()
  lookedAtMs.set(catalog, looks)
  const key = `${tenantId} ${type}`
  const last = looks.get(key) ?? Number.NEGATIVE_INFINITY
  if (nowMs >= last && nowMs < last + restMs) return true
  looks.set(key, nowMs)
  return false
}

interface Evaluation {
  readonly parts: SystemParts
  readonly nowMs: number
  readonly options: EvaluateOptions
  /** Subjects that a rule found, by type: what mutes others. */
  readonly holding: Map<string, Set<string>>
}

interface OpenAlarm {
  readonly subject: AlarmSubject
  readonly occurrence: unknown
}

async function evaluateRule(evaluation: Evaluation, rule: AlarmRule): Promise<void> {
  const { parts, nowMs, options, holding } = evaluation
  const db = options.tx ?? parts.catalog.db
  const open = await openAlarms(parts, db, {
    rule,
    ...(options.configId !== undefined && { configId: options.configId }),
  })
  const key = (about: AlarmSubject): string => fingerprintOf(parts.tenantId, rule.type, about)
  const context: RuleContext = {
    parts,
    db,
    nowMs,
    isOpen: (about) => open.has(key(about)),
    ...(options.configId !== undefined && { configId: options.configId }),
    ...(options.signal && { signal: options.signal }),
  }
  const found = await rule.evaluate(context)
  if (found === undefined) return
  holding.set(rule.type, new Set(found.map(({ about }) => subjectText(about))))
  const isMuted = (about: AlarmSubject): boolean =>
    rule.mutedBy !== undefined && holding.get(rule.mutedBy)?.has(subjectText(about)) === true
  const findings = found.filter(({ about }) => !isMuted(about))
  const holds = new Set(findings.map(({ about }) => key(about)))
  for (const finding of findings)
    if (!isTold(open.get(key(finding.about)), finding)) await raiseFinding(evaluation, rule, finding)
  for (const [fingerprint, { subject }] of open) {
    if (!holds.has(fingerprint))
      await resolveAlarm(parts, { type: rule.type, about: subject, atMs: nowMs, isQuiet: isMuted(subject) }, options.tx)
  }
}

/** The same occurrence again changes nothing: most looks write no row. */
function isTold(open: OpenAlarm | undefined, { occurrence }: Finding): boolean {
  return open !== undefined && open.occurrence === occurrence
}

async function raiseFinding({ parts, nowMs, options }: Evaluation, rule: AlarmRule, finding: Finding): Promise<void> {
  await raiseAlarm(
    parts,
    {
      type: rule.type,
      severity: finding.severity ?? rule.severity,
      message: fill((finding.message ?? rule.message)[parts.locale], finding.values, parts.locale),
      about: finding.about,
      occurrence: finding.occurrence,
      guidance: finding.guidance ?? rule.guidance[parts.locale],
      details: { ...finding.details, origin: 'RULE' },
      atMs: nowMs,
    },
    options.tx,
  )
}

/** Open alarms that this rule raised, by fingerprint. One that somebody raised by a call is not the rule's to end. */
async function openAlarms(
  parts: SystemParts,
  db: Database | DatabaseTransaction,
  { rule, configId }: { rule: AlarmRule; configId?: string },
): Promise<Map<string, OpenAlarm>> {
  const rows = await db
    .selectFrom('alerts')
    .select(['fingerprint', 'config_id', 'details'])
    .where('tenant_id', '=', parts.tenantId)
    .where('state', '<>', 'RESOLVED')
    .where('type', '=', rule.type)
    .$if(configId !== undefined, (query) => query.where('config_id', '=', configId!))
    .execute()
  return new Map(
    rows
      .filter(({ details }) => details['origin'] === 'RULE')
      .map(({ fingerprint, config_id, details }) => [
        fingerprint,
        {
          subject: config_id === null ? { resource: String(details['resource']) } : { configId: config_id },
          occurrence: details['occurrence'],
        },
      ]),
  )
}

function subjectText({ configId, resource }: AlarmSubject): string {
  return configId ?? `resource ${resource ?? ''}`
}

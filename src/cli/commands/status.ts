import { type SystemStatus, verdictFactsOf, verdictOf } from '../../contracts/system/index.ts'
import { isBackupError } from '../../kernel/backup-error.ts'
import { nowMs } from '../../kernel/clock.ts'
import { resolveSettings } from '../../system/settings/index.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { formatMoment, nextRunText, quoted, tableLines } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { withCommandKey } from '../keys.ts'
import { skippedText } from '../reasons.ts'
import { settingsInputOf } from '../settings-input.ts'
import { hasSystem, repositoryStatus, sayAway, sayRepository } from '../status/repository-status.ts'
import { momentAndAge, sayCopyAndVerification } from '../status/told-facts.ts'
import { dataOf, openCommandSystem } from '../system.ts'

const EXIT_NOT_WELL = 1

/**
 * One verdict first, then what it rests on. Ends with 1 when a last run failed, an alarm is open, nothing is protected,
 * nobody would start what is due, or damage is known. Where no system was set up, or it has nothing to do, the
 * repository itself is asked: its sources, its copies.
 */
export async function run(asked: CommandContext): Promise<CommandResult<AnswerOf<'status'>>> {
  const context = await withCommandKey(asked)
  const settings = resolveSettings(settingsInputOf(context))
  if (!hasSystem(settings.values)) return await ofRepository(context, settings, null)
  await using started = await openCommandSystem(context).catch((error: unknown) => {
    if (isBackupError(error, 'REPOSITORY_MISSING')) sayAway(context, settings.values)
    throw error
  })
  const status = dataOf(await started.system.getStatus(), context)
  if (status.configs.length === 0) return await ofRepository(context, settings, status)
  const verdict = verdictOf(verdictFactsOf(status), { locale: context.locale, nowMs: nowMs() })
  context.say(verdict.sentence)
  say(status, context)
  return { json: { ...systemFacts(status), verdict, sources: null }, exitCode: verdict.isGood ? 0 : EXIT_NOT_WELL }
}

async function ofRepository(
  context: CommandContext,
  settings: ReturnType<typeof resolveSettings>,
  system: SystemStatus | null,
): Promise<CommandResult<AnswerOf<'status'>>> {
  const { t } = context
  const found = await repositoryStatus(context, settings, system?.alerts.length ?? 0)
  context.say(found.verdict.sentence)
  sayRepository(found, context)
  if (system) {
    context.say(
      system.scheduler.alive
        ? t('status.alive', { workers: system.scheduler.workers.length })
        : t('status.noScheduler'),
    )
    for (const alert of system.alerts) sayAlert(alert, context, system.configs)
  }
  const { unknownConfigs, otherSystem, ...facts } = found
  const repository = quoted(found.repository)
  if (unknownConfigs.length === 0) context.say(t('serve.empty'))
  else if (otherSystem === null) context.say(t('status.rebuild', { repository }))
  else context.say(t('status.otherSystem', { host: otherSystem.host, repository }))
  return {
    json: { ...(system ? systemFacts(system) : NO_SYSTEM), ...facts },
    exitCode: found.verdict.isGood ? 0 : EXIT_NOT_WELL,
  }
}

/** The same members, whether there is a system or not. */
const NO_SYSTEM = { database: null, scheduler: null, configs: [], running: [], alerts: [], repositories: [] } as const

function systemFacts({ datedAhead, datedBehind, ...status }: SystemStatus): Omit<AnswerOf<'status'>, 'sources'> {
  const oddPoints = datedAhead.map(({ snapshot, source, createdAt, countsAt }) => ({
    snapshot,
    source,
    doubt: countsAt === null ? ('FUTURE' as const) : ('AHEAD' as const),
    finishedAt: createdAt,
    countsAt,
  }))
  const behind = datedBehind.map((point) => ({ ...point, doubt: 'BEHIND' as const }))
  return { ...status, oddPoints: [...oddPoints, ...behind] }
}

function say(status: SystemStatus, context: CommandContext): void {
  const { say, t } = context
  say(t('status.places', { repository: status.repository, database: status.database }))
  sayFurther(status, context)
  say(
    status.scheduler.alive ? t('status.alive', { workers: status.scheduler.workers.length }) : t('status.noScheduler'),
  )
  sayCopyAndVerification(status, context)
  const rows = status.configs.map((config) => [
    config.name,
    config.lastRun
      ? `${t(`runState.${config.lastRun.state}`)} ${formatMoment(config.lastRun.finishedAt ?? config.lastRun.createdAt)}`
      : t('status.never'),
    config.newestGoodAt === null ? t('status.never') : momentAndAge(config.newestGoodAt, context),
    nextRun(config, status.scheduler.alive, context),
  ])
  const columns = ['column.name', 'column.lastRun', 'column.newestGood', 'column.next'] as const
  for (const line of tableLines(
    columns.map((title) => ({ title: t(title) })),
    rows,
  ))
    say(line)
  for (const { snapshot, source, createdAt, countsAt } of status.datedAhead) {
    const values = { snapshot: snapshot.slice(0, 12), source, at: formatMoment(createdAt) }
    say(countsAt === null ? t('odd.FUTURE', values) : t('odd.AHEAD', { ...values, counts: formatMoment(countsAt) }))
  }
  for (const { snapshot, source, finishedAt, countsAt } of status.datedBehind) {
    const values = { snapshot: snapshot.slice(0, 12), source, at: formatMoment(finishedAt) }
    say(t('odd.BEHIND', { ...values, counts: formatMoment(countsAt) }))
  }
  for (const run of status.running)
    say(t('status.running', { name: run.configName, percent: run.progress?.percent ?? '?' }))
  for (const alert of status.alerts) sayAlert(alert, context, status.configs)
}

/** Where there are several, which one stands how. */
function sayFurther({ repositories }: SystemStatus, { say, t }: CommandContext): void {
  for (const { name, location, errorCode, configs, lastVerification } of repositories.slice(1)) {
    const state = errorCode === null ? t('repository.opens') : t('repository.opensNot', { code: errorCode })
    const damage = lastVerification === null ? 0 : lastVerification.problems
    const verified = damage === 0 ? '' : ` ${t('status.damage', { count: damage })}`
    const used = configs.length === 0 ? '–' : configs.join(', ')
    say(`${t('status.further', { name, location, state, configs: used })}${verified}`)
  }
}

function nextRun(
  { enabled, nextRunLocal }: SystemStatus['configs'][number],
  isAlive: boolean,
  { t }: CommandContext,
): string {
  if (!enabled) return t('status.disabled')
  return nextRunLocal === null ? t('status.byHand') : nextRunText(nextRunLocal, isAlive, t)
}

function sayAlert(
  { severity, message, details, configId }: SystemStatus['alerts'][number],
  context: CommandContext,
  configs: SystemStatus['configs'],
): void {
  const { say, t } = context
  say(t('status.alert', { severity: t(`severity.${severity}`), message }))
  const { emptied } = details
  const name = configs.find(({ id }) => id === configId)?.name
  if (Array.isArray(emptied))
    for (const path of emptied) say(`  ${String(path)}: ${skippedText(context, 'EMPTIED', name)}`)
}

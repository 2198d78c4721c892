/** What of a system is found out only by opening it: its database, and whether anybody starts what is due. */
import path from 'node:path'
import { listText } from '../../contracts/index.ts'
import type { RepositoryStanding, SystemStatus } from '../../contracts/system/index.ts'
import { lookAtClock } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import type { ClockDoubt } from '../../kernel/clock-trust.ts'
import type { ErrorCode } from '../../kernel/error-code.ts'
import type { BackupSystem } from '../../system/index.ts'
import type { Settings } from '../../system/settings/index.ts'
import type { CommandContext } from '../command.ts'
import { hasSystem } from '../status/repository-status.ts'
import { dataOf, openCommandSystem } from '../system.ts'
import { Severity, SubjectKind } from './catalog.ts'
import { advice, type Check, codeOf, failed, fine, missing, subjects } from './check.ts'

/** Told by the checks of key and repository, in words of their own. */
const OTHERS = /^(KEY|REPOSITORY|ROLLBACK)_|^(ABORTED|DAMAGED|TARGET_REFUSED)$/

/**
 * Asked last: opening it, a command of root goes on as the owner of HOME, for good. Where no system was set up there is
 * nothing to open, and no clock is remembered. `whileOpen`: what else the open system is asked.
 */
export async function runningChecks(
  context: CommandContext,
  { values }: Settings,
  whileOpen: (system: BackupSystem, found: readonly Check[]) => Promise<Check[]>,
): Promise<Check[]> {
  if (!hasSystem(values)) return []
  const database = values.databaseUrl === undefined ? path.join(values.home, 'database') : 'DATABASE_URL'
  const { doubt } = lookAtClock(path.join(values.home, 'repositories'))
  let opened: Awaited<ReturnType<typeof openCommandSystem>> | undefined
  let isAsked = false
  let further: Check[] = []
  try {
    const found = await databaseChecks(context, database, async () => {
      opened = await openCommandSystem({ ...context, warn: () => {} })
      const status = dataOf(await opened.system.getStatus(), context)
      isAsked = true
      further = status.repositories.slice(1).map((each) => furtherCheck(context, each))
      return status
    })
    const checks = [...found, clockCheck(context, doubt)]
    return opened && isAsked ? [...checks, ...further, ...(await whileOpen(opened.system, checks))] : checks
  } finally {
    await opened?.[Symbol.asyncDispose]()
  }
}

/** One that nothing writes to may be put away. */
export function furtherCheck(context: CommandContext, { location, errorCode, configs }: RepositoryStanding): Check {
  const looked = {
    id: 'REPOSITORY',
    message: context.t('doctor.repository', { location }),
    about: subjects(SubjectKind.PATH, location),
  } as const
  if (errorCode === null) return fine(looked)
  const check = failed(
    context,
    looked,
    new BackupError(errorCode as ErrorCode, '', { context: { repository: location } }),
  )
  return configs.length > 0 ? check : { ...check, severity: Severity.ADVICE }
}

export async function databaseChecks(
  context: CommandContext,
  database: string,
  ask: () => Promise<Pick<SystemStatus, 'configs' | 'scheduler' | 'alerts'>>,
): Promise<Check[]> {
  const { t } = context
  const isEmbedded = path.isAbsolute(database)
  const looked = {
    id: 'DATABASE',
    message: t('doctor.database', { database }),
    amiss: t('doctor.databaseClosed', { database }),
    about: isEmbedded ? subjects(SubjectKind.PATH, database) : [],
  } as const
  try {
    const status = await ask()
    return [fine(looked), schedulerCheck(context, status), ...alarmChecks(context, status)]
  } catch (error) {
    const code = codeOf(error)
    if (OTHERS.test(code)) return []
    // What is no error of ours comes from the embedded database's own program, which meets what it can not read. A full
    // disk or a closed folder is no reason to move a database away, and a server's is in no folder of ours.
    const isUnknown = code === 'INTERNAL' && isEmbedded
    return [
      isUnknown
        ? missing({ ...looked, amiss: `${looked.amiss} (${String(error)})` }, t('doctor.databaseRemedy'))
        : failed(context, looked, error),
    ]
  }
}

/** By hand alone nobody is needed. */
function schedulerCheck(
  { t, locale }: CommandContext,
  { configs, scheduler }: Pick<SystemStatus, 'configs' | 'scheduler'>,
): Check {
  const waiting = configs
    .filter(({ enabled, nextRunLocal }) => enabled && nextRunLocal !== null)
    .map(({ name }) => name)
  const looked = {
    id: 'SCHEDULER',
    message: t('doctor.scheduler'),
    amiss: t('doctor.noScheduler', { names: listText(waiting, locale), count: waiting.length }),
  } as const
  if (scheduler.alive || waiting.length === 0) return fine(looked)
  const about = subjects(SubjectKind.CONFIGURATION, ...waiting)
  return missing({ ...looked, about }, t('doctor.schedulerRemedy'))
}

/** What is open is not in order, whatever the other checks see of it now. */
function alarmChecks({ t }: CommandContext, { alerts }: Pick<SystemStatus, 'alerts'>): Check[] {
  if (alerts.length === 0) return [fine({ id: 'ALARMS', message: t('doctor.alarms') })]
  return alerts.map(({ type, severity, state, message }) => {
    const said = t('status.alert', { severity: t(`severity.${severity}`), message })
    const looked = { id: 'ALARMS', message: said, about: subjects(SubjectKind.CODE, type) } as const
    // Somebody looks after it already.
    return (state === 'ACKNOWLEDGED' ? advice : missing)(looked, t('doctor.alarmsRemedy'))
  })
}

export function clockCheck({ t }: CommandContext, doubt: ClockDoubt | undefined): Check {
  const looked = { id: 'CLOCK', message: t('doctor.clock'), amiss: t('doctor.clockJumped') } as const
  return doubt === undefined ? fine(looked) : missing(looked, t('doctor.clockRemedy'))
}

/** What of a system is found out only by opening it: its database, and whether anybody starts what is due. */
import path from 'node:path'
import type { SystemStatus } from '../../contracts/system/index.ts'
import { lookAtClock } from '../../engine/index.ts'
import { type BackupError, isBackupError } from '../../kernel/backup-error.ts'
import type { ClockDoubt } from '../../kernel/clock-trust.ts'
import type { Settings } from '../../system/settings/index.ts'
import type { CommandContext } from '../command.ts'
import { hasSystem } from '../status/repository-status.ts'
import { dataOf, openCommandSystem } from '../system.ts'
import { SubjectKind } from './catalog.ts'
import { type Check, fine, missing, subjects, tried } from './check.ts'

/** Told by the checks of key and repository, in words of their own. */
const OTHERS = /^(KEY|REPOSITORY|ROLLBACK)_|^(ABORTED|DAMAGED|TARGET_REFUSED)$/

/** Where no system was set up there is nothing to open, and no clock is remembered. */
export async function runningChecks(context: CommandContext, { values }: Settings): Promise<Check[]> {
  if (!hasSystem(values)) return []
  const database = values.databaseUrl === undefined ? path.join(values.home, 'database') : 'DATABASE_URL'
  const { doubt } = lookAtClock(path.join(values.home, 'repositories'))
  return [...(await databaseChecks(context, database, () => statusOf(context))), clockCheck(context, doubt)]
}

async function statusOf(context: CommandContext): Promise<Pick<SystemStatus, 'configs' | 'scheduler'>> {
  await using started = await openCommandSystem({ ...context, warn: () => {} })
  return dataOf(await started.system.getStatus(), context)
}

export async function databaseChecks(
  context: CommandContext,
  database: string,
  ask: () => Promise<Pick<SystemStatus, 'configs' | 'scheduler'>>,
): Promise<Check[]> {
  const { t } = context
  const looked = {
    id: 'DATABASE',
    message: t('doctor.database', { database }),
    about: path.isAbsolute(database) ? subjects(SubjectKind.PATH, database) : [],
  } as const
  let status: Pick<SystemStatus, 'configs' | 'scheduler'> | undefined
  let failure: BackupError | undefined
  try {
    const check = await tried(context, looked, async () => {
      status = await ask().catch((error: unknown) => {
        if (isBackupError(error)) failure = error
        throw error
      })
    })
    if (status) return [check, schedulerCheck(context, status)]
    return failure && OTHERS.test(failure.code) ? [] : [check]
  } catch (error) {
    // What is no error of ours comes from the database's own program, which meets what it can not read.
    return [missing(looked, t('doctor.databaseRemedy', { cause: String(error) }))]
  }
}

/** By hand alone nobody is needed. */
function schedulerCheck(
  { t }: CommandContext,
  { configs, scheduler }: Pick<SystemStatus, 'configs' | 'scheduler'>,
): Check {
  const looked = { id: 'SCHEDULER', message: t('doctor.scheduler') } as const
  const waiting = configs.filter(({ enabled, nextRunLocal }) => enabled && nextRunLocal !== null)
  if (scheduler.alive || waiting.length === 0) return fine(looked)
  const about = subjects(SubjectKind.CONFIGURATION, ...waiting.map(({ name }) => name))
  return missing({ ...looked, about }, t('doctor.schedulerRemedy'))
}

export function clockCheck({ t }: CommandContext, doubt: ClockDoubt | undefined): Check {
  const looked = { id: 'CLOCK', message: t('doctor.clock') } as const
  return doubt === undefined ? fine(looked) : missing(looked, t('doctor.clockRemedy'))
}

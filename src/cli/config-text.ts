/** A configuration as a person reads it. */
import { type ConfigView, type ScheduleSettings, sourceText } from '../contracts/system/index.ts'
import type { CommandContext } from './command.ts'
import { nextRunText } from './format.ts'

/** The name of the one that is meant where none is named. */
export const FIRST = 'main'

export function sayConfig(config: ConfigView, { say, t }: CommandContext): void {
  say(t('config.title', { name: config.name, id: config.id }))
  say(t('config.source', { source: sourceText(config.settings) }))
  if (config.repository !== FIRST) say(t('config.repository', { name: config.repository }))
  sayNext(config, { say, t })
}

/** When it runs next, with the offset; and whether anybody would start it. */
export function sayNext(config: ConfigView, { say, t }: Pick<CommandContext, 'say' | 't'>): void {
  if (!config.enabled) return say(t('config.disabled'))
  if (config.nextRunLocal === null) return say(t('config.byHand', { name: config.name }))
  const at = nextRunText(config.nextRunLocal, config.schedulerAlive, t)
  say(t('config.next', { at, zone: config.settings.timezone }))
  if (!config.schedulerAlive) say(t('config.noScheduler'))
}

const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

/** `--frequency WEEKLY --day-of-week MON --time 02:00`, `--cron "0 2 * * *"`, `--every 15m`: as it is given again. */
export function scheduleText(schedule: ScheduleSettings): string {
  switch (schedule.kind) {
    case 'MANUAL':
      return '–'
    case 'CRON':
      return `--cron "${schedule.cron}"`
    case 'EVERY':
      return `--every ${schedule.every}`
    case 'FREQUENCY':
      return [
        `--frequency ${schedule.frequency}`,
        ...(schedule.dayOfWeek === undefined ? [] : [`--day-of-week ${DAYS[schedule.dayOfWeek]}`]),
        ...(schedule.dayOfMonth === undefined ? [] : [`--day-of-month ${schedule.dayOfMonth}`]),
        `--time ${schedule.time}`,
      ].join(' ')
  }
}

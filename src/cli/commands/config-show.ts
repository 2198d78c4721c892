import { type ConfigView, effectiveSettings, type SystemDefaults } from '../../contracts/system/index.ts'
import { resolveSettings, type Settings } from '../../system/settings/index.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { sayConfig, scheduleText } from '../config-text.ts'
import { tableLines } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { sentence } from '../locale.ts'
import { en, type MessageKey } from '../messages/en.ts'
import { effectiveRows, originText } from '../origin-text.ts'
import { settingsInputOf } from '../settings-input.ts'

/** One configuration; without a name the system's own settings, which need neither key nor database. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'config show'>>> {
  const name = context.args[0] === undefined ? undefined : String(context.args[0])
  const settings = resolveSettings(settingsInputOf(context))
  if (name === undefined) return showSettings(settings, context)
  const [{ configByName }, { openCommandSystem }] = await Promise.all([
    import('../configuration.ts'),
    import('../system.ts'),
  ])
  await using started = await openCommandSystem(context)
  return showConfig(await configByName(started.system, name, context), settings.values.defaults, context)
}

function showSettings(
  { origins, warnings }: Settings,
  context: CommandContext,
): CommandResult<AnswerOf<'config show'>> {
  const { say, t } = context
  const shown =
    context.options['effective'] === true ? origins : origins.filter(({ origin }) => origin.kind !== 'DEFAULT')
  const rows = effectiveRows(shown).map(({ name, value, origin }) => [
    name,
    origin.kind === 'DEFAULT' ? sentence(value, context.locale) : value,
    originText(origin, t),
  ])
  if (rows.length === 0) say(t('config.onlyDefaults'))
  else
    for (const line of tableLines(
      [{ title: t('column.setting') }, { title: t('column.value') }, { title: t('column.origin') }],
      rows,
    ))
      say(line)
  for (const { message } of warnings) context.warn(message)
  return { json: { settings: shown, warnings } }
}

function showConfig(
  config: ConfigView,
  defaults: SystemDefaults,
  context: CommandContext,
): CommandResult<AnswerOf<'config show'>> {
  const { say } = context
  const isEffective = context.options['effective'] === true
  const settings = isEffective ? effectiveSettings(config.settings, defaults) : config.settings
  sayConfig(config, context)
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === 'object' && Object.keys(value).length === 0) continue
    const text =
      name === 'schedule'
        ? scheduleText(settings.schedule)
        : typeof value === 'object'
          ? JSON.stringify(value)
          : String(value)
    say(`  ${memberText(name, context)}: ${text}${markOf(config, name, isEffective)}`)
  }
  if (isEffective) say(context.t('config.fromSystem'))
  if (config.settings.performance.maxConcurrentBackups !== undefined)
    context.warn(context.t('config.notActive', { option: 'performance.maxConcurrentBackups' }))
  return { json: { ...config, settings } }
}

/** The name that the option has, with what it means where the reader's language is another. */
function memberText(name: string, { t }: CommandContext): string {
  const key = `member.${name}`
  return key in en ? t(key as MessageKey) : name
}

/** What comes from the system is told apart from the configuration's own. */
function markOf({ settings }: ConfigView, name: string, isEffective: boolean): string {
  const own = (settings as unknown as Record<string, unknown>)[name]
  return isEffective &&
    (own === undefined || (typeof own === 'object' && own !== null && Object.keys(own).length === 0))
    ? ' *'
    : ''
}

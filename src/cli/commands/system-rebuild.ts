import type { CarriedProtection } from '../../contracts/system/index.ts'
import type { RepositoryLocation } from '../../storage/index.ts'
import { storage } from '../../system/compose.ts'
import { resolveSettings } from '../../system/settings/index.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { formatMoment, formatNumbers } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { openRepository } from '../open.ts'
import { originText } from '../origin-text.ts'
import { settingsInputOf } from '../settings-input.ts'
import { dataOf, openCommandSystem } from '../system.ts'
import { coveredBy } from './hold-list.ts'

/** Makes a lost database again from the repository alone. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'system rebuild'>>> {
  // A system makes its repository where there is none; there is nothing to rebuild from in a new one.
  await using _opened = await openRepository(context)
  await using started = await openCommandSystem(context, { mayCreate: true, mayReplaceLost: true })
  const summary = dataOf(await started.system.rebuild({ force: context.options['force'] === true }), context)
  const {
    configsLeftDisabled: disabled = [],
    unstorable = [],
    lost,
    carried = [],
    notCarried = [],
    copiedUntil,
    repositoriesNotOpened: notOpened = [],
    ...counts
  } = summary
  context.say(context.t('rebuild.done', counts))
  if (disabled.length > 0)
    context.warn(context.t('rebuild.leftDisabled', { count: disabled.length, names: disabled.join(', ') }))
  for (const record of unstorable) context.warn(context.t('rebuild.unstorable', { record }))
  if (lost) context.warn(context.t('rebuild.lost', { locations: lost.locations.join(', ') }))
  if (lost && lost.entries > 0)
    context.warn(
      context.t('rebuild.lostEntries', {
        entries: lost.entries,
        numbers: formatNumbers(context.t, lost.from!, lost.to!),
      }),
    )
  for (const each of carried) context.say(context.t('rebuild.carried', { what: nameOf(context, each) }))
  for (const each of notCarried) context.warn(context.t('rebuild.notCarried', { what: nameOf(context, each) }))
  if (copiedUntil !== undefined) context.warn(context.t('rebuild.copiedUntil', { at: formatMoment(copiedUntil) }))
  for (const { name, location, errorCode: code } of notOpened)
    context.warn(context.t('rebuild.notOpened', { name, location, code }))
  warnOfNamedBefore(context, started.settings.values.repository)
  return {
    json: {
      ...summary,
      configsLeftDisabled: disabled,
      unstorable,
      carried,
      notCarried,
      repositoriesNotOpened: notOpened,
    },
  }
}

/** What is set besides --repo decides from the next command on, and may still name the one that is lost. */
function warnOfNamedBefore(context: CommandContext, repository: RepositoryLocation): void {
  const { repo: _, ...options } = context.options
  const { values, origins } = resolveSettings(settingsInputOf({ ...context, options }))
  const place = storage.labelOf(repository)
  if (!values.isRepositoryNamed || storage.isPlace(place, values.repository)) return
  const { origin } = origins.find(({ name }) => name === 'repository')!
  const [from, other] = [originText(origin, context.t), storage.labelOf(values.repository)]
  context.warn(context.t('rebuild.namedBefore', { from, other, repository: place }))
}

function nameOf(context: CommandContext, { record, subject, ...target }: CarriedProtection): string {
  if (record === 'pin') return context.t('rebuild.pin', { snapshot: subject.slice(0, 12) })
  return context.t('rebuild.hold', { id: subject, covers: coveredBy(context, target) })
}

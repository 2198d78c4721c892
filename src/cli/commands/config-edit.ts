import { BackupError } from '../../kernel/backup-error.ts'
import type { LibraryConfigPatch } from '../../system/facade/config-input.ts'
import { type CommandContext, type CommandResult, listOption, textOption } from '../command.ts'
import { configPatchOf } from '../config-options.ts'
import { sayConfig } from '../config-text.ts'
import { configByName } from '../configuration.ts'
import { writtenRepository } from '../further-repository.ts'
import type { AnswerOf } from '../json/index.ts'
import { sourceSettingsOf } from '../source-settings.ts'
import { dataOf, openCommandSystem } from '../system.ts'

/** Changes what the options name; `--clear` takes an option away. */
export async function run(given: CommandContext): Promise<CommandResult<AnswerOf<'config edit'>>> {
  const { context, repository } = writtenRepository(given)
  const cleared = Object.fromEntries(listOption(context.options, 'clear').map((name) => [name, null]))
  const rename = textOption(context.options, 'rename')
  const patch = {
    ...cleared,
    ...(await configPatchOf(context)),
    ...(rename !== undefined && { name: rename }),
    ...(repository !== undefined && { repository }),
  } as LibraryConfigPatch
  const isSet = listOption(context.options, 'set').length > 0
  if (Object.keys(patch).length === 0 && !isSet)
    throw new BackupError('USAGE', 'Say what to change, such as --time 03:00.')
  await using started = await openCommandSystem(context)
  const { id, kind } = await configByName(started.system, String(context.args[0]), context)
  const source = isSet ? { source: await sourceSettingsOf(context, kind) } : {}
  const result = await started.system.manager.updateConfig(id, { ...patch, ...source } as LibraryConfigPatch)
  const config = dataOf(result, context)
  context.say(context.t('config.saved', { name: config.name }))
  sayConfig(config, context)
  return { json: { ...config, warnings: result.warnings } }
}

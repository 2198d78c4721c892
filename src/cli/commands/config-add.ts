import { createInterface } from 'node:readline/promises'
import type { ConfigInput } from '../../contracts/system/index.ts'
import { holdsDatabase } from '../../kernel/home-folder.ts'
import { machineZone } from '../../kernel/zone.ts'
import { checkNewConfig } from '../../services/configs/index.ts'
import { storage } from '../../system/compose.ts'
import { sources } from '../../system/compose-sources.ts'
import type { LibraryConfigInput } from '../../system/facade/config-input.ts'
import { resolveSettings } from '../../system/settings/index.ts'
import { type CommandContext, type CommandResult, textOption } from '../command.ts'
import { configPatchOf } from '../config-options.ts'
import { sayConfig } from '../config-text.ts'
import { writtenRepository } from '../further-repository.ts'
import type { AnswerOf } from '../json/index.ts'
import { watchForNewRepository } from '../new-repository.ts'
import { settingsInputOf } from '../settings-input.ts'
import { sourceSettingsOf } from '../source-settings.ts'
import { dataOf, openCommandSystem } from '../system.ts'

export async function run(given: CommandContext): Promise<CommandResult<AnswerOf<'config add'>>> {
  const { context, repository } = writtenRepository(given)
  const asked = await configPatchOf(context)
  const zone = asked.timezone ?? (await askedZone(context, asked.frequency !== undefined || asked.cron !== undefined))
  const kind = textOption(context.options, 'kind')?.toUpperCase()
  const source = await sourceSettingsOf(context, kind ?? '')
  const hasSource = Object.keys(source).length > 0 || (kind !== undefined && sources.has(kind))
  const input = {
    name: textOption(context.options, 'name') ?? '',
    ...(kind !== undefined && { kind }),
    ...(hasSource && { source }),
    ...asked,
    ...(repository !== undefined && { repository }),
    ...(zone !== undefined && { timezone: zone }),
    ...(context.options['disabled'] === true && { enabled: false }),
  } as ConfigInput
  await refuseBeforeMaking(input, context)
  const madeRepository = await watchForNewRepository(context)
  await using started = await openCommandSystem(context, { mayCreate: true, mayBeginOver: false })
  const made = await madeRepository()
  const result = await started.system.manager.createConfig(input as LibraryConfigInput)
  const config = dataOf(result, context)
  context.say(context.t('config.saved', { name: config.name }))
  sayConfig(config, context)
  return { json: { ...config, warnings: [...made, ...result.warnings] } }
}

/** A slip in what is asked must leave neither a database nor an empty repository behind. */
async function refuseBeforeMaking(input: ConfigInput, context: CommandContext): Promise<void> {
  const { values } = resolveSettings(settingsInputOf(context))
  const { home, databaseUrl, repository: location, locale, defaults } = values
  const isMade = databaseUrl !== undefined || holdsDatabase(home)
  if (isMade && (await storage.holdsRepository(location, context.signal))) return
  const root = storage.localRootOf(location)
  const roots = root === undefined ? [] : [root]
  await checkNewConfig(input, { locale, defaults, roots, sources }, context.signal)
}

/** A machine in UTC mostly means that nobody has told it where it is: at a terminal that is asked. */
async function askedZone(context: CommandContext, isZoned: boolean): Promise<string | undefined> {
  const machine = machineZone()
  const isUtc = /^(Etc\/)?(UTC|UCT|Universal|Zulu|GMT)$/i.test(machine)
  if (!isZoned || !isUtc || context.options['json'] === true || !process.stdin.isTTY || !process.stderr.isTTY)
    return undefined
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = (
      await lines.question(context.t('config.askZone', { zone: machine }), { signal: context.signal })
    ).trim()
    return answer === '' ? machine : answer
  } finally {
    lines.close()
  }
}

import { createInterface } from 'node:readline/promises'
import type { ConfigInput } from '../../contracts/system/index.ts'
import { type CommandContext, type CommandResult, textOption } from '../command.ts'
import { configPatchOf } from '../config-options.ts'
import { sayConfig } from '../config-text.ts'
import type { AnswerOf } from '../json/index.ts'
import { watchForNewRepository } from '../new-repository.ts'
import { dataOf, openCommandSystem } from '../system.ts'

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'config add'>>> {
  const asked = await configPatchOf(context)
  const zone = asked.timezone ?? (await askedZone(context, asked.frequency !== undefined || asked.cron !== undefined))
  const input = {
    name: textOption(context.options, 'name') ?? '',
    ...asked,
    ...(zone !== undefined && { timezone: zone }),
    ...(context.options['disabled'] === true && { enabled: false }),
  } as ConfigInput
  const madeRepository = await watchForNewRepository(context)
  await using started = await openCommandSystem(context, { mayCreate: true, mayBeginOver: false })
  const made = await madeRepository()
  const result = await started.system.manager.createConfig(input)
  const config = dataOf(result, context)
  context.say(context.t('config.saved', { name: config.name }))
  sayConfig(config, context)
  return { json: { ...config, warnings: [...made, ...result.warnings] } }
}

/** A machine in UTC mostly means that nobody has told it where it is: at a terminal that is asked. */
async function askedZone(context: CommandContext, isZoned: boolean): Promise<string | undefined> {
  const machine = Intl.DateTimeFormat().resolvedOptions().timeZone
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

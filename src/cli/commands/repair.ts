import { repairRepository } from '../../engine/index.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { openRepository } from '../open.ts'

const EXIT_INCOMPLETE = 3

export async function run(context: CommandContext): Promise<CommandResult> {
  await using opened = await openRepository(context)
  const result = await repairRepository(opened.repository, { signal: context.signal })
  const isNothing = result.packsIndexed + result.segmentsRemoved.length + result.copiesRestored.length + result.packsDamaged.length === 0
  if (isNothing) context.say(context.t('repair.nothing'))
  if (result.packsIndexed > 0) context.say(context.t('repair.index', { segments: result.segmentsWritten, packs: result.packsIndexed }))
  for (const key of result.copiesRestored) context.say(`+ ${key}`)
  for (const key of result.segmentsRemoved) context.say(`- ${key}`)
  for (const key of result.packsDamaged) context.warn(`! ${key}`)
  return { json: result, exitCode: result.packsDamaged.length > 0 ? EXIT_INCOMPLETE : 0 }
}

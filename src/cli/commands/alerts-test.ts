import type { ChannelTest } from '../../contracts/system/index.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'
import { dataOf, openCommandSystem } from '../system.ts'

const EXIT_NOT_DELIVERED = 1

/** Really sends a message through each channel, as the process that serves would, and says what came of it. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'alerts test'>>> {
  const channel = context.args[0] === undefined ? undefined : String(context.args[0])
  await using started = await openCommandSystem(context)
  const tests = dataOf(await started.system.monitor.testChannels(channel), context)
  if (tests.length === 0) context.warn(context.t('alertsTest.none'))
  for (const test of tests) sayTest(test, context)
  const isGood = tests.length > 0 && tests.every(({ delivered }) => delivered)
  return { json: { tests }, exitCode: isGood ? 0 : EXIT_NOT_DELIVERED }
}

/** Cause of a refusal, as the channels name it. */
const PRIVATE = 'private address'

function sayTest({ title, about, delivered, cause }: ChannelTest, { say, t }: CommandContext): void {
  const channel = about === null ? title : `${title} (${about})`
  const why = cause === PRIVATE ? t('alertsTest.private') : (cause ?? '')
  say(delivered ? t('alertsTest.sent', { channel }) : t('alertsTest.failed', { channel, cause: why }))
}

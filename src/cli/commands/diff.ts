import { Inspector, readHistory } from '../../engine/index.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'
import { openRepository } from '../open.ts'
import { namedSnapshot } from '../selection.ts'

const SIGNS = { added: '+', removed: '-', changed: 'M', metadata: 'm' } as const

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'diff'>>> {
  await using opened = await openRepository(context)
  const history = await readHistory(opened.repository, { signal: context.signal })
  const [a, b] = [
    namedSnapshot(context, history, { wanted: String(context.args[0]) }),
    namedSnapshot(context, history, { wanted: String(context.args[1]) }),
  ]
  await using inspector = await Inspector.open(opened.repository)
  const differences = []
  for await (const difference of inspector.diff(a, b)) {
    differences.push(difference)
    context.say(
      `${SIGNS[difference.change]} ${difference.path}${difference.isBitRotSuspected ? `  (${context.t('diff.bitRot')})` : ''}`,
    )
  }
  if (differences.length === 0) context.say(context.t('diff.none'))
  return { json: { from: a.name, to: b.name, differences } }
}

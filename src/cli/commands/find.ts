import { Inspector, readHistory } from '../../engine/index.ts'
import { type CommandContext, type CommandResult, textOption } from '../command.ts'
import { formatTime } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { openRepository } from '../open.ts'
import { namedSnapshot, refuseLoneGroups, selected, warnOfFilters } from '../selection.ts'

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'find'>>> {
  refuseLoneGroups(context)
  await using opened = await openRepository(context)
  const history = await readHistory(opened.repository, { signal: context.signal })
  const wanted = textOption(context.options, 'snapshot')
  const snapshots =
    wanted === undefined ? selected(context, history.snapshots) : [namedSnapshot(context, history, { wanted })]
  const warnings = warnOfFilters(context, history.snapshots)
  const pattern = String(context.args[0])
  await using inspector = await Inspector.open(opened.repository)
  const found = []
  for await (const entry of inspector.find(snapshots, pattern, { isExact: context.options['exact'] === true })) {
    found.push(entry)
    context.say(
      `${entry.snapshot.slice(0, 12)} ${String(entry.bytes).padStart(12)} ${formatTime(entry.modifiedAt)} ${entry.path}`,
    )
  }
  if (found.length === 0) context.say(context.t(/[*?[{]/.test(pattern) ? 'find.none' : 'find.noneWhole', { pattern }))
  return { json: { found, warnings } }
}

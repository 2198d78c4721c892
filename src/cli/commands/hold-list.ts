import { type Hold, holdsOf, readHistory } from '../../engine/index.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { formatMoment, tableLines } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { openRepository } from '../open.ts'

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'hold list'>>> {
  const { t, say } = context
  await using opened = await openRepository(context)
  const holds = holdsOf(await readHistory(opened.repository, { signal: context.signal }))
  if (holds.length === 0) say(t('hold.none'))
  const rows = holds.map((hold) => [
    hold.id,
    coveredBy(context, hold),
    hold.until === null ? t('hold.open') : formatMoment(hold.until),
    hold.reason,
  ])
  const columns = [
    { title: t('column.hold') },
    { title: t('column.covers') },
    { title: t('column.until') },
    { title: t('column.reason') },
  ]
  if (holds.length > 0) for (const line of tableLines(columns, rows)) say(line)
  return { json: { holds } }
}

/** What a hold keeps, in words. */
export function coveredBy({ t }: CommandContext, hold: Pick<Hold, 'snapshot' | 'source'>): string {
  return [hold.snapshot?.slice(0, 12), hold.source].filter(Boolean).join(' + ') || t('hold.everything')
}

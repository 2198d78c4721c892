import type { RepositoryView } from '../../contracts/system/index.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { tableLines } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { dataOf, openCommandSystem } from '../system.ts'

/** Those that the system has; each is opened to say whether it can be. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'repository list'>>> {
  const { t, say } = context
  await using started = await openCommandSystem(context)
  const all = dataOf(await started.system.listRepositories(), context)
  const repositories = all.filter(({ name }) => name !== null)
  const columns = ['name', 'role', 'id', 'state', 'points', 'configs', 'location'] as const
  const lines = tableLines(
    columns.map((column) => ({ title: t(`column.${column}`), isNumber: column === 'points' })),
    repositories.map((each) => [
      each.name ?? '',
      t(each.role === 'FIRST' ? 'repository.first' : 'repository.further'),
      each.repositoryId?.slice(0, 8) ?? '–',
      stateOf(each, context),
      String(each.points),
      each.configs.join(', '),
      each.location,
    ]),
  )
  for (const line of lines) say(line)
  return { json: { repositories } }
}

function stateOf({ errorCode }: RepositoryView, { t }: CommandContext): string {
  return errorCode === null ? t('repository.opens') : t('repository.opensNot', { code: errorCode })
}

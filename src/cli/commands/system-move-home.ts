import path from 'node:path'
import { fixedHome, formerHomes, holdsState, holdsSystem } from '../../kernel/home-folder.ts'
import { moveHome } from '../../system/index.ts'
import { type CommandContext, type CommandResult, textOption } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'

/** Moves the folder of a system, which an earlier version made where it was called, to the fixed place of this user. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'system move-home'>>> {
  const { env, options, t } = context
  const named = textOption(options, 'home') || env['NEONPRO_BACKUP_HOME']
  const former = formerHomes(env, process.cwd())
  const from = named ? path.resolve(named) : (former.find(holdsSystem) ?? former.find(holdsState) ?? former[0]!)
  const fixed = fixedHome(env)
  const to = path.resolve(textOption(options, 'to') ?? fixed)
  const moved = await moveHome({ from, to, fixed })
  context.say(t('moveHome.done', { from, to }))
  if (moved.left.length > 0) context.say(t('moveHome.left', { from, names: moved.left.join(', ') }))
  if (named) context.say(t('moveHome.named', { to }))
  return { json: moved }
}

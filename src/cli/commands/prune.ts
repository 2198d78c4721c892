import { prune } from '../../engine/index.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { formatBytes } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { type Opened, openRepository } from '../open.ts'

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'prune'>>> {
  await using opened = await openRepository(context)
  return await pruneOpened(context, opened)
}

/** Also after a `forget` that is asked for it. */
export async function pruneOpened(context: CommandContext, opened: Opened): Promise<CommandResult<AnswerOf<'prune'>>> {
  const seen = opened.state.heads()
  const dryRun = context.options['dryRun'] === true
  const { detail, signal, act } = context
  let deleted = 0
  const result = await prune(opened.repository, {
    dryRun,
    ...(seen && { seen }),
    signal,
    onPack: (of, what) => {
      // Before the end is told: it may be interrupted.
      if (what === 'deleted') deleted += 1
      if (what === 'deleted') act?.done({ packsDeleted: deleted })
      detail?.({ what, of })
    },
  })
  const { packsDeleted, packsRepacked, packsWaiting, bytesFreed } = result
  act?.done({ packsDeleted, packsRepacked, packsWaiting, bytesFreed })
  const values = {
    packs: result.packsDeleted,
    repacked: result.packsRepacked,
    bytes: formatBytes(Math.max(0, result.bytesFreed - result.bytesStored)),
  }
  const { streamRecordsDeleted: count } = result
  const isNothing = result.packsDeleted + result.packsRepacked + result.packsWaiting + count === 0
  context.say(context.t(isNothing ? 'prune.nothing' : dryRun ? 'prune.dryRun' : 'prune.done', values))
  if (count > 0) context.say(context.t(dryRun ? 'prune.streamsDry' : 'prune.streams', { count }))
  if (result.packsWaiting > 0) context.say(context.t('prune.waiting', { packs: result.packsWaiting }))
  if (result.packsLeft > 0) context.warn(context.t('prune.left', { packs: result.packsLeft }))
  return { json: { dryRun, ...result } }
}

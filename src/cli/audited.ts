/** What changes a repository is written into the audit log of its system, however it ends. */
import type { SingleAct } from '../contracts/index.ts'
import { NotedAct } from './act-notes.ts'
import type { Outcome } from './audit-act.ts'
import type { CommandContext, CommandModule, CommandSpec } from './command.ts'

/** The same command; one that acts is written down when it ends, one that takes something away is noted before. */
export function audited(spec: CommandSpec): CommandSpec {
  const { act, load } = spec
  if (act === undefined) return spec
  return {
    ...spec,
    load: async () => {
      const { run } = await load()
      return { run: (context) => runAudited(act, context, run) }
    },
  }
}

async function runAudited(
  action: SingleAct,
  context: CommandContext,
  run: CommandModule['run'],
): ReturnType<CommandModule['run']> {
  const notes = new NotedAct()
  using begun = (await import('./audit-act.ts')).beginAct(context, action)
  const write = async (outcome: Outcome) =>
    (await import('./audit-act.ts')).auditAct(context, { action, outcome, notes, begun })
  const result = await run({ ...context, act: notes }).catch(async (error: unknown) => {
    await write({ error })
    throw error
  })
  await write(result)
  return result
}

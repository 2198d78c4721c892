/** What changes a repository is written into the audit log of its system, however it ends. */
import type { SingleAct } from '../contracts/system/index.ts'
import type { CommandContext, CommandModule, CommandSpec } from './command.ts'

/** The same command; one that acts is written down when it ends. */
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
  act: SingleAct,
  context: CommandContext,
  run: CommandModule['run'],
): ReturnType<CommandModule['run']> {
  const write = async (outcome: { readonly json: unknown } | { readonly error: unknown }) =>
    (await import('./audit-act.ts')).auditAct(context, act, outcome)
  const result = await run(context).catch(async (error: unknown) => {
    await write({ error })
    throw error
  })
  await write(result)
  return result
}

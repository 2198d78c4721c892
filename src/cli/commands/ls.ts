import { findSnapshot, Inspector, readHistory } from '../../engine/index.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { openRepository } from '../open.ts'

export async function run(context: CommandContext): Promise<CommandResult> {
  await using opened = await openRepository(context)
  const snapshot = findSnapshot(await readHistory(opened.repository, { signal: context.signal }), String(context.args[0]))
  await using inspector = await Inspector.open(opened.repository)
  const entries = []
  for await (const entry of inspector.list(snapshot, String(context.args[1] ?? '/'), { recursive: context.options['recursive'] === true })) {
    if (context.options['json'] === true) entries.push(entry)
    else context.say(`${entry.type.slice(0, 4).padEnd(4)} ${entry.mode.toString(8).padStart(4, '0')} ${String(entry.bytes).padStart(12)}  ${entry.modifiedAt.slice(0, 19)}  ${entry.path}${entry.linkTarget === undefined ? '' : ` -> ${entry.linkTarget}`}`)
  }
  return { json: { snapshot: snapshot.name, entries } }
}

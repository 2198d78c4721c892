import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { findSnapshot, Inspector, readHistory } from '../../engine/index.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { openRepository } from '../open.ts'

export async function run(context: CommandContext): Promise<CommandResult> {
  await using opened = await openRepository(context)
  const snapshot = findSnapshot(await readHistory(opened.repository, { signal: context.signal }), String(context.args[0]))
  await using inspector = await Inspector.open(opened.repository)
  await pipeline(Readable.from(inspector.content(snapshot, String(context.args[1]))), process.stdout, { end: false, signal: context.signal })
  return { json: { snapshot: snapshot.name, path: context.args[1] } }
}

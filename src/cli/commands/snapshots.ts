import { bytesOfPathText, printablePath, readHistory, type SnapshotEntry } from '../../engine/index.ts'
import { type CommandContext, type CommandResult, textOption } from '../command.ts'
import { formatBytes } from '../format.ts'
import { openRepository } from '../open.ts'

export async function run(context: CommandContext): Promise<CommandResult> {
  await using opened = await openRepository(context)
  const seen = opened.state.heads()
  const history = await readHistory(opened.repository, { signal: context.signal, ...(seen && { seen }) })
  const source = textOption(context.options, 'source')
  const entries = [...history.snapshots, ...history.checkpoints].filter(({ document }) => source === undefined || document.source === source)
  if (entries.length === 0) context.say(context.t('list.empty'))
  for (const entry of entries) context.say(lineOf(entry))
  for (const { key, error } of history.problems) context.warn(`${key}: ${error.message}`)
  for (const error of history.rollbacks) context.warn(`${error.code}: ${error.message}`)
  const json = { snapshots: entries.map(jsonOf), problems: history.problems.map(({ key, error }) => ({ key, code: error.code })), rollbacks: history.rollbacks.map(({ message, context: facts }) => ({ message, ...facts })) }
  return { json, exitCode: history.problems.length + history.rollbacks.length > 0 ? 1 : 0 }
}

function stateOf({ document }: SnapshotEntry): 'complete' | 'partial' | 'checkpoint' {
  if (!document.complete) return 'checkpoint'
  return document.skippedCount + document.changedCount + document.notKeptCount > 0 ? 'partial' : 'complete'
}

function lineOf(entry: SnapshotEntry): string {
  const { name, document } = entry
  const paths = document.paths.map((path) => printablePath(bytesOfPathText(path))).join(', ')
  return `${name.slice(0, 12)}  ${document.finishedAt.slice(0, 19)}Z  ${document.type.padEnd(12)} ${stateOf(entry).padEnd(10)} ${formatBytes(document.summary.bytesProcessed).padStart(10)}  ${document.host}  ${paths}`
}

function jsonOf(entry: SnapshotEntry): unknown {
  const { name, document } = entry
  return {
    snapshot: name, time: document.finishedAt, source: document.source, type: document.type, state: stateOf(entry), host: document.host, user: document.user, paths: document.paths, tags: document.tags,
    parent: document.parent, summary: document.summary, skippedCount: document.skippedCount,
  }
}

import { findObject, Inspector, type Repository, readHistory, readObject } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'
import { kindOfKey, objectKindOf } from '../object-kinds.ts'
import { openRepository } from '../open.ts'
import { namedSnapshot } from '../selection.ts'

/** What one object says: `cat snapshot latest`, `cat pack 3f2a`, `cat records/81c0…`, `cat tree ID`, `cat blob ID`. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'cat'> | null>> {
  const [what, id] = context.args as [string, string | undefined]
  const isRaw = context.options['raw'] === true
  if (isRaw && what !== 'blob') throw new BackupError('USAGE', '--raw gives the bytes of a blob: cat blob ID --raw.')
  if (isRaw && (process.stdout.isTTY || context.options['json'] === true))
    throw new BackupError('USAGE', 'The bytes of a blob are nothing for a terminal or JSON: redirect them (> FILE).')
  if (context.options['source'] !== undefined && !(what.startsWith('snapshot') && id === 'latest'))
    throw new BackupError('USAGE', '--source says of which source "cat snapshot latest" is: leave it out here.')
  await using opened = await openRepository(context, { remembers: false })
  if (what === 'blob' || what === 'tree') {
    await using inspector = await Inspector.open(opened.repository)
    return what === 'tree' ? await tree(context, inspector, idOf(id)) : await blob(context, inspector, idOf(id))
  }
  const key = await keyOf(context, opened.repository, { what, id })
  return tell(context, await readObject(opened.repository, key, context.signal))
}

async function tree(
  context: CommandContext,
  inspector: Inspector,
  id: string,
): Promise<CommandResult<AnswerOf<'cat'> | null>> {
  const entries = []
  for await (const entry of inspector.directory(id)) entries.push(entry)
  return tell(context, { tree: id, entries })
}

async function blob(
  context: CommandContext,
  inspector: Inspector,
  id: string,
): Promise<CommandResult<AnswerOf<'cat'> | null>> {
  const { bytes, holds } = await inspector.blob(id)
  if (context.options['raw'] !== true) return tell(context, { blob: id, holds, bytes: bytes.length })
  await new Promise<void>((resolve, reject) =>
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve())),
  )
  return { json: null }
}

function tell(context: CommandContext, json: AnswerOf<'cat'>): CommandResult<AnswerOf<'cat'>> {
  for (const line of JSON.stringify(json, null, 2).split('\n')) context.say(line)
  return { json }
}

/** `what` is a kind with the beginning of a name behind it, or a whole name as `list` prints it. */
async function keyOf(
  context: CommandContext,
  repository: Repository,
  { what, id }: { what: string; id: string | undefined },
): Promise<string> {
  const { signal } = context
  if (id === undefined && what.includes('/'))
    return await findObject(repository, { kind: kindOfKey(what), begin: what }, signal)
  const kind = objectKindOf(what)
  if (kind === 'config' && id === undefined) return `config/a-${repository.configName}`
  if (id === undefined)
    throw new BackupError('USAGE', `Name the object: cat ${what} ID, as "list ${kind}" prints it, or its beginning.`)
  if (kind === 'snapshots' && id === 'latest')
    return `snapshots/${namedSnapshot(context, await readHistory(repository, { signal }), { wanted: id }).name}`
  return await findObject(repository, { kind, begin: id }, signal)
}

/** The index finds a blob by its whole id alone. */
function idOf(id: string | undefined): string {
  if (id !== undefined && /^[0-9a-f]{64}$/.test(id)) return id
  throw new BackupError('USAGE', 'A blob or tree is named by its whole id, 64 hexadecimal digits.')
}

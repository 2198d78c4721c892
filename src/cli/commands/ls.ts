import { Inspector, type ListedEntry, readHistory } from '../../engine/index.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { formatTime } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { openRepository } from '../open.ts'
import { namedSnapshot } from '../selection.ts'

const TYPE_LETTERS: Readonly<Record<ListedEntry['type'], string>> = {
  file: '-',
  directory: 'd',
  link: 'l',
  fifo: 'p',
  socket: 's',
  block: 'b',
  character: 'c',
}

/** Without a path everything is listed, so that `ls latest | grep NAME` finds it. */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'ls'>>> {
  const [wanted, path] = context.args as [string, string | undefined]
  const isJson = context.options['json'] === true
  await using opened = await openRepository(context)
  const snapshot = namedSnapshot(context, await readHistory(opened.repository, { signal: context.signal }), {
    wanted,
    place: path,
  })
  await using inspector = await Inspector.open(opened.repository)
  const entries: ListedEntry[] = []
  for await (const entry of inspector.list(snapshot, path ?? '/', {
    recursive: path === undefined || context.options['recursive'] === true,
  })) {
    if (isJson) entries.push(entry)
    else context.say(lineOf(entry))
  }
  return { json: { snapshot: snapshot.name, entries } }
}

function lineOf({ type, mode, uid, gid, bytes, modifiedAt, path, linkTarget }: ListedEntry): string {
  const owner = `${String(uid).padStart(5)} ${String(gid).padStart(5)}`
  return `${TYPE_LETTERS[type]}${permissions(mode)} ${owner} ${String(bytes).padStart(12)} ${formatTime(modifiedAt)} ${path}${linkTarget === undefined ? '' : ` -> ${linkTarget}`}`
}

/** As `ls -l` writes them: rwxr-sr-t. */
function permissions(mode: number): string {
  const triple = (shift: number, special: number, letter: string) => {
    const bits = mode >> shift
    const execute = (bits & 1) !== 0
    const last = (mode & special) === 0 ? (execute ? 'x' : '-') : execute ? letter : letter.toUpperCase()
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${last}`
  }
  return triple(6, 0o4000, 's') + triple(3, 0o2000, 's') + triple(0, 0o1000, 't')
}

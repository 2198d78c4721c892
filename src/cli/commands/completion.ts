import { BackupError } from '../../kernel/backup-error.ts'
import { isoTime } from '../../kernel/clock.ts'
import { printable } from '../../kernel/printable.ts'
import { openStore, parseLocation } from '../../system/compose.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { SCRIPTS } from '../completion/scripts.ts'
import { SHELLS } from '../completion/shells.ts'
import { joinWords, type Suggested, type Suggestion, suggest } from '../completion/suggest.ts'
import { formatTime } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { meantRepository } from '../meant-repository.ts'

const FOLDER = 'snapshots/'
const SNAPSHOTS_MAX = 50
/** Who pressed TAB waits no longer for a store that is far away. */
const LISTING_MS_MAX = 2000
const NAME_LENGTH = 12
const LINE_BYTES_MAX = 1024 * 1024

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'completion'> | null>> {
  const shell = SHELLS.find((known) => known === context.args[0])
  if (!shell)
    throw new BackupError('USAGE', `The argument <shell> is bash, zsh or fish, not "${String(context.args[0])}".`)
  if (context.options['suggest'] === true) return await answer(context, shell === 'bash')
  for (const line of SCRIPTS[shell].trimEnd().split('\n')) context.say(line)
  return { json: { shell, script: SCRIPTS[shell] } }
}

/** The words of the line come on standard input, a NUL behind each. */
async function answer(context: CommandContext, isBroken: boolean): Promise<CommandResult<null>> {
  const pieces = (await standardInput()).split('\0').slice(0, -1)
  const { words, typed } = isBroken ? joinWords(pieces) : { words: pieces, typed: pieces.at(-1) ?? '' }
  const current = words.at(-1) ?? ''
  const suggested = suggest(context.root, words)
  const found = suggested.kind === 'words' ? suggested.words : await snapshotsFor(context, suggested)
  const cut = current.length - typed.length
  const lines = found
    .filter(({ value }) => value.startsWith(current))
    .map(({ value, text }) => `${printable(value.slice(cut))}\t${printable(text)}`)
  if (suggested.kind === 'files' || suggested.kind === 'folders') lines.push(`:${suggested.kind}`)
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`)
  return { json: null }
}

async function standardInput(): Promise<string> {
  let text = ''
  for await (const piece of process.stdin.setEncoding('utf8')) {
    text += String(piece)
    if (text.length > LINE_BYTES_MAX) break
  }
  return text
}

/**
 * By the names of their objects alone, newest first: TAB asks for no key. Checkpoints and what another program put
 * there are refused later by the command.
 */
async function snapshotsFor(context: CommandContext, suggested: Suggested): Promise<Suggestion[]> {
  if (suggested.kind !== 'snapshots') return []
  const { prefix } = suggested
  const latest = { value: `${prefix}latest`, text: '' }
  try {
    const location = suggested.repository ?? meantRepository(context)
    if (!location) return [latest]
    await using store = openStore(parseLocation(location))
    const entries: Array<{ readonly name: string; readonly time: number }> = []
    const within = AbortSignal.any([context.signal, AbortSignal.timeout(LISTING_MS_MAX)])
    for await (const { key, modifiedMs } of store.list(FOLDER, { signal: within }))
      if (/^[0-9a-f]{64}$/.test(key.slice(FOLDER.length)))
        entries.push({ name: key.slice(FOLDER.length), time: modifiedMs })
    entries.sort((a, b) => b.time - a.time)
    const named = entries.slice(0, SNAPSHOTS_MAX).map(({ name, time }) => ({
      value: `${prefix}${name.slice(0, NAME_LENGTH)}`,
      text: formatTime(isoTime(time)),
    }))
    return [latest, ...named]
  } catch {
    // A repository that is not there is the command's to speak of.
    return [latest]
  }
}

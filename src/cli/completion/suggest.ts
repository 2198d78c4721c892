/**
 * What may stand where the cursor is, read off the command tree: subcommands, options, their choices. Files are left to
 * the shell; snapshots are named by who knows where they lie.
 */
import type { Argument, Command, Option } from 'commander'

export interface Suggestion {
  readonly value: string
  /** What it is; may be empty. */
  readonly text: string
}

export type Suggested =
  | { readonly kind: 'words'; readonly words: readonly Suggestion[] }
  | { readonly kind: 'files' | 'folders' }
  /** Before each stands `prefix`, as it was typed. */
  | { readonly kind: 'snapshots'; readonly repository: string | undefined; readonly prefix: string }

const NOTHING: Suggested = { kind: 'words', words: [] }
/** What the placeholder of a value says that it is. */
const PLACES: Readonly<Record<string, 'files' | 'folders' | 'snapshots'>> = {
  file: 'files',
  path: 'files',
  glob: 'files',
  command: 'files',
  dir: 'folders',
  location: 'folders',
  snapshot: 'snapshots',
  a: 'snapshots',
  b: 'snapshots',
}

/** Where the words before the cursor have led. */
interface Reached {
  readonly command: Command
  /** Values that stood there for its arguments. */
  readonly valuesGiven: number
  /** Its value comes next. */
  readonly pending: Option | undefined
  /** Behind `--` nothing is an option. */
  readonly isLiteral: boolean
  readonly repository: string | undefined
}

/** `words` are those behind the program's name; the last one, which may be empty, is being typed. */
export function suggest(root: Command, words: readonly string[]): Suggested {
  const current = words.at(-1) ?? ''
  const reached = walk(root, words.slice(0, -1))
  const { command, pending, isLiteral } = reached
  if (pending && !(pending.optional && current.startsWith('-'))) return valuesOf(pending, reached, '')
  if (!isLiteral && current.startsWith('-')) return optionsFor(current, reached)
  const argument = argumentAt(command, reached.valuesGiven)
  const names = reached.valuesGiven === 0 ? subcommandsOf(command) : []
  if (names.length > 0) return { kind: 'words', words: [...names, ...choicesOf(argument, '')] }
  return argument === undefined ? NOTHING : valuesOf(argument, reached, '')
}

function walk(root: Command, words: readonly string[]): Reached {
  let reached: Reached = { command: root, valuesGiven: 0, pending: undefined, isLiteral: false, repository: undefined }
  for (const word of words) reached = step(reached, word)
  return reached
}

function step(reached: Reached, word: string): Reached {
  const { command, pending, isLiteral } = reached
  if (pending && !(pending.optional && word.startsWith('-')))
    return { ...reached, pending: undefined, ...(pending.long === '--repo' && { repository: word }) }
  const past = { ...reached, pending: undefined }
  if (word === '--') return { ...past, isLiteral: true }
  if (!isLiteral && word.startsWith('-')) {
    const [name = '', ...value] = word.split('=')
    const option = optionOf(command, name)
    if (value.length > 0) return option?.long === '--repo' ? { ...past, repository: value.join('=') } : past
    return { ...past, pending: option && takesValue(option) ? option : undefined }
  }
  const child = reached.valuesGiven === 0 ? command.commands.find((each) => each.name() === word) : undefined
  return child ? { ...past, command: child } : { ...past, valuesGiven: reached.valuesGiven + 1 }
}

function optionOf(command: Command, name: string): Option | undefined {
  return command.options.find((option) => option.long === name || option.short === name)
}

const takesValue = (option: Option): boolean => option.required || option.optional

/** The last argument may take any number of values. */
function argumentAt(command: Command, at: number): Argument | undefined {
  const all = command.registeredArguments
  const last = all.at(-1)
  return all[at] ?? (last?.variadic === true ? last : undefined)
}

function subcommandsOf(command: Command): Suggestion[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((child) => ({ value: child.name(), text: child.description() }))
}

function optionsFor(current: string, reached: Reached): Suggested {
  const { command } = reached
  const equals = current.indexOf('=')
  if (equals >= 0) {
    const option = optionOf(command, current.slice(0, equals))
    return option && takesValue(option) ? valuesOf(option, reached, current.slice(0, equals + 1)) : NOTHING
  }
  // The first help hides the general options to stay short; a hidden option of a command is not for people.
  const own = command.parent === null ? command.options : command.options.filter((option) => !option.hidden)
  const words = own.map((option) => ({ value: option.long ?? option.flags, text: option.description }))
  const help = command
    .createHelp()
    .visibleOptions(command)
    .find(({ long }) => long === '--help')
  return { kind: 'words', words: [...words, ...(help ? [{ value: '--help', text: help.description }] : [])] }
}

function choicesOf(of: Option | Argument | undefined, prefix: string): Suggestion[] {
  return (of?.argChoices ?? []).map((choice) => ({ value: `${prefix}${choice}`, text: '' }))
}

function valuesOf(of: Option | Argument, { repository }: Reached, prefix: string): Suggested {
  const words = choicesOf(of, prefix)
  if (words.length > 0) return { kind: 'words', words }
  const place = PLACES[placeholderOf(of)]
  if (place === undefined) return NOTHING
  return place === 'snapshots' ? { kind: 'snapshots', repository, prefix } : { kind: place }
}

function placeholderOf(of: Option | Argument): string {
  return 'flags' in of ? (/[<[]([a-z-]+)/.exec(of.flags)?.[1] ?? '') : of.name()
}

/**
 * Bash takes `--type=full` and `latest:/srv` apart at the mark: whole words again, and what of the last one stands
 * behind its last mark, which is all that bash replaces.
 */
export function joinWords(pieces: readonly string[]): { readonly words: readonly string[]; readonly typed: string } {
  const isMark = (piece: string | undefined) => piece !== undefined && /^[=:]+$/.test(piece)
  const words: string[] = []
  pieces.forEach((piece, i) => {
    const belongsToLast = i > 0 && (isMark(piece) || isMark(pieces[i - 1]))
    if (belongsToLast) words.push(`${words.pop() ?? ''}${piece}`)
    else words.push(piece)
  })
  const last = pieces.at(-1) ?? ''
  return { words, typed: isMark(last) ? '' : last }
}

/**
 * The commands as commander reads them: general options before or behind the command, refusals as errors of the
 * catalogue, help in the reader's language.
 */
import { Command, CommanderError } from 'commander'
import { BackupError } from '../kernel/backup-error.ts'
import { environment } from '../kernel/environment.ts'
import { nearNames } from '../kernel/near-names.ts'
import { PROGRAM } from '../kernel/program.ts'
import { textFault, textsIn } from '../kernel/text.ts'
import { expandTilde, othersTilde } from '../kernel/tilde.ts'
import { choice } from './choices.ts'
import type { CommandSpec, OptionValues } from './command.ts'
import { addExamples, groupOf, translateHelp } from './help.ts'
import { type Locale, placeholder, placeholders, sentence } from './locale.ts'
import { PROGRESS_MODES } from './progress.ts'

const NAME = 'neonpro-backup'
const EXIT_USAGE = 2
const GROUPS: Readonly<Record<string, string>> = {
  hold: 'legal holds: what the law or a case says must be kept',
  key: 'the keys that open the repository',
  repository: 'the repository as a whole',
  config: 'the configurations of the system',
  audit: 'the log of every act',
  service: 'the system as a service of this machine',
  system: 'the system as a whole',
}

/** What the arguments ask for: a command to run, or nothing more since help or version has been shown. */
export type Asked =
  | {
      readonly kind: 'run'
      readonly spec: CommandSpec
      readonly options: OptionValues
      readonly args: readonly unknown[]
      readonly root: Command
    }
  | { readonly kind: 'told'; readonly exitCode: number }

export interface CommandTree {
  readonly root: Command
  asked: Asked
}

export function commandTree(specs: readonly CommandSpec[], locale: Locale): CommandTree {
  const root = new Command(NAME)
  const tree: CommandTree = { root, asked: { kind: 'told', exitCode: 0 } }
  prepare(root, undefined, locale)
    .description('Backup and disaster recovery: encrypted, deduplicated, proven by restoring.')
    .enablePositionalOptions()
  root
    .usage('[options] <command>')
    .version(PROGRAM, '-V, --version', 'show the version')
    .helpCommand('help [command]', 'show the help of a command')
  root.commandsGroup('Help:')
  addGeneralOptions(root, true)
  for (const spec of specs) {
    const [parent, name] = spec.name.includes(' ') ? (spec.name.split(' ') as [string, string]) : [undefined, spec.name]
    const command = prepare(
      parent === undefined ? root.command(name) : groupCommand(root, parent, locale).command(name),
      spec.name,
      locale,
    ).description(spec.describe)
    if (parent === undefined) command.helpGroup(groupOf(name))
    spec.configure?.(command)
    addGeneralOptions(command)
    command.action((...all: unknown[]) => {
      const args = all.slice(0, -2)
      refuseEmpty([root, command], args, { name: spec.name, locale })
      refuseControls(command, spec.name)
      refuseOthersTilde([root, command], args, spec.name)
      const options = { ...placesOf(root), ...placesOf(command) }
      tree.asked = { kind: 'run', spec, options, args: args.map((each, at) => placeOf(command, at, each)), root }
    })
  }
  translateHelp(root, locale)
  return tree
}

/** Reads an argument vector. Throws USAGE with the command's name in `context.command`. */
export async function readArguments(tree: CommandTree, argv: readonly string[]): Promise<Asked> {
  refuseUnknownHelp(tree.root, argv.slice(2))
  try {
    await tree.root.parseAsync([...argv])
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // A missing command shows the help as an error.
    return { kind: 'told', exitCode: error.exitCode === 0 ? 0 : EXIT_USAGE }
  }
  return tree.asked
}

/** Help for a command that is none would be that of all. Throws USAGE naming the near ones. */
function refuseUnknownHelp(root: Command, argv: readonly string[]): void {
  const options = argv.findIndex((each) => each.startsWith('-'))
  const words = options < 0 ? argv : argv.slice(0, options)
  const isByWord = words[0] === 'help'
  if (!isByWord && !argv.slice(words.length).some((each) => each === '--help' || each === '-h')) return
  let at = root
  for (const word of isByWord ? words.slice(1) : words) {
    const found = at.commands.find((each) => each.name() === word)
    if (found === undefined) {
      if (at.commands.length > 0) throw unknownCommand(at, word)
      return
    }
    at = found
  }
}

function unknownCommand(parent: Command, typed: string): BackupError {
  const near = nearNames(
    typed,
    parent.commands.map((each) => each.name()),
  )
  const said = `There is no command "${typed}".`
  return new BackupError('USAGE', near.length > 0 ? `${said} Did you mean ${near.join(', ')}?` : said, {
    ...(parent.parent && { context: { command: parent.name() } }),
  })
}

/**
 * An empty value is an unset variable of a script, never a wish: as a folder it would be the current one, as a number
 * 0, as the beginning of a name everything. Throws USAGE naming the option or argument.
 */
function refuseEmpty(
  commands: readonly [Command, Command],
  args: readonly unknown[],
  { name, locale }: { readonly name: string; readonly locale: Locale },
): void {
  const context = { command: name }
  for (const each of commands) {
    const empty = each.options.find((option) => isEmpty(each.getOptionValue(option.attributeName())))
    if (empty) throw new BackupError('USAGE', `The value of ${empty.long ?? empty.flags} is empty.`, { context })
  }
  const at = args.findIndex(isEmpty)
  if (at < 0) return
  const argument = commands[1].registeredArguments[at]?.name() ?? String(at + 1)
  throw new BackupError('USAGE', `The argument <${placeholder(argument, locale)}> is empty.`, { context })
}

const PLACE = /^(location|file|dir|path|source)$/

/** The options, with `~/` at the beginning of those that name places expanded. */
function placesOf(command: Command): OptionValues {
  const values: Record<string, unknown> = command.opts()
  for (const option of command.options) {
    const name = option.attributeName()
    if (isPlace(option) && values[name] !== undefined) values[name] = expanded(values[name])
  }
  return values as OptionValues
}

/** Patterns and paths in a snapshot are no places of this machine. Throws USAGE naming the option or argument. */
function refuseOthersTilde(commands: readonly [Command, Command], args: readonly unknown[], name: string): void {
  for (const each of commands) {
    const places = each.options.filter((option) => isPlace(option) && option.attributeName() !== 'include')
    for (const option of places)
      refuseTildeIn(each.getOptionValue(option.attributeName()), option.long ?? option.flags, name)
  }
  const given = commands[1].registeredArguments
  if (given[0]?.name() === 'snapshot') return
  for (const [at, argument] of given.entries())
    if (PLACE.test(argument.name())) refuseTildeIn(args[at], argument.name(), name)
}

function refuseTildeIn(value: unknown, where: string, command: string): void {
  const tilde = [value].flat().flatMap((each) => (typeof each === 'string' ? (othersTilde(each) ?? []) : []))[0]
  if (tilde === undefined) return
  throw new BackupError(
    'USAGE',
    `${where}: ${tilde} is the folder of another user, which only a shell looks up. Write the full path, or ./${tilde} for what is really called so.`,
    { context: { command } },
  )
}

function isPlace({ flags }: { readonly flags: string }): boolean {
  return PLACE.test(/<(\w+)>/.exec(flags)?.[1] ?? '')
}

function placeOf(command: Command, at: number, value: unknown): unknown {
  return PLACE.test(command.registeredArguments[at]?.name() ?? '') ? expanded(value) : value
}

function expanded(value: unknown): unknown {
  if (typeof value === 'string') return expandTilde(value, environment())
  return Array.isArray(value) ? value.map(expanded) : value
}

/** Options whose values are kept as text: in a signed record, or shown in every list. */
const KEPT_TEXTS: ReadonlySet<string> = new Set(['source', 'tag', 'reason', 'label', 'name', 'rename', 'by', 'host'])

/** Throws USAGE naming the option. */
function refuseControls(command: Command, name: string): void {
  const faulty = command.options.find(
    (option) =>
      KEPT_TEXTS.has(option.attributeName()) &&
      [...textsIn(command.getOptionValue(option.attributeName()))].some(({ text }) => textFault(text) !== undefined),
  )
  if (faulty)
    throw new BackupError('USAGE', `The value of ${faulty.long ?? faulty.flags} holds control characters.`, {
      context: { command: name },
    })
}

/** White space alone is what is left of a quoted text whose variables were unset. */
function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isEmpty)
  return typeof value === 'string' && value.trim() === ''
}

function groupCommand(root: Command, name: string, locale: Locale): Command {
  const known = root.commands.find((each) => each.name() === name)
  if (known) return known
  return prepare(root.command(name), name, locale)
    .description(GROUPS[name] ?? '')
    .usage('<command>')
    .helpCommand(false)
    .helpGroup(groupOf(name))
}

function prepare(command: Command, name: string | undefined, locale: Locale): Command {
  command.configureOutput({ outputError: () => {} })
  addExamples(command, name, locale)
  return command.exitOverride((error) => {
    if (error.code === 'commander.missingMandatoryOptionValue') refuseUnknownFirst(command)
    const refusal = usageSentence(error, locale, name)
    if (refusal === undefined) throw error
    throw new BackupError('USAGE', refusal, { ...(name !== undefined && { context: { command: name } }), cause: error })
  })
}

/** What is missing is most often there, misspelt: `--targt DIR`. Throws what commander throws for an unknown option. */
function refuseUnknownFirst(command: Command): void {
  const unknown = command.args.find((each) => each.startsWith('--'))
  const { unknownOption } = command as unknown as { readonly unknownOption: (flag: string) => never }
  if (unknown !== undefined) unknownOption.call(command, unknown)
}

/** Said behind an option that another command has. */
const ELSEWHERE: ReadonlyArray<readonly [option: RegExp, command: RegExp, sentence: string]> = [
  [
    /^--keep-/,
    /^config (add|edit)$/,
    'A configuration takes its whole policy by one option: --retention 30 (days), or --retention \'{ "daily": 14, "weekly": 8 }\'.',
  ],
  [/^--allow-empty$/, /^run$/, 'It is an option of the configuration: neonpro-backup config edit NAME --allow-empty.'],
]

const REFUSALS: ReadonlyArray<readonly [code: string, pattern: RegExp, sentence: (...values: string[]) => string]> = [
  ['commander.unknownOption', /unknown option '(.*?)'/, (option) => `There is no option ${option}.`],
  ['commander.unknownCommand', /unknown command '(.*?)'/, (command) => `There is no command "${command}".`],
  ['commander.missingArgument', /argument '(.*?)'/, (argument) => `The argument <${argument}> is missing.`],
  ['commander.optionMissingArgument', /option '(.*?)'/, (option) => `The option ${option} needs a value.`],
  ['commander.missingMandatoryOptionValue', /option '(.*?)'/, (option) => `The option ${option} is required.`],
  [
    'commander.excessArguments',
    /got (\d+)(?:: (.*?))?\.?$/,
    (count, given) => `These are too many arguments (${count}): ${given}.`,
  ],
]

/** One sentence, or undefined where commander has only shown help or version. */
function usageSentence(error: CommanderError, locale: Locale, name: string | undefined): string | undefined {
  const [message = '', suggestion] = error.message.split('\n')
  const found = REFUSALS.find(([code]) => code === error.code)
  const values = found?.[1].exec(message)?.slice(1)
  if (!found || !values) return error.code === 'commander.error' ? message.replace(/^error: /, '') : undefined
  const elsewhere = ELSEWHERE.filter(
    ([option, command]) =>
      error.code === 'commander.unknownOption' && option.test(values[0]!) && command.test(name ?? ''),
  )
  const meant = /Did you mean (.*?)\?/.exec(suggestion ?? '')?.[1]
  return [
    placeholders(sentence(found[2](...values.map(String)), locale), locale),
    ...elsewhere.map(([, , said]) => sentence(said, locale)),
    ...(meant === undefined || elsewhere.length > 0
      ? []
      : [sentence(`Did you mean ${meant.replace('one of ', '')}?`, locale)]),
  ].join(' ')
}

/** The first help names them in one line: what one can do comes first there. */
function addGeneralOptions(command: Command, isHidden = false): void {
  const add = (flags: string, description: string, values: readonly string[] = []) =>
    command.addOption(choice(flags, description, values).helpGroup('General options:').hideHelp(isHidden))
  add(
    '-r, --repo <location>',
    'repository: a path or file: URL (NEONPRO_REPOSITORY); default: that of the system in HOME',
  )
  add('--key-file <file>', 'file with the key (else BACKUP_ENCRYPTION_KEY)')
  add('--password-command <command>', 'program that prints the key (BACKUP_ENCRYPTION_KEY_COMMAND); no shell reads it')
  add('--home <dir>', "folder for this machine's state (NEONPRO_BACKUP_HOME)")
  add('--json', 'answer with one JSON object on the last line of standard output')
  add('--progress <mode>', 'auto, plain (lines), json (events) or none; default: auto', PROGRESS_MODES)
  add('-q, --quiet', 'no progress')
  add('-v, --verbose', 'say on standard error what is decided for each path or object')
}

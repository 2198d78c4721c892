/** The command line's entry: reads arguments, loads one command, prints one answer, gives one exit code. */
import { Command, CommanderError } from 'commander'
import { ERROR_CATALOG } from '../contracts/index.ts'
import { BackupError } from '../kernel/backup-error.ts'
import { environment } from '../kernel/environment.ts'
import { keepMemoryLean } from '../kernel/system-calls.ts'
import type { CommandContext, CommandSpec, OptionValues } from './command.ts'
import { COMMANDS } from './commands.ts'
import { chooseLocale, errorText, sentence, translator } from './locale.ts'
import { createProgress } from './progress.ts'

const EXIT_USAGE = 2
const EXIT_INTERRUPTED = 130

interface Outcome {
  exitCode: number
}

function interruption(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      // The second asks for an end at once.
      if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED)
      controller.abort(name)
    })
  }
  return controller.signal
}

function contextOf(options: OptionValues, args: readonly unknown[]): CommandContext {
  const env = environment()
  const locale = chooseLocale(env)
  const t = translator(locale)
  const isJson = options['json'] === true
  const mode = options['progress'] === 'json' ? 'json' : options['quiet'] === true ? 'none' : 'auto'
  return {
    args, options, env, locale, t, signal: interruption(), say: (line) => void (isJson ? 0 : process.stdout.write(`${line}\n`)), warn: (line) => void process.stderr.write(`${line}\n`),
    progress: (kind) => createProgress({ kind, mode, stream: process.stderr, t }),
  }
}

async function runCommand(spec: CommandSpec, options: OptionValues, parts: { args: readonly unknown[]; outcome: Outcome }): Promise<void> {
  const context = contextOf(options, parts.args)
  try {
    keepMemoryLean()
    const { run } = await spec.load()
    const result = await run(context)
    if (options['json'] === true) process.stdout.write(`${JSON.stringify(result.json)}\n`)
    parts.outcome.exitCode = result.exitCode ?? 0
  } catch (error) {
    parts.outcome.exitCode = report(error, context)
  }
}

/** Prints an error as text or JSON, without a stack unless DEBUG is set. Returns the exit code. */
function report(error: unknown, context: CommandContext): number {
  const known = error instanceof BackupError ? error : new BackupError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error })
  const entry = ERROR_CATALOG[known.code]
  const { message, guidance } = errorText(entry, context.locale, known.context)
  const isSaidBetter = known.code === 'USAGE' || known.code === 'INTERNAL'
  const shown = isSaidBetter ? sentence(known.message, context.locale) : message
  if (context.options['json'] === true) process.stdout.write(`${JSON.stringify({ error: { code: known.code, message: shown, guidance, context: known.context } })}\n`)
  process.stderr.write(`${context.t('error.prefix', { code: known.code, message: shown })}\n${context.t('error.hint', { guidance })}\n`)
  if (context.env['DEBUG']) process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : ''}\n${error instanceof Error && error.cause instanceof Error ? (error.cause.stack ?? '') : ''}\n`)
  return entry.exitCode
}

const GROUPS: Readonly<Record<string, string>> = { hold: 'pins of retention that the law asks for', key: 'the keys that open the repository' }

/** Help speaks the reader's language: titles, descriptions, defaults. */
function translateHelp(command: Command): void {
  const say = (text: string) => sentence(text, chooseLocale())
  command.helpOption('-h, --help', say('display help for command')).helpCommand(false).description(say(command.description()))
  for (const option of command.options) option.description = say(option.description)
  command.configureHelp({
    styleTitle: say,
    optionDescription: (option) => (option.defaultValue === undefined ? option.description : `${option.description} ${say(`(default: ${JSON.stringify(option.defaultValue)})`)}`),
  })
  for (const child of command.commands) translateHelp(child)
}

function program(outcome: Outcome): Command {
  const root = new Command('neonpro-backup')
  root.description('Backup and disaster recovery: encrypted, deduplicated, proven by restoring.').exitOverride().enablePositionalOptions()
  for (const spec of COMMANDS) {
    const [parent, name] = spec.name.includes(' ') ? (spec.name.split(' ') as [string, string]) : [undefined, spec.name]
    const host = parent === undefined ? root : (root.commands.find((each) => each.name() === parent) ?? root.command(parent).description(GROUPS[parent] ?? '').exitOverride())
    const command = host.command(name).description(spec.describe).exitOverride()
    addGlobals(command)
    spec.configure?.(command)
    command.action((...all: unknown[]) => runCommand(spec, command.opts(), { args: all.slice(0, -2), outcome }))
  }
  translateHelp(root)
  return root
}

function addGlobals(command: Command): void {
  command
    .option('--repo <location>', 'repository: a path or file: URL (NEONPRO_REPOSITORY)')
    .option('--key-file <file>', 'file with the key (else BACKUP_ENCRYPTION_KEY)')
    .option('--home <dir>', 'folder for this machine\'s state (NEONPRO_BACKUP_HOME)')
    .option('--json', 'answer with one JSON object on the last line of standard output')
    .option('--progress <mode>', 'auto or json', 'auto')
    .option('--quiet', 'no progress')
}

async function main(): Promise<void> {
  const outcome: Outcome = { exitCode: 0 }
  try {
    await program(outcome).parseAsync(process.argv)
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    outcome.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE
  }
  process.exitCode = outcome.exitCode
}

await main()

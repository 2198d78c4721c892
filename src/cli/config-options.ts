/**
 * The options of `config add` and `config edit`, and what they say of a configuration. Values are checked by the
 * system, which names the accepted form.
 */
import path from 'node:path'
import type { Command } from 'commander'
import type { ConfigPatch } from '../contracts/system/index.ts'
import { BackupError } from '../kernel/backup-error.ts'
import { choice, FREQUENCIES, LEVELS, PRIORITIES, repeated, TYPES } from './choices.ts'
import { bytesOption, type CommandContext, countOption, listOption, type OptionValues, textOption } from './command.ts'
import { databaseUrlOf, type SecretPlaces } from './database-option.ts'
import { readGiven, standardInput } from './given-file.ts'

const STDIN_BYTES_MAX = 65_536

/** Of a source that is neither files nor named by a URL. */
export const SET_OPTION = [
  '--set <setting>',
  'a setting of the source, NAME=VALUE; what is secret as NAME=env:NAME, NAME=file:PATH or NAME=-; may be given again',
] as const

/** Every option that a configuration takes but its name and its kind. */
export function addConfigOptions(command: Command): Command {
  return command
    .option('--path <path>', 'folder or file to back up; may be given again', repeated)
    .option('--database <url>', 'env:NAME, file:PATH, "-" for standard input, or a URL without a password')
    .option(...SET_OPTION, repeated)
    .addOption(choice('--frequency <frequency>', 'HOURLY, DAILY, WEEKLY or MONTHLY', FREQUENCIES))
    .option('--time <time>', 'HH:MM; HOURLY uses its minutes')
    .option('--day-of-week <day>', '0 (Sunday) to 6, or MON')
    .option('--day-of-month <day>', '1 to 31 (31: the last)')
    .option('--cron <expression>', 'instead of a frequency: five fields')
    .option('--every <period>', 'instead of a frequency: 15m, 6h, 2d')
    .option('--timezone <zone>', "IANA name; default: the machine's")
    .addOption(choice('--type <type>', 'full, incremental or differential', TYPES))
    .option('--include <glob>', 'only files that match; may be given again', repeated)
    .option('--exclude <glob>', 'leave out what matches; may be given again', repeated)
    .option('--allow-empty', 'take a path that had files and has none as it is')
    .option('--size-limit <bytes>', 'leave out larger files (10M, 2G)')
    .option('--modified-since <date>', 'leave out files last changed before (2024-01-31)')
    .option(
      '--retention <policy>',
      'days, or JSON: { "daily": 14, "custom": [{ "pattern": "first-of-month", "keep": 60 }] }',
    )
    .addOption(choice('--compression-level <level>', '1 to 9', LEVELS))
    .option('--chunk-size <bytes>', 'what is compressed and sealed together (1M)')
    .option('--timeout <seconds>', 'end a run that takes longer')
    .option('--retry-attempts <n>', 'further attempts after a transient error')
    .option('--retry-delay <ms>', 'milliseconds between two attempts')
    .option('--max-failure-rate <rate>', 'alarm above this share of failed runs, 0 to 1')
    .option('--max-backup-time <seconds>', 'alarm when a run takes longer')
    .option('--min-free-space <bytes>', 'alarm when less room is free (5G)')
    .option('--healthcheck-url <url>', 'called at start, success and failure')
    .addOption(choice('--priority <priority>', 'LOW, NORMAL, HIGH or CRITICAL', PRIORITIES))
    .option('--tag <tag>', 'may be given again', repeated)
}

/** What the options say; what they do not is not there. Throws USAGE. */
export async function configPatchOf(context: CommandContext): Promise<ConfigPatch> {
  const { options } = context
  const text = (name: string, member = name) => present(member, textOption(options, name))
  const count = (name: string, member = name) => present(member, countOption(options, name))
  const bytes = (name: string, member = name) => present(member, bytesOption(options, name))
  const list = (name: string, member: string) =>
    listOption(options, name).length === 0 ? {} : { [member]: listOption(options, name) }
  const paths = listOption(options, 'path').map((each) => path.resolve(each))
  const performance = {
    ...count('compressionLevel'),
    ...bytes('chunkSize'),
    ...count('timeout'),
    ...count('retryAttempts'),
    ...count('retryDelay'),
  }
  const alertConfig = {
    ...present('failureRate', numberOption(options, 'maxFailureRate')),
    ...count('maxBackupTime'),
    ...bytes('minFreeSpace'),
  }
  return {
    ...(paths.length > 0 && { paths }),
    ...present('databaseUrl', await databaseOf(context)),
    ...present('frequency', textOption(options, 'frequency')?.toUpperCase()),
    ...text('time'),
    ...present('dayOfWeek', dayOfWeekOption(options)),
    ...count('dayOfMonth'),
    ...text('cron'),
    ...text('every'),
    ...text('timezone'),
    ...present('type', textOption(options, 'type')?.toUpperCase()),
    ...list('include', 'includePatterns'),
    ...list('exclude', 'excludePatterns'),
    ...(options['allowEmpty'] === true && { allowEmpty: true }),
    ...bytes('sizeLimit'),
    ...text('modifiedSince'),
    ...present('retention', retentionOption(options)),
    ...(Object.keys(performance).length > 0 && { performance }),
    ...(Object.keys(alertConfig).length > 0 && { alertConfig }),
    ...text('healthcheckUrl'),
    ...present('priority', textOption(options, 'priority')?.toUpperCase()),
    ...list('tag', 'tags'),
  } as ConfigPatch
}

function present(member: string, value: unknown): Record<string, unknown> {
  return value === undefined ? {} : { [member]: value }
}

/** What `--database` names, or undefined. Throws USAGE for a secret on the command line. */
export async function databaseOf(context: CommandContext): Promise<string | undefined> {
  const text = textOption(context.options, 'database')
  if (text === undefined) return undefined
  return await databaseUrlOf(text, secretPlaces(context))
}

export function secretPlaces(context: CommandContext): SecretPlaces {
  return {
    env: context.env,
    cwd: process.cwd(),
    readInput: () => readInput(context),
    readFile: async (file) => (await readGiven(file, context)).toString('utf8'),
  }
}

async function readInput(context: CommandContext): Promise<string> {
  let text = ''
  for await (const piece of standardInput(context)) {
    text += piece.toString('utf8')
    if (text.length > STDIN_BYTES_MAX) break
  }
  return text
}

function dayOfWeekOption(options: OptionValues): string | number | undefined {
  const text = textOption(options, 'dayOfWeek')
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : text?.toUpperCase()
}

function numberOption(options: OptionValues, name: string): number | string | undefined {
  const text = textOption(options, name)
  return text === undefined || text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)
}

/** A number of days, or the policy as JSON. */
function retentionOption(options: OptionValues): unknown {
  const text = textOption(options, 'retention')
  if (text === undefined) return undefined
  if (!text.trim().startsWith('{')) return numberOption(options, 'retention')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new BackupError('USAGE', '--retention takes a number of days or JSON such as { "daily": 14 }.', {
      cause: error,
    })
  }
}

/** The keys that a command is given: by a file, a program, or the environment, else by the system in HOME. */
import { withKeyAdvice } from '../contracts/index.ts'
import { type Kek, keyTextsOf, parseKek } from '../engine/index.ts'
import { BackupError } from '../kernel/backup-error.ts'
import { parseLocation, storage } from '../system/compose.ts'
import { requireRemembered } from '../system/settings/settled.ts'
import { type CommandContext, textOption } from './command.ts'
import { keyFromCommand } from './key-command.ts'
import { meantRepository, settledOf } from './meant-repository.ts'

/** Every key that this call may open with: the key file or variable first, then the previous ones. */
export async function keysOf(context: CommandContext): Promise<Kek[]> {
  try {
    return await readKeys(context)
  } catch (error) {
    throw withKeyAdvice(error, { isNew: !(await isRepositoryThere(context)) })
  }
}

async function readKeys(context: CommandContext): Promise<Kek[]> {
  const given = await givenKey(context)
  const remembered = given.value ? undefined : rememberedFile(context)
  if (remembered !== undefined) requireRemembered(remembered)
  const value = remembered === undefined ? given.value : `file:${remembered}`
  if (!value) throw new BackupError('KEY_MISSING', 'No key was given.')
  // Nobody has set a variable for it.
  const source = remembered ?? given.source
  const first = parseKek(value, source)
  if (first.kind === 'passphrase' && first.warning) context.warn(context.t('key.typed'))
  const previous = keyTextsOf(context.env['BACKUP_ENCRYPTION_KEY_PREVIOUS'] ?? '')
  return [first, ...previous.map((text) => parseKek(text, 'BACKUP_ENCRYPTION_KEY_PREVIOUS'))]
}

/** The same call with the key in its environment that its key command prints: for what reads keys by itself. */
export async function withCommandKey(context: CommandContext): Promise<CommandContext> {
  const { options, env } = context
  const isCommand = textOption(options, 'passwordCommand') ?? env['BACKUP_ENCRYPTION_KEY_COMMAND']
  if (!isCommand) return context
  const { value } = await givenKey(context)
  return textOption(options, 'keyFile') === undefined && value !== undefined
    ? { ...context, env: { ...env, BACKUP_ENCRYPTION_KEY: value } }
    : context
}

/** The file first, then the command, then the variables; an option before a variable. */
async function givenKey({
  options,
  env,
  signal,
}: CommandContext): Promise<{ readonly value: string | undefined; readonly source: string }> {
  const file = textOption(options, 'keyFile')
  const command = textOption(options, 'passwordCommand')
  if (file !== undefined && command !== undefined)
    throw new BackupError('USAGE', '--key-file and --password-command both name the key: give one of them.')
  if (file !== undefined) return { value: `file:${file}`, source: '--key-file' }
  const text = command ?? (env['BACKUP_ENCRYPTION_KEY'] ? undefined : env['BACKUP_ENCRYPTION_KEY_COMMAND'])
  if (!text) return { value: env['BACKUP_ENCRYPTION_KEY'], source: 'BACKUP_ENCRYPTION_KEY' }
  const source = command === undefined ? 'BACKUP_ENCRYPTION_KEY_COMMAND' : '--password-command'
  return { value: await keyFromCommand({ text, source }, { env, signal }), source }
}

/** Whether this call names a key, by whatever means. */
export function isKeyGiven({ options, env }: CommandContext): boolean {
  const given = [textOption(options, 'keyFile'), textOption(options, 'passwordCommand')]
  const set = [env['BACKUP_ENCRYPTION_KEY'], env['BACKUP_ENCRYPTION_KEY_COMMAND']]
  return [...given, ...set].some(Boolean)
}

/** The key file of the system in HOME, where its repository is the one that is meant. */
export function rememberedFile(context: CommandContext): string | undefined {
  const [settled, meant] = [settledOf(context), meantRepository(context)]
  if (settled?.keyFile === undefined || meant === undefined) return undefined
  return storage.isPlace(settled.repository, parseLocation(meant)) ? settled.keyFile : undefined
}

async function isRepositoryThere(context: CommandContext): Promise<boolean> {
  const meant = meantRepository(context)
  return meant !== undefined && (await storage.holdsRepository(parseLocation(meant), context.signal))
}

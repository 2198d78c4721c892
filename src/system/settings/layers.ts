/**
 * Where settings come from, in order: argument, HOME/config.json, process environment, `.env`, default. A layer is
 * asked by the path of an option or by the name of a variable; what answers first counts, and is named as the origin.
 */
import fs from 'node:fs'
import path from 'node:path'
import { parseEnv } from 'node:util'
import { learnPhrases } from '../../contracts/index.ts'
import { parseOptions } from '../../contracts/system/index.ts'
import { BackupError, systemCode } from '../../kernel/backup-error.ts'
import { fixedHome, refuseMoved, systemHome } from '../../kernel/home-folder.ts'
import { expandVariables } from '../../kernel/tilde.ts'
import { sources } from '../compose-sources.ts'
import { refuseClosedHome } from '../home-owner.ts'
import {
  SYSTEM_REFERENCE,
  type SystemConfig,
  type SystemConfigInput,
  systemConfigSchema,
  VARIABLE_REFERENCE,
} from '../system-config.ts'
import { readSettled, type Settled, settledFile } from './settled.ts'

export type Env = Readonly<Record<string, string | undefined>>

export const OriginKind = {
  ARGUMENT: 'ARGUMENT',
  CONFIG_FILE: 'CONFIG_FILE',
  ENVIRONMENT: 'ENVIRONMENT',
  ENV_FILE: 'ENV_FILE',
  /** What the first start settled. */
  REMEMBERED: 'REMEMBERED',
  DEFAULT: 'DEFAULT',
} as const
export type OriginKind = (typeof OriginKind)[keyof typeof OriginKind]

export interface Origin {
  readonly kind: OriginKind
  /** The option (`--home`), the variable, or the file. */
  readonly name?: string
  /** The file that a variable stands in. */
  readonly file?: string
}

export interface Found<T> {
  readonly value: T
  readonly origin: Origin
}

export interface Layers {
  readonly argument: SystemConfig
  readonly configFile: { readonly path: string; readonly config: SystemConfig }
  readonly env: Env
  readonly envFile: { readonly path: string; readonly env: Env }
  readonly cwd: string
  readonly home: Found<string>
  /** Where HOME should be: given where an earlier version's is used instead. */
  readonly fixedHome?: string
  readonly settled?: Settled
}

export interface LayersInput {
  readonly argument?: SystemConfigInput
  /** Absolute. */
  readonly cwd: string
  readonly env: Env
  /** Of `--home`. */
  readonly home?: string
}

/** Reads both files. Throws CONFIG_INVALID naming the file or the path in it, HOME_MOVED, HOME_FOREIGN. */
export function readLayers(given: LayersInput): Layers {
  const ofSources = sources.drivers.flatMap(({ texts }) => Object.values(texts))
  learnPhrases(
    [...Object.values(SYSTEM_REFERENCE), ...Object.values(VARIABLE_REFERENCE), ...ofSources].flatMap(
      ({ accepted }) => accepted ?? [],
    ),
  )
  const input = { ...given, env: expandVariables(given.env) }
  const { cwd, env } = input
  const argument = parseOptions(systemConfigSchema, input.argument ?? {}, { options: SYSTEM_REFERENCE })
  const envPath = path.join(cwd, '.env')
  const envFile = { path: envPath, env: expandVariables(readEnvFile(envPath), `${envPath}: `) }
  const home = homeOf(input, { argument, envFile })
  refuseMoved(home.value)
  refuseClosedHome(home.value)
  const file = path.join(home.value, 'config.json')
  const config = parseOptions(systemConfigSchema, readJson(file), { options: SYSTEM_REFERENCE, origin: `${file}: ` })
  // One that names another HOME would never be read by the processes that go there.
  if (
    config.home !== undefined &&
    ![path.resolve(cwd, config.home), path.resolve(home.value, config.home)].includes(home.value)
  ) {
    throw new BackupError('CONFIG_INVALID', 'config.json names another HOME than the one it lies in.', {
      context: {
        path: `${file}: home`,
        why: `it says something else than ${home.value}`,
        accepted: 'the folder that the file lies in',
      },
    })
  }
  const settled = readSettled(home.value)
  const fixed = fixedHome(env)
  const isOld = home.origin.kind === OriginKind.DEFAULT && home.value !== fixed
  return {
    argument,
    configFile: { path: file, config },
    env,
    envFile,
    cwd,
    home,
    ...(settled && { settled }),
    ...(isOld && { fixedHome: fixed }),
  }
}

export function rememberedIn(home: string): Origin {
  return { kind: OriginKind.REMEMBERED, file: settledFile(home) }
}

function homeOf(
  { cwd, env, home }: LayersInput,
  { argument, envFile }: Pick<Layers, 'argument' | 'envFile'>,
): Found<string> {
  if (home !== undefined)
    return { value: path.resolve(cwd, home), origin: { kind: OriginKind.ARGUMENT, name: '--home' } }
  if (argument.home !== undefined)
    return { value: path.resolve(cwd, argument.home), origin: { kind: OriginKind.ARGUMENT, name: 'home' } }
  const found = variable({ env, envFile }, ['NEONPRO_BACKUP_HOME'])
  return found
    ? { value: path.resolve(cwd, found.value), origin: found.origin }
    : { value: systemHome(env, cwd).folder, origin: { kind: OriginKind.DEFAULT } }
}

/**
 * The first variable that is set: all names in the environment, then all in `.env`. A placeholder of an example counts
 * as not set.
 */
export function variable(layers: Pick<Layers, 'env' | 'envFile'>, names: readonly string[]): Found<string> | undefined {
  for (const name of names)
    if (isSet(name, layers.env[name]))
      return { value: layers.env[name]!, origin: { kind: OriginKind.ENVIRONMENT, name } }
  for (const name of names)
    if (isSet(name, layers.envFile.env[name]))
      return {
        value: layers.envFile.env[name]!,
        origin: { kind: OriginKind.ENV_FILE, name, file: layers.envFile.path },
      }
  return undefined
}

/** Of `performance.timeout` and its kind: what the argument or config.json says. */
export function typed(layers: Layers, option: string): Found<unknown> | undefined {
  const inArgument = memberAt(layers.argument, option)
  if (inArgument !== undefined) return { value: inArgument, origin: { kind: OriginKind.ARGUMENT, name: option } }
  const inFile = memberAt(layers.configFile.config, option)
  return inFile === undefined
    ? undefined
    : { value: inFile, origin: { kind: OriginKind.CONFIG_FILE, name: option, file: layers.configFile.path } }
}

/** Variables that hold an example's placeholder. The encryption key is not among them: it is refused by name. */
export function placeholders(layers: Layers): string[] {
  return variableNames().filter(
    (name) =>
      isPlaceholder(name, layers.env[name]) || (!layers.env[name] && isPlaceholder(name, layers.envFile.env[name])),
  )
}

export function variableNames(): string[] {
  return Object.keys(VARIABLE_REFERENCE)
}

function isSet(name: string, value: string | undefined): boolean {
  return value !== undefined && value.trim() !== '' && !isPlaceholder(name, value)
}

function isPlaceholder(name: string, value: string | undefined): boolean {
  return (
    value !== undefined &&
    !name.startsWith('BACKUP_ENCRYPTION_KEY') &&
    /^(your|sua|seu)[_-]|^path\/to\/|^<[^>]*>$/i.test(value.trim())
  )
}

function memberAt(config: SystemConfig, option: string): unknown {
  let at: unknown = config
  for (const part of option.split('.'))
    at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[part] : undefined
  return at
}

/** `parseEnv` leaves the process's environment alone, so that the origin of a value is not lost. */
function readEnvFile(file: string): Env {
  const text = readText(file)
  return text === undefined ? {} : parseEnv(text.replace(/^\uFEFF/, ''))
}

function readJson(file: string): unknown {
  const text = readText(file)
  if (text === undefined) return {}
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    // The parser's own message repeats a piece of the file, which may be a password.
    const position = /position (\d+)/.exec(String(error))?.[1]
    const line = position === undefined ? undefined : text.slice(0, Number(position)).split('\n').length
    throw new BackupError('CONFIG_INVALID', `${file} is no JSON.`, {
      context: {
        path: file,
        why: `it is no JSON (${line === undefined ? 'syntax' : `line ${line}`})`,
        accepted: 'a JSON object',
      },
    })
  }
}

/** Undefined where there is no such file; a folder of that name is none. */
function readText(file: string): string | undefined {
  try {
    // Opening a pipe would wait for its writer.
    if (fs.statSync(file).isFIFO()) throw Object.assign(new Error('a pipe'), { code: 'ESPIPE' })
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined
    throw new BackupError('CONFIG_INVALID', `${file} can't be read.`, {
      context: {
        path: file,
        why: `it can not be read (${code ?? 'unknown'})`,
        accepted: 'a file that this user can read',
      },
      cause: error,
    })
  }
}

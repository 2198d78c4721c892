/**
 * What `initializeBackupSystem` takes, and `HOME/config.json` holds: the same object. Validated once. The repository's
 * place in it, with its variables, its secrets and its documentation, is what the storage providers' descriptors say.
 */
import { z } from 'zod'
import {
  type OptionReference,
  type StorageProvider,
  SYSTEM_OPTIONS,
  type SystemOptions,
  type SystemOptionsInput,
  systemOptionsSchema,
  VARIABLES,
  type VariableReference,
} from '../contracts/system/index.ts'
import type { Provider, RepositoryLocation } from '../storage/index.ts'
import { ANNOUNCED } from './announced-providers.ts'
import { type RegisteredProvider, storage } from './compose.ts'
import { sources } from './compose-sources.ts'

type SettingsOf<P> = P extends Provider<infer Settings> ? Settings : never

/** The repository's place: `provider`, and a member of its name. */
type PlaceConfig = {
  readonly provider?: StorageProvider | RegisteredProvider['kind'] | undefined
} & {
  readonly [P in RegisteredProvider as Lowercase<P['kind']>]?: SettingsOf<P> | undefined
} & {
  readonly [Kind in Exclude<StorageProvider, RegisteredProvider['kind']> as Lowercase<Kind>]?:
    | Readonly<Record<string, unknown>>
    | undefined
}

export type SystemConfigInput = PlaceConfig & SystemOptionsInput
export type SystemConfig = PlaceConfig & SystemOptions

const { providers } = storage
const announced = ANNOUNCED.filter(({ kind }) => providers.every((each) => each.kind !== kind))
const kinds = [...providers, ...announced].map(({ kind }) => kind)

/** Of the typed configuration: `local` of LOCAL. */
export function memberOf({ kind }: { readonly kind: string }): string {
  return kind.toLowerCase()
}

export const systemConfigSchema = z.strictObject({
  provider: z.enum(kinds).optional(),
  ...Object.fromEntries(providers.map((each) => [memberOf(each), each.settings(z).optional()])),
  ...Object.fromEntries(announced.map((each) => [memberOf(each), z.record(z.string(), z.unknown()).optional()])),
  ...systemOptionsSchema.shape,
}) as unknown as z.ZodType<SystemConfig, SystemConfigInput>

/** Every option with its accepted form, default and meaning. */
export const SYSTEM_REFERENCE: Readonly<Record<string, OptionReference>> = {
  provider: {
    accepted: { en: oneOf(kinds, 'or'), 'pt-BR': oneOf(kinds, 'ou') },
    default: storage.ofPaths.kind,
    meaning: `Where the repository is.${announced.length === 0 ? '' : ` ${onlyHere()}`}`,
  },
  ...Object.fromEntries(providers.flatMap(optionsOf)),
  ...Object.fromEntries(
    announced.map((each) => [
      memberOf(each),
      {
        accepted: { en: 'an object', 'pt-BR': 'um objeto' },
        default: '—',
        meaning: 'Answers SOURCE_NOT_AVAILABLE until its provider is there.',
      },
    ]),
  ),
  ...SYSTEM_OPTIONS,
}

function optionsOf(provider: Provider): Array<[string, OptionReference]> {
  const member = memberOf(provider)
  const settings = Object.entries(provider.texts).map(([name, text]): [string, OptionReference] => [
    `${member}.${name}`,
    text,
  ])
  return [[member, provider.text], ...settings]
}

function onlyHere(): string {
  const here = providers.map(({ kind }) => kind)
  return `Only ${oneOf(here, 'and')} ${here.length === 1 ? 'is' : 'are'} there yet.`
}

function oneOf(names: readonly string[], or: string): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} ${or} ${names.at(-1)}`
}

/** Every environment variable that is read, from the process or from `.env`: ours, then the providers'. */
export const VARIABLE_REFERENCE: Readonly<Record<string, VariableReference>> = Object.assign(
  {},
  VARIABLES,
  ...[...providers, ...announced].map(({ variables }) => variables),
)

/** What the driver of a database takes for its password, though we never read it. */
const DATABASE_SECRETS = ['PGPASSWORD', 'PGPASSFILE']

/** Whether it is kept from every process that is started but the user's own program that prints the key. */
export function isSecretVariable(name: string): boolean {
  return VARIABLE_REFERENCE[name]?.secret !== undefined || DATABASE_SECRETS.includes(name)
}

/**
 * Which variables a process that works with that place is not given: what is secret, since what it needs of that comes
 * in its first message; and what another provider's or another source's library would take for its own.
 */
export function withheldFrom({ kind }: RepositoryLocation): (variable: string, sourceKind?: string) => boolean {
  const others = [...providers, ...announced].filter((each) => each.kind !== kind)
  const foreign = new Set(others.flatMap(({ variables }) => Object.keys(variables)))
  const beginnings = others.flatMap(({ ambient = [] }) => ambient)
  return (name, sourceKind) =>
    isSecretVariable(name) ||
    foreign.has(name) ||
    beginnings.some((beginning) => name.startsWith(beginning)) ||
    sources.isForeign(name, sourceKind)
}

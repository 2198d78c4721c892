/**
 * What there is to know of a storage provider, in one descriptor: the typed configuration, URLs, environment variables,
 * what is secret and the documentation derive from it. A descriptor stands in `providers/NAME.ts`, and in one line of
 * `all.ts`.
 */
import type { z } from 'zod'
import { BackupError } from '../kernel/backup-error.ts'
import type { ObjectStore, StoreAddress } from './object-store.ts'

/** Given to a descriptor, so that what opens stores without checking a configuration never loads it. */
export type Zod = typeof z

/** Where a repository is: plain data that goes to threads and processes. It may hold secrets: see `labelOf`. */
export type RepositoryLocation = StoreAddress

/** Variables by name, those that are not set left out. */
export type Variables = Readonly<Record<string, string>>

interface Form {
  readonly en: string
  readonly 'pt-BR': string
}

export interface SettingText {
  /** The accepted form, as the end of a sentence that begins with "Accepted:". */
  readonly accepted: Form
  /** `—` where there is none. */
  readonly default: string
  /** One English sentence for the documentation. */
  readonly meaning: string
}

export interface VariableText {
  readonly meaning: string
  readonly default: string
  /** `all`: never shown. `url`: shown without password and query. `host`: only the host is shown. */
  readonly secret?: 'all' | 'url' | 'host'
  readonly accepted?: Form
}

/** `Settings`: all that it takes to open a store, as the member of the typed configuration has it. Plain data. */
export interface Provider<Settings = Record<string, unknown>, Kind extends string = string> {
  /** As the typed configuration names it. Its member there has the same name in small letters. */
  readonly kind: Kind
  /** Of its URLs, without the colon. */
  readonly scheme: string
  readonly settings: (zod: Zod) => z.ZodType<Settings>
  /** What is shown nowhere and goes to a process in its first message only. */
  readonly secrets: readonly string[]
  /** Of the member as a whole, and of each setting. */
  readonly text: SettingText
  readonly texts: Readonly<Record<string, SettingText>>
  readonly variables: Readonly<Record<string, VariableText>>
  /** The one of them that names the place: without it the others mean nothing. */
  readonly placeVariable: string
  /**
   * How names of variables begin that its own library may read (`AWS_`): no process that works with another provider
   * is given one of those.
   */
  readonly ambient?: readonly string[]
  /** Credentials that neither URL nor variables name are left out. Throws USAGE naming the known members. */
  fromUrl(url: string, variables: Variables): Settings
  /** Undefined where `placeVariable` is not set. */
  fromEnv(variables: Variables): Settings | undefined
  /** Only of the provider of plain paths: what is no URL. */
  fromPath?(path: string): Settings
  /** Makes relative paths those of `folder`. */
  absolute?(settings: Settings, folder: string): Settings
  /** For people, and to be remembered: `fromUrl` or `fromPath` finds the place by it. Never holds a secret. */
  label(settings: Settings): string
  /** Only where objects lie in a folder of this machine: its absolute path. */
  localRoot?(settings: Settings): string
  /**
   * At once, and without any request: a library that it needs is loaded by the first call. The store's `location` is
   * the label.
   */
  open(settings: Settings): ObjectStore
}

/** The members of a URL's query. Throws USAGE for one that is not known, without its value: it may be a secret. */
export function queryOf(url: string, known: readonly string[]): ReadonlyArray<readonly [name: string, value: string]> {
  const at = url.indexOf('?')
  const members = at < 0 ? [] : [...new URLSearchParams(url.slice(at + 1))]
  const unknown = members.find(([name]) => !known.includes(name))
  if (unknown)
    throw new BackupError('USAGE', `The location has an unknown "${unknown[0]}"; known are: ${known.join(', ')}.`)
  return members
}

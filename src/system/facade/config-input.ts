/** What the library takes for a configuration: of sources, the kinds that are here, each with its own settings. */
import type { ConfigInput, ConfigPatch, SourceKind } from '../../contracts/system/index.ts'
import type { SourceDriver } from '../../sources/index.ts'
import type { RegisteredSource } from '../compose-sources.ts'

type SettingsOf<D> = D extends SourceDriver<infer Settings> ? Settings : never
type Nullable<T> = T extends unknown ? { readonly [Name in keyof T]?: T[Name] | null } : never
type Kind = SourceKind | RegisteredSource['kind']

export type LibraryConfigInput = Omit<ConfigInput, 'kind' | 'source'> & {
  readonly kind?: Kind | undefined
  readonly source?: SettingsOf<RegisteredSource> | undefined
}

export type LibraryConfigPatch = Omit<ConfigPatch, 'kind' | 'source'> & {
  readonly kind?: Kind | null | undefined
  /** Only what changes. */
  readonly source?: Nullable<SettingsOf<RegisteredSource>> | undefined
}

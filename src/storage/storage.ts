/** Everything that is asked of a place without knowing whose it is, over a table of providers. */
import fs from 'node:fs'
import { BackupError } from '../kernel/backup-error.ts'
import { environment } from '../kernel/environment.ts'
import { invariant } from '../kernel/invariant.ts'
import { isAtOrBelow, isWithin } from '../kernel/real-place.ts'
import { CheckedStore } from './checked-store.ts'
import {
  folderHoldsRepository,
  isSameFolder,
  OWN_OBJECTS,
  refuseNestedFolder,
  requireWritableFolder,
} from './folders.ts'
import type { ObjectStore } from './object-store.ts'
import type { Provider, RepositoryLocation, Variables } from './provider.ts'

export interface ParseOptions {
  /** Relative paths count from here. Default: the current folder. */
  readonly folder?: string
  /** Where credentials are that a URL does not hold. Default: the process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

export class Storage {
  readonly providers: readonly Provider[]
  /** The one of plain paths, which is meant where none is named. */
  readonly ofPaths: Provider

  /** Exactly one of them takes plain paths. */
  constructor(providers: readonly Provider[]) {
    const ofPaths = providers.find((each) => each.fromPath)
    invariant(ofPaths, 'A provider takes plain paths.')
    this.providers = providers
    this.ofPaths = ofPaths
  }

  /** Throws SOURCE_NOT_AVAILABLE for a kind that this version does not have. */
  providerOf(kind: string): Provider {
    const found = this.providers.find((each) => each.kind === kind)
    if (found) return found
    throw new BackupError('SOURCE_NOT_AVAILABLE', `There is no storage provider ${kind} yet.`, { context: { kind } })
  }

  /** What is relative in the settings counts from `folder`. */
  locationOf(provider: Provider, settings: object, folder: string): RepositoryLocation {
    const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
    return { ...(provider.absolute?.(given, folder) ?? given), kind: provider.kind }
  }

  /**
   * Parses `--repo`: a path, or a provider's URL. Throws USAGE, and SOURCE_NOT_AVAILABLE for stores that this version
   * has no provider for.
   */
  parseLocation(text: string, { folder = process.cwd(), env = environment() }: ParseOptions = {}): RepositoryLocation {
    if (text.trim() === '') throw new BackupError('USAGE', 'The repository is not named.')
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase()
    const ofScheme = this.providers.find((each) => each.scheme === scheme)
    // "backup:2024" may well be the name of a folder.
    if (ofScheme && (text.includes('://') || ofScheme.fromPath))
      return this.locationOf(ofScheme, settingsIn(ofScheme, text, env), folder)
    if ((scheme !== undefined && text.includes('://')) || !this.ofPaths.fromPath)
      throw new BackupError('SOURCE_NOT_AVAILABLE', `There is no storage provider for ${scheme}: yet.`, {
        context: { kind: scheme },
      })
    return this.locationOf(this.ofPaths, this.ofPaths.fromPath(text), folder)
  }

  /** What the variables of a provider name; undefined where none of them does. */
  placeIn(env: NonNullable<ParseOptions['env']>): RepositoryLocation | undefined {
    for (const provider of this.providers) {
      const settings = provider.fromEnv(variablesOf(provider, env))
      if (settings) return this.locationOf(provider, settings, process.cwd())
    }
    return undefined
  }

  /** Reads nothing yet. */
  openStore(location: RepositoryLocation): ObjectStore {
    const { kind, ...settings } = location
    const store = this.providerOf(kind).open(settings)
    return store.local ? store : new CheckedStore(store, location)
  }

  /** For people, and to be remembered. Never holds a secret. */
  labelOf({ kind, ...settings }: RepositoryLocation): string {
    return this.providerOf(kind).label(settings)
  }

  /** The folder of this machine that the objects lie in; undefined for any other place. */
  localRootOf({ kind, ...settings }: RepositoryLocation): string | undefined {
    return this.providerOf(kind).localRoot?.(settings)
  }

  /** The values that must be shown nowhere. */
  secretsIn({ kind, ...settings }: RepositoryLocation): string[] {
    return this.providerOf(kind).secrets.flatMap((name) => (typeof settings[name] === 'string' ? [settings[name]] : []))
  }

  /** By the real paths, where there are any. */
  isSamePlace(one: RepositoryLocation, other: RepositoryLocation): boolean {
    const [root, otherRoot] = [this.localRootOf(one), this.localRootOf(other)]
    if (root !== undefined && otherRoot !== undefined) return isSameFolder(root, otherRoot)
    return one.kind === other.kind && this.labelOf(one) === this.labelOf(other)
  }

  /** Whether a remembered label means that place. */
  isPlace(label: string, location: RepositoryLocation): boolean {
    const place = this.#remembered(label)
    return place !== undefined && this.isSamePlace(place, location)
  }

  /** Whether a place is the other one, or lies in it. */
  liesWithin(place: RepositoryLocation, outer: RepositoryLocation): boolean {
    const [root, outerRoot] = [this.localRootOf(place), this.localRootOf(outer)]
    if (root !== undefined && outerRoot !== undefined) return isWithin(root, outerRoot)
    const bare = (location: RepositoryLocation) => this.labelOf(location).split('?', 1)[0]!
    return place.kind === outer.kind && isAtOrBelow(bare(place), bare(outer))
  }

  /** The place of a remembered label; what a label does not tell (credentials, modes) as in `like`. */
  placeLike(label: string, like: RepositoryLocation): RepositoryLocation {
    const named = this.parseLocation(label, { env: {} })
    return named.kind === like.kind ? { ...like, ...named } : this.parseLocation(label)
  }

  /** False where it is known to be away: a disk that is not mounted. */
  mayBeThere(label: string): boolean {
    const root = this.rootOfLabel(label)
    return root === undefined || fs.existsSync(root)
  }

  /** As `localRootOf`, of a remembered label. */
  rootOfLabel(label: string): string | undefined {
    const place = this.#remembered(label)
    return place && this.localRootOf(place)
  }

  /** Whether a repository stands there: somebody who lacks its key must be told of that key, not of a new one. */
  async holdsRepository(location: RepositoryLocation, signal?: AbortSignal): Promise<boolean> {
    const root = this.localRootOf(location)
    return root === undefined
      ? await storeHoldsRepository(this.openStore(location), signal)
      : folderHoldsRepository(root)
  }

  /** Of folders of this machine: what keeps objects from being put there. Throws PERMISSION_DENIED and its kind. */
  requireWritable(location: RepositoryLocation): void {
    const root = this.localRootOf(location)
    if (root !== undefined) requireWritableFolder(root)
  }

  /** Throws USAGE where the place lies in another repository; TARGET_REFUSED where what stands there is no folder. */
  refuseNested(location: RepositoryLocation): void {
    const root = this.localRootOf(location)
    if (root !== undefined) refuseNestedFolder(root)
  }

  /** Undefined where it is of a provider that this version does not have. */
  #remembered(label: string): RepositoryLocation | undefined {
    try {
      return this.parseLocation(label)
    } catch {
      return undefined
    }
  }
}

/** What is set and not blank, of the provider's own. */
function variablesOf({ variables }: Provider, env: NonNullable<ParseOptions['env']>): Variables {
  return Object.fromEntries(
    Object.keys(variables).flatMap((name) => {
      const value = env[name]
      return value === undefined || value.trim() === '' ? [] : [[name, value]]
    }),
  )
}

/** What may not be looked at may well be there. */
async function storeHoldsRepository(store: ObjectStore, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    for (const [name, form] of Object.entries(OWN_OBJECTS))
      for await (const { key } of store.list(`${name}/`, signal ? { signal } : {}))
        if (form.test(key.slice(name.length + 1))) return true
    return false
  } catch {
    return true
  } finally {
    await store[Symbol.asyncDispose]()
  }
}

/** Throws USAGE for what is no URL of the provider, without the text, which may hold a secret. */
function settingsIn(provider: Provider, url: string, env: NonNullable<ParseOptions['env']>): object {
  try {
    return provider.fromUrl(url, variablesOf(provider, env))
  } catch (error) {
    if (error instanceof BackupError) throw error
    throw new BackupError('USAGE', `The repository is not a valid ${provider.scheme}: URL.`, { cause: error })
  }
}

/** What every use case is given. Made once by system/compose.ts. */
import type { ExpressionBuilder } from 'kysely'
import type { Catalog, Database, DatabaseTransaction, Tables } from '../catalog/index.ts'
import type { SystemDefaults, SystemSettings } from '../contracts/system/index.ts'
import type { Kek, Repository } from '../engine/index.ts'
import type { JobQueue } from '../jobs/index.ts'
import type { Log } from '../kernel/log.ts'
import type { ChannelSettings, Notifier } from '../notifiers/index.ts'
import type { Sources } from '../sources/index.ts'
import type { ObjectStore, RepositoryLocation } from '../storage/index.ts'

/** In `repositories`: of one that stood at a place before another took it. A place has one row of its own name. */
export function formerLocation(place: string, repositoryId: string): string {
  return `${place} (${repositoryId})`
}

/** What a repository is to the system. */
export const RepositoryRole = { FIRST: 'FIRST', FURTHER: 'FURTHER' } as const
export type RepositoryRole = (typeof RepositoryRole)[keyof typeof RepositoryRole]

/** What the system's first repository is called. */
export const FIRST_NAME = 'main'

/** One of the system's repositories: where it is and how it opens. */
export interface RepositoryAccess {
  /** Of the row in `repositories`. */
  readonly rowId: string
  /** As commands call it. */
  readonly name: string
  readonly role: RepositoryRole
  readonly location: RepositoryLocation
  /** For people; holds no secret. */
  readonly label: string
  /** The folder of this machine that it lies in; undefined for any other place. */
  readonly localRoot: string | undefined
  /** 32 hexadecimal digits: another repository in its place is refused. */
  readonly repositoryId?: string
  /** It takes the place of one that is lost, once the system is rebuilt from it. */
  readonly replacesLost?: boolean
  /** Newest first; all of them may open it. Throws KEY_MISSING where the file that its key is in is gone. */
  readonly keks: readonly Kek[]
  /** `file:<absolute path>` of a key of its own; null: the keys that the system is given. */
  readonly keyReference: string | null
  /** Folder of the client state (heads, caches). */
  readonly stateDirectory: string
  /** Variables that no process of the engine is given, unless its source is of the kind that they belong to. */
  isWithheld(variable: string, sourceKind?: string): boolean
  /** The caller disposes of it. Throws what Repository.open throws; REPOSITORY_MISSING for a known one that is gone. */
  open(signal?: AbortSignal): Promise<Repository>
  /** The bare store: its capacity and names need no key. The caller disposes of it. */
  openStore(): ObjectStore
}

/** Where a repository is to be registered, and where its key is. */
export interface RepositoryPlace {
  /** A path, or a provider's URL. */
  readonly location: string
  /** `file:<absolute path>`; null: the keys that the system is given. */
  readonly keyReference: string | null
}

/**
 * The system's repositories. Whoever works with one says which: that of a configuration, that of a point, or the first,
 * which has the records, the audit log and the application's files.
 */
export interface Repositories {
  readonly first: RepositoryAccess
  /**
   * By the row in `repositories`; null: the first. `db`: in an open transaction, that. Throws REPOSITORY_UNKNOWN for
   * one that is not registered.
   */
  of(rowId: string | null, db?: Database | DatabaseTransaction): Promise<RepositoryAccess>
  /** All that are registered, the first one first. Opens none. */
  all(db?: Database | DatabaseTransaction): Promise<readonly RepositoryAccess[]>
  /** By its name or its place. Throws REPOSITORY_UNKNOWN, USAGE for what is no place. */
  named(nameOrPlace: string): Promise<RepositoryAccess>
  /** One that is not registered yet. Throws USAGE, SOURCE_NOT_AVAILABLE. */
  at(place: RepositoryPlace): RepositoryAccess
  /** Makes what `at` describes. Throws REPOSITORY_EXISTS, TARGET_REFUSED, USAGE where it lies in another repository. */
  create(access: RepositoryAccess): Promise<void>
}

/** The parts, and the repository that is meant. */
export type WithRepository<Parts = SystemParts> = Parts & { readonly repository: RepositoryAccess }

export function withRepository<Parts extends object>(
  parts: Parts,
  repository: RepositoryAccess,
): WithRepository<Parts> {
  return { ...parts, repository }
}

/** Of rows of `configs`: those whose runs write to the repository. */
export function writesTo({ repository }: { readonly repository: RepositoryAccess }) {
  return (on: ExpressionBuilder<Tables, 'configs'>) =>
    repository.role === RepositoryRole.FIRST
      ? on.or([on('configs.repository_id', 'is', null), on('configs.repository_id', '=', repository.rowId)])
      : on('configs.repository_id', '=', repository.rowId)
}

export const AuditResult = { SUCCESS: 'SUCCESS', REFUSED: 'REFUSED', FAILED: 'FAILED' } as const
export type AuditResult = (typeof AuditResult)[keyof typeof AuditResult]

export interface AuditEvent {
  /** A person's id or `system`. Kept as a pseudonym; its label lies apart. */
  readonly actor: string
  /** `config.create`, `backup.run`, … */
  readonly action: string
  /** What it was done to: `config:<id>`. */
  readonly resource: string
  readonly result: AuditResult
  /** Free of secrets and of patient data. */
  readonly details?: Readonly<Record<string, unknown>>
}

export interface AuditLog {
  append(event: AuditEvent, tx?: DatabaseTransaction): Promise<void>
}

/** Seals what must be readable again by this system only. */
export interface SecretSeal {
  seal(text: string, purpose: string): Buffer
  /** Throws DAMAGED. */
  open(sealed: Uint8Array, purpose: string): string
}

export type { ChannelSettings } from '../notifiers/index.ts'

export interface WorkerIdentity {
  readonly id: string
  readonly host: string
  readonly pid: number
}

export interface SystemParts {
  readonly catalog: Catalog
  readonly tenantId: string
  readonly queue: JobQueue
  readonly repositories: Repositories
  /** The kinds of sources that there are besides files. */
  readonly sources: Sources
  /** Defaults for every configuration: performance, retention, filters, alertConfig. */
  readonly defaults: SystemDefaults
  readonly channels: ChannelSettings
  /** What the system goes by as it was started, with where each value comes from; secrets are hidden. */
  readonly settings: SystemSettings
  /** The channels that are set up, opened from `channels`. */
  readonly notifiers: readonly Notifier[]
  readonly audit: AuditLog
  readonly secrets: SecretSeal
  readonly log: Log
  readonly worker: WorkerIdentity
  /** HOME. */
  readonly home: string
  /** Files that the keys came from: they should not lie in what is backed up. */
  readonly keyFiles?: readonly string[]
  /** Language of alarms and of error texts kept in rows: "pt-BR" or "en". */
  readonly locale: 'pt-BR' | 'en'
}

/** What the system reports of itself: figures, health, status, audit, what a rebuild brought back. As in views.ts. */
import type { AlertView, RunView } from './views.ts'
import type { HealthStatus, VerdictReason } from './vocabulary.ts'

/** `successRate` = COMPLETED / (COMPLETED + PARTIAL + FAILED + MISSED), 0–1; null where nothing finished. */
export interface BackupMetrics {
  /** Begin of the period. ISO 8601, UTC. */
  readonly from: string
  /** End of the period. ISO 8601, UTC. */
  readonly to: string
  /** Runs that ended in it, or were missed. */
  readonly total: number
  /** Everything was stored. */
  readonly completed: number
  /** Something could not be read. */
  readonly partial: number
  /** Nothing was stored. */
  readonly failed: number
  /** Nobody was there to start them. */
  readonly missed: number
  /** By a person; they count for no rate. */
  readonly cancelled: number
  /** 0–1; see above. */
  readonly successRate: number | null
  /** Of runs that stored something; null without one. */
  readonly durationMsMean: number | null
  /** What 95 of 100 of them stay below; null without one. */
  readonly durationMsP95: number | null
  /** Content that was read. */
  readonly bytesProcessed: number
  /** Of it what the repository did not have, before compression. */
  readonly bytesAdded: number
  /** What the repository grew by. */
  readonly bytesStored: number
  /** `bytesProcessed` over the time of the runs; null without one. */
  readonly throughputBytesPerSecond: number | null
}

export interface RealTimeMetrics extends BackupMetrics {
  /** Runs at work. */
  readonly activeBackups: number
  /** Runs that wait. */
  readonly queuedBackups: number
  /** Restores at work. */
  readonly activeRecoveries: number
  /** Alarms that are not resolved. */
  readonly activeAlerts: number
  /** Of the repository; null where it could not be asked. */
  readonly storage: {
    /** What its objects take. */
    readonly repositoryBytes: number | null
    /** At its place. */
    readonly bytesFree: number | null
    /** At its place. */
    readonly bytesTotal: number | null
    /** What runs of the last 30 days stored. */
    readonly growthBytes30Days: number
    /** By source: what its present points added when they were made. The largest sources. */
    readonly bySource: Readonly<Record<string, number>>
  }
  /** Of this machine; null where it does not tell. */
  readonly system: {
    /** 0–100, over all cores. */
    readonly cpuPercent: number | null
    /** 0–100, in use. */
    readonly memoryPercent: number
    /** 0–100, in use where HOME is. */
    readonly diskPercent: number | null
    /** In and out, without the loopback; null where it is not Linux. */
    readonly networkBytesPerSecond: number | null
    /** One look at one object's name. */
    readonly storageLatencyMs: number | null
  }
}

export interface HealthCheck {
  /** What was looked at. */
  readonly name: string
  /** UNKNOWN where it could not be looked at. */
  readonly status: HealthStatus
  /** In the language of the caller. */
  readonly message: string
}

export interface HealthReport {
  /** The worst of them. */
  readonly overall: HealthStatus
  /** ISO 8601, UTC. */
  readonly checkedAt: string
  /** One for each thing that was looked at. */
  readonly checks: readonly HealthCheck[]
}

export interface HoldView {
  /** By which it is lifted. */
  readonly id: string
  /** Whole name; null where it is on a source or on everything. */
  readonly snapshot: string | null
  /** Null with `snapshot` null: on everything. */
  readonly source: string | null
  /** As it was given. */
  readonly reason: string
  /** ISO 8601, UTC; null: until it is lifted. */
  readonly until: string | null
}

export interface RetentionSimulation {
  /** Every one that is there, with what would become of it. */
  readonly points: ReadonlyArray<{
    /** UUID. */
    readonly pointId: string
    /** Its whole name in the repository. */
    readonly snapshot: string
    /** By which points are kept together. */
    readonly source: string
    /** ISO 8601, UTC. */
    readonly createdAt: string
    /** False: it would go. */
    readonly isKept: boolean
    /** Rules, pins and holds that keep it. */
    readonly reasons: readonly string[]
  }>
}

export interface SchedulerStatus {
  /** False: no live process starts due runs. */
  readonly alive: boolean
  /** Processes that were heard of lately. */
  readonly workers: ReadonlyArray<{
    /** UUID of this life of the process. */
    readonly id: string
    /** Where it runs. */
    readonly host: string
    /** There. */
    readonly pid: number
    /** `serve`, `worker`, `library` or `command`. */
    readonly role: string
    /** ISO 8601, UTC. */
    readonly startedAt: string
    /** When it was heard of last. ISO 8601, UTC. */
    readonly heartbeatAt: string
  }>
  /** What is due next, soonest first. */
  readonly next: ReadonlyArray<{
    /** UUID. */
    readonly configId: string
    /** For people. */
    readonly configName: string
    /** ISO 8601, UTC. */
    readonly dueAt: string
    /** With the offset of the configuration's zone. */
    readonly dueLocal: string
  }>
}

export interface LastVerification {
  /** ISO 8601, UTC. */
  readonly at: string
  /** Of the stored bytes that were read: 0 (only what is listed was looked at) to 1 (all). */
  readonly readShare: number
  /** Damage that was found. */
  readonly problems: number
}

export interface SecondCopy {
  /** Its label: no secret is in it. */
  readonly location: string
  /** When it was finished. */
  readonly at: string
  /** How many are in it. */
  readonly snapshots: number
  /** Of the newest point in it. */
  readonly newestAt: string | null
}

export interface StatusVerdict {
  /** False: somebody has to look. */
  readonly isGood: boolean
  /** In the language of the caller. */
  readonly sentence: string
  /** What speaks against it, worst first, with whom it concerns. */
  readonly reasons: ReadonlyArray<{ readonly code: VerdictReason; readonly names: readonly string[] }>
}

/** How one of the system's repositories stands. */
export interface RepositoryStanding {
  /** As commands call it. */
  readonly name: string
  /** Where it is; holds no secret. */
  readonly location: string
  /** Of the error that kept it from being read; null where it was. */
  readonly errorCode: string | null
  /** Names of the enabled configurations that write to it. */
  readonly configs: readonly string[]
  /** Null: none is known. */
  readonly lastVerification: LastVerification | null
}

export interface SystemStatus {
  /** Who starts what is due. */
  readonly scheduler: SchedulerStatus
  /** Its label: no secret is in it. */
  readonly repository: string
  /** Its folder, or its address without the password. */
  readonly database: string
  /** Each with how it stands. */
  readonly configs: ReadonlyArray<{
    /** UUID. */
    readonly id: string
    /** For people. */
    readonly name: string
    /** False: nothing starts by itself. */
    readonly enabled: boolean
    /** With the offset of its zone; null: by hand alone. */
    readonly nextRunLocal: string | null
    /** However it ended; null without one. */
    readonly lastRun: RunView | null
    /** When its last complete run ended. */
    readonly lastGoodAt: string | null
    /** Of its newest good restore point that is still there. */
    readonly newestGoodAt: string | null
    /** Of its newest restore point, good or not. */
    readonly newestAt: string | null
  }>
  /** Runs at work. */
  readonly running: readonly RunView[]
  /** Alarms that are not resolved. */
  readonly alerts: readonly AlertView[]
  /** Points with a date that can't be right: later than now, or than that of a point that came after them. */
  readonly datedAhead: readonly DatedAheadPoint[]
  /** Points dated before what came before them. */
  readonly datedBehind: readonly DatedBehindPoint[]
  /** Null: none is known. */
  readonly lastVerification: LastVerification | null
  /** The last finished copy into another repository. Null: none is known. */
  readonly secondCopy: SecondCopy | null
  /** Code of the error that kept the first repository from being read. */
  readonly repositoryError: string | null
  /** All that are registered, the first one first. */
  readonly repositories: readonly RepositoryStanding[]
  /** All of it in one sentence. */
  readonly verdict: StatusVerdict
}

export interface DatedAheadPoint {
  /** UUID. */
  readonly pointId: string
  /** Its whole name in the repository. */
  readonly snapshot: string
  /** By which points are kept together. */
  readonly source: string
  /** As its own clock said. */
  readonly createdAt: string
  /** By which it is ordered among the others; null while nothing came after it. */
  readonly countsAt: string | null
}

export interface DatedBehindPoint {
  /** Its whole name in the repository. */
  readonly snapshot: string
  /** By which points are kept together. */
  readonly source: string
  /** As its own clock said. */
  readonly finishedAt: string
  /** By which it is ordered among the others. */
  readonly countsAt: string
}

export interface StoredFile {
  /** Below `user/`. */
  readonly path: string
  /** Of its content. */
  readonly bytes: number
  /** When it was stored. ISO 8601, UTC. */
  readonly modifiedAt: string
}

export interface AuditVerdict {
  /** False: something is missing, was changed or was put in. */
  readonly isIntact: boolean
  /** How many were looked at. */
  readonly entries: number
  /** Hexadecimal hash of the newest entry. */
  readonly head: string
  /** What is wrong, with the number of the entry; null where it is about none. */
  readonly problems: ReadonlyArray<{ readonly sequence: number | null; readonly what: string }>
  /** Closed stretches in the repository that were compared. */
  readonly segments: number
  /** What a rebuild closed anew in the place of a lost repository: no fault, but what vouched for it is gone. */
  readonly closedAnew: readonly LostRepository[]
}

/** In whose place another one stands, and the audit entries that had been closed only there. */
export interface LostRepository {
  /** Where they were. */
  readonly locations: readonly string[]
  /** How many. */
  readonly entries: number
  /** Numbers of the first and the last of them; null where there are none. */
  readonly from: number | null
  /** See `from`. */
  readonly to: number | null
}

/** A pin or legal hold that was known of a repository in whose place another one stands. */
export interface CarriedProtection {
  /** Which of the two. */
  readonly record: 'pin' | 'hold'
  /** Of a hold its id, of a pin the snapshot. */
  readonly subject: string
  /** Whole name; null where it is on a source or on everything. */
  readonly snapshot: string | null
  /** Both null: everything. */
  readonly source: string | null
}

export interface RebuildSummary {
  /** That are there again. */
  readonly configs: number
  /** That had been removed, and stay so. */
  readonly configsRemoved: number
  /** Found in the repository. */
  readonly points: number
  /** Made anew from what the points tell of theirs. */
  readonly runs: number
  /** In force. */
  readonly pins: number
  /** In force. */
  readonly holds: number
  /** Brought back. */
  readonly auditEntries: number
  /**
   * Names of configurations that were brought by a copy and would have run by themselves: they are left disabled, since
   * their first system may still be at work. Absent where there are none.
   */
  readonly configsLeftDisabled?: readonly string[]
  /**
   * Records with text that no database takes (NUL, half a character, controls), by kind and subject: configurations are
   * left out, pins and holds are in force and shown without it. Absent where there are none.
   */
  readonly unstorable?: readonly string[]
  /** The database outlived the repository, and this one stands in its place. Absent where nothing was lost. */
  readonly lost?: LostRepository
  /** Pins and holds that this database knew and the repository did not have: written into it. Absent where none. */
  readonly carried?: readonly CarriedProtection[]
  /** Those on snapshots that the repository does not have: they are in force nowhere. Absent where there are none. */
  readonly notCarried?: readonly CarriedProtection[]
  /**
   * The repository is a copy, and this database knew nothing of the one that it was made from: pins and holds made
   * there since may be missing. The newest that the copy has from there is of this time; the copy was made later.
   */
  readonly copiedUntil?: string
  /**
   * Further repositories of the system that could not be opened: they are registered, and their points come once they
   * can be. Absent where there are none.
   */
  readonly repositoriesNotOpened?: readonly NotOpenedRepository[]
}

/** A further repository that a rebuild registered and could not look into. */
export interface NotOpenedRepository {
  /** As commands call it. */
  readonly name: string
  /** Where it should be; holds no secret. */
  readonly location: string
  /** Of what kept it from being opened. */
  readonly errorCode: string
}

/** What `removeRepository` let go of; what is stored there stays. */
export interface RemovedRepository {
  /** As commands called it. */
  readonly name: string
  /** Where it is; holds no secret. */
  readonly location: string
  /** So many points are listed no more. */
  readonly points: number
}

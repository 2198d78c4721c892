/** What the system shows: plain JSON, times as ISO 8601 in UTC, sizes in bytes. No secret is ever in one. */

import type { Failure } from '../failure.ts'
import type { StoredSettings } from './config-settings.ts'
import type {
  AlertSeverity,
  AlertState,
  AlertType,
  BackupType,
  HealthStatus,
  PointState,
  Priority,
  RecoveryState,
  RecoveryType,
  RunEventKind,
  RunState,
  RunTrigger,
  VerdictReason,
} from './vocabulary.ts'

export interface ConfigView {
  readonly id: string
  readonly name: string
  /** FILES, or the kind of its driver. */
  readonly kind: string
  readonly enabled: boolean
  /** Grows with each change. */
  readonly generation: number
  /** As given, without secrets. */
  readonly settings: Omit<StoredSettings, 'healthcheckSealed'>
  readonly createdAt: string
  readonly updatedAt: string
  /** When it runs next, in UTC, and the same moment with the offset of the configuration's zone. Null when disabled. */
  readonly nextRunAt: string | null
  readonly nextRunLocal: string | null
  /** False when no live process would start it. */
  readonly schedulerAlive: boolean
}

export interface RunStats {
  readonly filesNew: number
  readonly filesChanged: number
  readonly filesUnmodified: number
  readonly bytesProcessed: number
  readonly bytesAdded: number
  readonly bytesStored: number
}

export interface SkippedItem {
  readonly path: string
  readonly reason: string
}

/** What a run had to say besides: filters that met nothing, lines of ignore files that are not used. */
export interface RunWarning {
  /** INCLUDE_UNMATCHED, EXCLUDE_UNMATCHED, NOT_TAKEN_BACK, NOTHING_LEFT, COPY_INSIDE, IGNORE_FILE. */
  readonly code: string
  /** A path or a pattern. */
  readonly subject: string
  /** Of an ignore file, from 1. */
  readonly line?: number
  readonly why?: string
}

export interface RunProgress {
  /** 0–100, or null while the size is unknown. */
  readonly percent: number | null
  readonly filesDone: number
  readonly bytesDone: number
  readonly bytesAdded: number
}

export interface RunView {
  readonly id: string
  readonly configId: string
  readonly configName: string
  readonly source: string
  readonly type: BackupType
  readonly trigger: RunTrigger
  readonly state: RunState
  readonly dueAt: string | null
  readonly createdAt: string
  readonly startedAt: string | null
  readonly finishedAt: string | null
  readonly durationMs: number | null
  readonly attempts: number
  readonly snapshot: string | null
  readonly stats: RunStats | null
  /** What could not be stored, or not whole: the first `RUN_ITEMS_MAX`. */
  readonly skipped: readonly SkippedItem[]
  /** The first hundred. They take nothing from the result. */
  readonly warnings: readonly RunWarning[]
  readonly progress: RunProgress | null
  readonly error: Failure | null
}

export interface RunEventView {
  /** To go on after it. Null: progress, which is told to whom listens alone. */
  readonly id: string | null
  readonly kind: RunEventKind
  /** Of the run, by this event. */
  readonly state: RunState
  readonly at: string
  /** As it stands when the event is told: it may have gone on since. */
  readonly run: RunView
}

export interface RecoveryPointView {
  readonly id: string
  readonly runId: string | null
  readonly configId: string | null
  readonly source: string
  readonly snapshot: string
  readonly createdAt: string
  readonly type: BackupType
  readonly state: PointState
  readonly isComplete: boolean
  readonly bytes: number
  readonly bytesAdded: number
  readonly files: number
  readonly expiresAt: string | null
  readonly keptBecause: readonly string[]
  readonly pinned: boolean
  readonly holds: readonly string[]
}

export interface RecoveryRequestView {
  readonly id: string
  readonly pointId: string
  readonly type: RecoveryType
  readonly targetPath: string
  readonly priority: Priority
  readonly state: RecoveryState
  /** 0–100. */
  readonly progress: number
  readonly filesRestored: number
  readonly bytesRestored: number
  /** Read back and compared. */
  readonly filesVerified: number
  /** What could not be restored: the first hundred. With any, the state is PARTIAL. */
  readonly issues: readonly SkippedItem[]
  readonly createdAt: string
  readonly startedAt: string | null
  readonly finishedAt: string | null
  readonly error: Failure | null
}

export interface AlertView {
  readonly id: string
  readonly type: AlertType
  readonly severity: AlertSeverity
  readonly state: AlertState
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
  readonly configId: string | null
  readonly runId: string | null
  readonly count: number
  readonly firstSeenAt: string
  readonly lastSeenAt: string
  readonly resolvedAt: string | null
}

export interface ChannelTest {
  /** `email`, `webhook`, `healthcheck`. */
  readonly channel: string
  readonly title: string
  /** The configuration whose own address was tried; null: the system's. */
  readonly about: string | null
  readonly delivered: boolean
  /** DELIVERY_FAILED, DELIVERY_REFUSED; null when it arrived. */
  readonly code: string | null
  /** What kept it: a code or a status, never the address. */
  readonly cause: string | null
}

/** `successRate` = COMPLETED / (COMPLETED + PARTIAL + FAILED + MISSED), 0–1; null where nothing finished. */
export interface BackupMetrics {
  readonly from: string
  readonly to: string
  readonly total: number
  readonly completed: number
  readonly partial: number
  readonly failed: number
  readonly missed: number
  readonly cancelled: number
  readonly successRate: number | null
  readonly durationMsMean: number | null
  readonly durationMsP95: number | null
  readonly bytesProcessed: number
  readonly bytesAdded: number
  readonly bytesStored: number
  readonly throughputBytesPerSecond: number | null
}

export interface RealTimeMetrics extends BackupMetrics {
  readonly activeBackups: number
  readonly queuedBackups: number
  readonly activeRecoveries: number
  readonly activeAlerts: number
  readonly storage: {
    readonly repositoryBytes: number | null
    readonly bytesFree: number | null
    readonly bytesTotal: number | null
    readonly growthBytes30Days: number
    readonly bySource: Readonly<Record<string, number>>
  }
  readonly system: {
    readonly cpuPercent: number | null
    readonly memoryPercent: number
    readonly diskPercent: number | null
    readonly networkBytesPerSecond: number | null
    readonly storageLatencyMs: number | null
  }
}

export interface HealthCheck {
  readonly name: string
  readonly status: HealthStatus
  readonly message: string
}

export interface HealthReport {
  readonly overall: HealthStatus
  readonly checkedAt: string
  readonly checks: readonly HealthCheck[]
}

export interface HoldView {
  readonly id: string
  readonly snapshot: string | null
  readonly source: string | null
  readonly reason: string
  readonly until: string | null
}

export interface RetentionSimulation {
  readonly points: ReadonlyArray<{
    readonly pointId: string
    readonly snapshot: string
    readonly source: string
    readonly createdAt: string
    readonly isKept: boolean
    readonly reasons: readonly string[]
  }>
}

export interface SchedulerStatus {
  /** False: no live process starts due runs. */
  readonly alive: boolean
  readonly workers: ReadonlyArray<{
    readonly id: string
    readonly host: string
    readonly pid: number
    readonly role: string
    readonly startedAt: string
    readonly heartbeatAt: string
  }>
  readonly next: ReadonlyArray<{
    readonly configId: string
    readonly configName: string
    readonly dueAt: string
    readonly dueLocal: string
  }>
}

export interface LastVerification {
  readonly at: string
  /** Of the stored bytes that were read: 0 (only what is listed was looked at) to 1 (all). */
  readonly readShare: number
  readonly problems: number
}

export interface SecondCopy {
  readonly location: string
  /** When it was finished. */
  readonly at: string
  readonly snapshots: number
  /** Of the newest point in it. */
  readonly newestAt: string | null
}

export interface StatusVerdict {
  readonly isGood: boolean
  readonly sentence: string
  readonly reasons: ReadonlyArray<{ readonly code: VerdictReason; readonly names: readonly string[] }>
}

export interface SystemStatus {
  readonly scheduler: SchedulerStatus
  readonly repository: string
  readonly database: string
  readonly configs: ReadonlyArray<{
    readonly id: string
    readonly name: string
    readonly enabled: boolean
    readonly nextRunLocal: string | null
    readonly lastRun: RunView | null
    /** When its last complete run ended. */
    readonly lastGoodAt: string | null
    /** Of its newest good restore point that is still there. */
    readonly newestGoodAt: string | null
    /** Of its newest restore point, good or not. */
    readonly newestAt: string | null
  }>
  readonly running: readonly RunView[]
  readonly alerts: readonly AlertView[]
  /** Points with a date that can't be right: later than now, or than that of a point that came after them. */
  readonly datedAhead: readonly DatedAheadPoint[]
  /** Points dated before what came before them. */
  readonly datedBehind: readonly DatedBehindPoint[]
  /** Null: none is known. */
  readonly lastVerification: LastVerification | null
  /** The last finished copy into another repository. Null: none is known. */
  readonly secondCopy: SecondCopy | null
  /** Code of the error that kept the repository from being read. */
  readonly repositoryError: string | null
  readonly verdict: StatusVerdict
}

export interface DatedAheadPoint {
  readonly pointId: string
  readonly snapshot: string
  readonly source: string
  /** As its own clock said. */
  readonly createdAt: string
  /** By which it is ordered among the others; null while nothing came after it. */
  readonly countsAt: string | null
}

export interface DatedBehindPoint {
  readonly snapshot: string
  readonly source: string
  /** As its own clock said. */
  readonly finishedAt: string
  /** By which it is ordered among the others. */
  readonly countsAt: string
}

export interface StoredFile {
  readonly path: string
  readonly bytes: number
  readonly modifiedAt: string
}

export interface AuditVerdict {
  readonly isIntact: boolean
  readonly entries: number
  /** Hexadecimal hash of the newest entry. */
  readonly head: string
  readonly problems: ReadonlyArray<{ readonly sequence: number | null; readonly what: string }>
  readonly segments: number
  /** What a rebuild closed anew in the place of a lost repository: no fault, but what vouched for it is gone. */
  readonly closedAnew: readonly LostRepository[]
}

/** In whose place another one stands, and the audit entries that had been closed only there. */
export interface LostRepository {
  /** Where they were. */
  readonly locations: readonly string[]
  readonly entries: number
  /** Numbers of the first and the last of them; null where there are none. */
  readonly from: number | null
  readonly to: number | null
}

/** A pin or legal hold that was known of a repository in whose place another one stands. */
export interface CarriedProtection {
  readonly record: 'pin' | 'hold'
  /** Of a hold its id, of a pin the snapshot. */
  readonly subject: string
  readonly snapshot: string | null
  /** Both null: everything. */
  readonly source: string | null
}

export interface RebuildSummary {
  readonly configs: number
  readonly configsRemoved: number
  readonly points: number
  readonly runs: number
  readonly pins: number
  readonly holds: number
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
}

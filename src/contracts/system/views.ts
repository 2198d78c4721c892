/** What the system shows: plain JSON, times as ISO 8601 in UTC, sizes in bytes. No secret is ever in one. */

import type { Failure } from '../failure.ts'
import type { StoredSettings } from './config-settings.ts'
import type {
  AlertSeverity,
  AlertState,
  AlertType,
  BackupType,
  PointState,
  Priority,
  RecoveryState,
  RecoveryType,
  RunEventKind,
  RunState,
  RunTrigger,
} from './vocabulary.ts'

export interface ConfigView {
  /** UUID. */
  readonly id: string
  /** Of one configuration alone among those that are there; runs and points carry it on. */
  readonly name: string
  /** FILES, or the kind of its driver. */
  readonly kind: string
  /** False: nothing starts by itself; by hand it runs. */
  readonly enabled: boolean
  /** Grows with each change. */
  readonly generation: number
  /** Name of the repository that its runs write to. */
  readonly repository: string
  /** As given, without secrets. */
  readonly settings: Omit<StoredSettings, 'healthcheckSealed'>
  /** When it was saved first. ISO 8601, UTC. */
  readonly createdAt: string
  /** When it was saved last. ISO 8601, UTC. */
  readonly updatedAt: string
  /** When it runs next, in UTC, and the same moment with the offset of the configuration's zone. Null when disabled. */
  readonly nextRunAt: string | null
  /** `nextRunAt` with the offset of the configuration's zone. */
  readonly nextRunLocal: string | null
  /** False when no live process would start it. */
  readonly schedulerAlive: boolean
}

export interface RunStats {
  /** That the run before did not have. */
  readonly filesNew: number
  /** Read again, and stored where they differ. */
  readonly filesChanged: number
  /** The same as before; unless everything is read again, taken over unread. */
  readonly filesUnmodified: number
  /** Content that was read. */
  readonly bytesProcessed: number
  /** Of it what the repository did not have, before compression. */
  readonly bytesAdded: number
  /** What the repository grew by. */
  readonly bytesStored: number
}

export interface SkippedItem {
  /** As it was found; bytes that are no UTF-8 as `\\xNN`. */
  readonly path: string
  /** A word such as EACCES, ENOENT or EMPTIED. */
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
  /** What is wrong with the line. */
  readonly why?: string
}

export interface RunProgress {
  /** 0–100, or null while the size is unknown. */
  readonly percent: number | null
  /** Files and folders, unchanged ones too. */
  readonly filesDone: number
  /** Of content, unchanged ones too. */
  readonly bytesDone: number
  /** What the repository did not have, before compression. */
  readonly bytesAdded: number
}

export interface RunView {
  /** UUID; of a scheduled run derived from its configuration and moment, so that it is made once. */
  readonly id: string
  /** Of its configuration, which may be deleted by now. */
  readonly configId: string
  /** The configuration's name when it ran. */
  readonly configName: string
  /** By which its points are kept together. */
  readonly source: string
  /** As the configuration asks for it. */
  readonly type: BackupType
  /** The schedule, what it had missed, or a person. */
  readonly trigger: RunTrigger
  /** PENDING, RUNNING, then one of the ends. */
  readonly state: RunState
  /** When the schedule wanted it. ISO 8601, UTC; null for one by hand. */
  readonly dueAt: string | null
  /** When it was put into the queue. ISO 8601, UTC. */
  readonly createdAt: string
  /** Of its newest attempt. ISO 8601, UTC; null before. */
  readonly startedAt: string | null
  /** ISO 8601, UTC; null before its end. */
  readonly finishedAt: string | null
  /** From start to end; null before its end, and of one that never began. */
  readonly durationMs: number | null
  /** How often it was begun. */
  readonly attempts: number
  /** Whole name of what it stored; null where it stored nothing. */
  readonly snapshot: string | null
  /** Null before its end, and where it stored nothing. */
  readonly stats: RunStats | null
  /** What could not be stored, or not whole: the first `RUN_ITEMS_MAX`. */
  readonly skipped: readonly SkippedItem[]
  /** The first hundred. They take nothing from the result. */
  readonly warnings: readonly RunWarning[]
  /** While it runs; else null. */
  readonly progress: RunProgress | null
  /** Why it failed; null where it did not. */
  readonly error: Failure | null
}

export interface RunEventView {
  /** To go on after it. Null: progress, which is told to whom listens alone. */
  readonly id: string | null
  /** STATE: it was made, began or ended. PROGRESS: it has come further. */
  readonly kind: RunEventKind
  /** Of the run, by this event. */
  readonly state: RunState
  /** ISO 8601, UTC. */
  readonly at: string
  /** As it stands when the event is told: it may have gone on since. */
  readonly run: RunView
}

export interface RecoveryPointView {
  /** UUID. */
  readonly id: string
  /** Of the run that made it; null for what no run of this system made. */
  readonly runId: string | null
  /** Of the configuration that made it; null for what was made by hand or elsewhere. */
  readonly configId: string | null
  /** By which points are kept together. */
  readonly source: string
  /** Name of the repository that it lies in. */
  readonly repository: string
  /** Its whole name in the repository. */
  readonly snapshot: string
  /** The moment that it shows, by the clock of the machine that made it. ISO 8601, UTC. */
  readonly createdAt: string
  /** Whether its run read everything again. */
  readonly type: BackupType
  /** How far it is proven: stored, every byte read back, restored. */
  readonly state: PointState
  /** False: something was left out that should be in it. */
  readonly isComplete: boolean
  /** Of all its contents, before compression. */
  readonly bytes: number
  /** That the repository did not have before it. */
  readonly bytesAdded: number
  /** How many there are in it. */
  readonly files: number
  /** When the policy lets it go. ISO 8601, UTC; null where that depends on points to come. */
  readonly expiresAt: string | null
  /** Rules, pins and holds that keep it. */
  readonly keptBecause: readonly string[]
  /** Kept whatever the policy says. */
  readonly pinned: boolean
  /** Reasons of the legal holds on it. */
  readonly holds: readonly string[]
}

export interface RecoveryRequestView {
  /** UUID. */
  readonly id: string
  /** What is restored. */
  readonly pointId: string
  /** All of it, a part, or as it was at a moment. */
  readonly type: RecoveryType
  /** The folder that it goes to; empty where the target is none. */
  readonly targetPath: string
  /** Where the target is no folder: what the point is written back into. */
  readonly target?: { readonly kind: string; readonly label: string }
  /** Before which others it goes. Default NORMAL. */
  readonly priority: Priority
  /** PENDING, RUNNING, then one of the ends. */
  readonly state: RecoveryState
  /** 0–100. */
  readonly progress: number
  /** So far. */
  readonly filesRestored: number
  /** So far. */
  readonly bytesRestored: number
  /** Read back and compared. */
  readonly filesVerified: number
  /** What could not be restored: the first hundred. With any, the state is PARTIAL. */
  readonly issues: readonly SkippedItem[]
  /** ISO 8601, UTC. */
  readonly createdAt: string
  /** ISO 8601, UTC; null before. */
  readonly startedAt: string | null
  /** ISO 8601, UTC; null before its end. */
  readonly finishedAt: string | null
  /** Why it failed; null where it did not. */
  readonly error: Failure | null
}

export interface AlertView {
  /** UUID. */
  readonly id: string
  /** Which rule raised it, or CUSTOM. */
  readonly type: AlertType
  /** LOW to CRITICAL; it only grows while it is open. */
  readonly severity: AlertSeverity
  /** FIRING, ACKNOWLEDGED by a person, or RESOLVED. */
  readonly state: AlertState
  /** In the language of the system that raised it. */
  readonly message: string
  /** What it is about, by name. No secret is in it. */
  readonly details: Readonly<Record<string, unknown>>
  /** Null: it is about no single configuration. */
  readonly configId: string | null
  /** The newest run that it was raised by; null where there is none. */
  readonly runId: string | null
  /** How often its cause was met. */
  readonly count: number
  /** ISO 8601, UTC. */
  readonly firstSeenAt: string
  /** ISO 8601, UTC. */
  readonly lastSeenAt: string
  /** ISO 8601, UTC; null while it is open. */
  readonly resolvedAt: string | null
}

export interface ChannelTest {
  /** `email`, `webhook`, `healthcheck`. */
  readonly channel: string
  /** For people. */
  readonly title: string
  /** The configuration whose own address was tried; null: the system's. */
  readonly about: string | null
  /** Who takes it at the other end has said so. */
  readonly delivered: boolean
  /** DELIVERY_FAILED, DELIVERY_REFUSED; null when it arrived. */
  readonly code: string | null
  /** What kept it: a code or a status, never the address. */
  readonly cause: string | null
}

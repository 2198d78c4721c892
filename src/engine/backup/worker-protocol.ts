/** Messages between the run and its worker. Everything is plain data; descriptors are shared by all threads of a process. */
import { BackupError } from '../../kernel/backup-error.ts'
import { ERROR_CODES, type ErrorCode } from '../../kernel/error-code.ts'
import type { FinishedPack } from '../pack/index.ts'
import type { DirectoryResult } from './directory-result.ts'
import type { DirectoryTask, WorkSettings } from './directory-work.ts'
import type { LaneCounters, LaneSetup } from './lane.ts'
import type { SharedStretch, Turn } from './shared-file.ts'

export interface WorkerSetup {
  readonly lane: LaneSetup
  readonly work: WorkSettings
}

export type ToWorker =
  | { readonly type: 'directory'; readonly task: DirectoryTask }
  | { readonly type: 'stretch'; readonly stretch: SharedStretch }
  | { readonly type: 'flush' }
  | { readonly type: 'finish' }
  | { readonly type: 'discard' }

export type FromWorker =
  | { readonly type: 'directory'; readonly result: DirectoryResult; readonly counters: LaneCounters }
  | { readonly type: 'turn'; readonly turn: Turn; readonly counters: LaneCounters }
  | { readonly type: 'stretch-end' }
  | { readonly type: 'pack'; readonly pack: FinishedPack }
  | { readonly type: 'flushed'; readonly counters: LaneCounters }
  | { readonly type: 'finished'; readonly counters: LaneCounters }
  | { readonly type: 'failed'; readonly error: WorkerFailure }

/** An error as it crosses the thread: the code survives, the stack is kept as text. */
export interface WorkerFailure {
  readonly code: string | undefined
  readonly message: string
  readonly context: Record<string, string | number | boolean | readonly string[] | undefined>
}

export function failureOf(error: unknown): WorkerFailure {
  if (error instanceof BackupError) return { code: error.code, message: error.message, context: { ...error.context } }
  return { code: undefined, message: error instanceof Error ? (error.stack ?? error.message) : String(error), context: {} }
}

export function revive(failure: WorkerFailure): BackupError {
  const code = ERROR_CODES.find((known) => known === failure.code) as ErrorCode | undefined
  return new BackupError(code ?? 'INTERNAL', failure.message, { context: failure.context })
}

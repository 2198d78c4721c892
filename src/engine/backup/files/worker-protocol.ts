/**
 * Messages between the run and its worker. Everything is plain data; descriptors are shared by all threads of a
 * process.
 */
import type { LaneCounters, LaneSetup } from '../session/lane.ts'
import type { FromLane, LaneLinks } from '../session/lane-thread.ts'
import type { DirectoryCounters, DirectoryResult } from './directory-result.ts'
import type { DirectoryTask, WorkSettings } from './directory-task.ts'
import type { SharedStretch, Turn } from './shared-file.ts'

export interface WorkerSetup {
  readonly lane: LaneSetup
  readonly work: WorkSettings
}

/** What is made for the worker besides. */
export interface WorkerLinks extends LaneLinks {
  /** Of its WorkerQueue. */
  readonly queue: SharedArrayBuffer
}

export type WorkerTask =
  | { readonly type: 'directory'; readonly task: DirectoryTask; readonly place: number }
  | { readonly type: 'stretch'; readonly stretch: SharedStretch }

export type WorkerAnswer =
  | {
      readonly type: 'directory'
      readonly result: DirectoryResult
      readonly place: number
      readonly counters: LaneCounters
    }
  /** The main thread had taken the directory back. */
  | { readonly type: 'passed'; readonly place: number }
  /** The directory is to be submitted again when the table has been sent. */
  | { readonly type: 'index-needed'; readonly place: number }
  | { readonly type: 'progress'; readonly inFlight: DirectoryCounters; readonly counters: LaneCounters }
  | { readonly type: 'turn'; readonly turn: Turn; readonly counters: LaneCounters }
  | { readonly type: 'stretch-end' }

export type FromWorker = FromLane | WorkerAnswer

/**
 * Messages between the run and its worker. Everything is plain data; descriptors are shared by all threads of a
 * process.
 */
import type { MessagePort } from 'node:worker_threads'
import type { CrossingError } from '../../../kernel/crossing-error.ts'
import type { BlobTableMemory } from '../../index/index.ts'
import type { FinishedPack } from '../../pack/index.ts'
import type { LaneCounters, LaneSetup } from '../session/lane.ts'
import type { DirectoryCounters, DirectoryResult } from './directory-result.ts'
import type { DirectoryTask, WorkSettings } from './directory-task.ts'
import type { SharedStretch, Turn } from './shared-file.ts'

export interface WorkerSetup {
  readonly lane: LaneSetup
  readonly work: WorkSettings
}

/** What is made for the worker besides. */
export interface WorkerLinks {
  readonly port: MessagePort
  /** Of its WorkerQueue. */
  readonly queue: SharedArrayBuffer
}

export type ToWorker =
  | { readonly type: 'directory'; readonly task: DirectoryTask; readonly place: number }
  | { readonly type: 'table'; readonly dataTable: BlobTableMemory }
  | { readonly type: 'stretch'; readonly stretch: SharedStretch }
  | { readonly type: 'flush' }
  | { readonly type: 'finish' }
  | { readonly type: 'discard' }

export type FromWorker =
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
  | { readonly type: 'pack'; readonly pack: FinishedPack }
  | { readonly type: 'flushed'; readonly counters: LaneCounters }
  | { readonly type: 'finished'; readonly counters: LaneCounters }
  | { readonly type: 'failed'; readonly error: CrossingError }

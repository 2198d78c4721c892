/** What a run says of itself: the document of its snapshot or checkpoint. */
import { isoTime, nowMs } from '../../../kernel/clock.ts'
import { hostName, userName } from '../../../kernel/machine.ts'
import type { Repository } from '../../repository/index.ts'
import {
  type History,
  headOf,
  nextSequence,
  othersSeen,
  type SnapshotDocument,
  type SnapshotEntry,
  SnapshotType,
} from '../../snapshot/index.ts'
import type { RunOptions } from './run-options.ts'
import type { StoredSummary, TreeWriter } from './tree-writer.ts'

export interface DocumentParts {
  readonly repository: Repository
  readonly options: RunOptions
  /** Writer id. */
  readonly writer: Buffer
  readonly startedAt: string
  readonly history: History
  readonly parent: SnapshotEntry | undefined
  readonly tree: Pick<TreeWriter, 'sourceKind' | 'describe'>
  readonly stored: StoredSummary
  /** Names of checkpoints that this document makes needless. */
  readonly needless: readonly string[]
}

/** `root` is the id of "/"; an incomplete one is a checkpoint's. */
export function documentOf(parts: DocumentParts, root: Buffer, complete: boolean): SnapshotDocument {
  const { repository, options, history } = parts
  const writer = parts.writer.toString('hex')
  const { paths, counted, ...described } = parts.tree.describe()
  return {
    kind: complete ? 'snapshot' : 'checkpoint',
    source: options.source,
    sourceKind: parts.tree.sourceKind,
    // A first run of a source is full, whatever was asked for.
    type: parts.parent ? (options.type ?? SnapshotType.INCREMENTAL) : SnapshotType.FULL,
    complete,
    host: hostName(),
    user: userName(),
    program: options.program,
    startedAt: parts.startedAt,
    finishedAt: isoTime(nowMs()),
    paths,
    tags: options.tags ?? [],
    tree: root.toString('hex'),
    parent: parts.parent?.name ?? null,
    ...(options.runId !== undefined && { runId: options.runId }),
    writer,
    ...(complete && { sequence: nextSequence(history, writer, options.state.heads()) }),
    previous: headOf(history, writer)?.name ?? null,
    seen: othersSeen(history, writer),
    keyGeneration: repository.keys.generation,
    deleteGeneration: history.deleteLog.newestGeneration,
    summary: { ...counted, ...parts.stored },
    ...described,
    ...(parts.needless.length > 0 && { checkpoints: parts.needless }),
  }
}

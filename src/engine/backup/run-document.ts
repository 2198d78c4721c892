/** What a run says of itself: the document of its snapshot or checkpoint. */
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { hostName, userName } from '../../kernel/machine.ts'
import { readOwnerNames } from '../../sources/index.ts'
import type { Repository } from '../repository/index.ts'
import {
  type History,
  headOf,
  nextSequence,
  othersSeen,
  pathText,
  type SnapshotDocument,
  type SnapshotEntry,
  type SnapshotSummary,
  SnapshotType,
} from '../snapshot/index.ts'
import type { BackupOptions } from './backup-options.ts'
import type { BackupTree } from './backup-tree.ts'
import type { SkippedEntry } from './directory-result.ts'
import type { SourceRoots } from './source-roots.ts'

const LISTED_MAX = 1000

export interface DocumentParts {
  readonly repository: Repository
  readonly options: BackupOptions
  readonly roots: SourceRoots
  /** Writer id. */
  readonly writer: Buffer
  readonly startedAt: string
  readonly history: History
  readonly parent: SnapshotEntry | undefined
  readonly tree: BackupTree
  /** What the tree does not count. */
  readonly stored: Pick<SnapshotSummary, 'bytesAdded' | 'bytesStored' | 'blobsAdded'>
}

/** `root` is the id of "/"; an incomplete one is a checkpoint's. */
export function documentOf(parts: DocumentParts, root: Buffer, complete: boolean): SnapshotDocument {
  const { repository, options, history, tree } = parts
  const writer = parts.writer.toString('hex')
  const { skipped, changedWhileRead, metadataNotKept } = tree
  const { aliases } = parts.roots
  const warnings = tree.warnings.list()
  return {
    kind: complete ? 'snapshot' : 'checkpoint',
    source: options.source,
    sourceKind: 'FILES',
    // A first run of a source is full, whatever was asked for.
    type: parts.parent ? (options.type ?? SnapshotType.INCREMENTAL) : SnapshotType.FULL,
    complete,
    host: hostName(),
    user: userName(),
    program: options.program,
    startedAt: parts.startedAt,
    finishedAt: isoTime(nowMs()),
    paths: parts.roots.roots.map(pathText),
    tags: options.tags ?? [],
    tree: root.toString('hex'),
    parent: parts.parent?.name ?? null,
    ...(options.runId !== undefined && { runId: options.runId }),
    writer,
    ...(complete && { sequence: nextSequence(parts.history, writer, parts.options.state.heads()) }),
    previous: headOf(history, writer)?.name ?? null,
    seen: othersSeen(history, writer),
    keyGeneration: repository.keys.generation,
    deleteGeneration: history.deleteLog.newestGeneration,
    summary: summaryOf(parts),
    skipped: skipped.slice(0, LISTED_MAX).map(({ path, reason }: SkippedEntry) => ({ path: pathText(path), reason })),
    skippedCount: skipped.length,
    changedWhileRead: changedWhileRead.slice(0, LISTED_MAX).map(pathText),
    changedCount: changedWhileRead.length,
    metadataNotKept: metadataNotKept.slice(0, LISTED_MAX).map(({ path, what }) => ({ path: pathText(path), what })),
    notKeptCount: metadataNotKept.length,
    owners: ownersOf(tree),
    filters: { ...options.filters },
    ...(aliases.length > 0 && {
      aliases: aliases.map(({ path, real }) => ({ path: pathText(path), real: pathText(real) })),
    }),
    ...(warnings.length > 0 && { warnings }),
  }
}

function summaryOf({ tree, stored }: DocumentParts): SnapshotSummary {
  const { filesNew, filesChanged, filesUnmodified, filesFiltered, bytesProcessed } = tree.counters
  return {
    filesNew,
    filesChanged,
    filesUnmodified,
    filesFiltered,
    directories: tree.directories,
    bytesProcessed,
    ...stored,
  }
}

function ownersOf(tree: BackupTree): SnapshotDocument['owners'] {
  const names = readOwnerNames()
  const pick = (ids: Set<number>, from: ReadonlyMap<number, string>) =>
    Object.fromEntries([...ids].flatMap((id) => (from.has(id) ? [[String(id), from.get(id)!]] : [])))
  return { users: pick(tree.uids, names.users), groups: pick(tree.gids, names.groups) }
}

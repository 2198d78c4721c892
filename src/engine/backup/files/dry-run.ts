/** What a backup would store: the same walk with the same filters, that reads no file and writes nothing anywhere. */
import { throwIfAborted } from '../../../kernel/abort.ts'
import { appendAll } from '../../../kernel/collect.ts'
import { invariant } from '../../../kernel/invariant.ts'
import { type Repository, requireFeatures } from '../../repository/index.ts'
import {
  FILES_KIND,
  type History,
  IndexClass,
  openIndex,
  openReader,
  type PathText,
  pathText,
  readHistory,
  type SnapshotDocument,
  type SnapshotEntry,
  SnapshotType,
} from '../../snapshot/index.ts'
import { Lane } from '../session/lane.ts'
import { choosePrevious } from '../session/previous-snapshots.ts'
import type { BackupOptions } from './backup-options.ts'
import { BackupTree } from './backup-tree.ts'
import { createDirectoryWork } from './directory-work.ts'
import { emptiedPaths } from './emptied.ts'
import { ownFolders } from './own-folders.ts'
import { filesOf, previousFiles } from './previous-files.ts'
import { previousPages } from './previous-pages.ts'
import { judgeRun } from './run-verdict.ts'
import { ancestors, resolveRoots, rootFacts, type SourceRoots } from './source-roots.ts'
import { TreeBuilder } from './tree-builder.ts'

const MIB = 1024 * 1024
const NO_ID = Buffer.alloc(32)

export type BackupPlanOptions = Pick<
  BackupOptions,
  'paths' | 'source' | 'type' | 'filters' | 'allowEmpty' | 'signal'
> & { readonly state: Pick<BackupOptions['state'], 'heads'> & { readonly folder?: string } }

export interface BackupPlan
  extends Pick<SnapshotDocument, 'source' | 'type' | 'skipped' | 'skippedCount'>,
    Required<Pick<SnapshotDocument, 'warnings'>>,
    Pick<
      SnapshotDocument['summary'],
      'filesNew' | 'filesChanged' | 'filesUnmodified' | 'filesFiltered' | 'directories' | 'bytesProcessed'
    > {
  /** Name of the snapshot that it is compared with. */
  readonly parent: string | null
  /** New and changed files. */
  readonly files: ReadonlyArray<{ readonly path: PathText; readonly change: 'new' | 'changed'; readonly bytes: number }>
  /** Of these files. */
  readonly bytesToRead: number
}

/**
 * Compares by size, times and inode, also for FULL, which reads everything. Open the repository without a memory: then
 * nothing is written. Throws as backupFiles does.
 */
export async function planBackup(repository: Repository, options: BackupPlanOptions): Promise<BackupPlan> {
  requireFeatures(repository.config, 'read')
  const roots = resolveRoots(options.paths)
  const { signal } = options
  const seen = options.state.heads()
  const history = await readHistory(repository, { ...(signal && { signal }), ...(seen && { seen }) })
  if (history.rollbacks[0]) throw history.rollbacks[0]
  const { source, type } = options
  const chosen = await choosePrevious(repository, history, { source, sourceKind: FILES_KIND, ...(type && { type }) })
  const { parent } = chosen
  const previous = previousFiles(chosen, history, source)
  const meta = await openIndex(repository, IndexClass.META, { ...history.deleteLog.packs, ...(signal && { signal }) })
  const { reader, segments } = openReader(repository, meta)
  await using _segments = segments
  const readBlob = (id: Uint8Array) => reader.readSync(id) ?? reader.read(id, signal)
  const tree = planningTree(repository, {
    history,
    options,
    roots,
    parent,
    readPages: (id) => previousPages(id, readBlob),
  })
  try {
    await tree.run(previous.map(({ document }) => Buffer.from(document.tree, 'hex')))
    await judgeRun(tree, { options, reader, earlier: filesOf(history, options.source), roots })
    return planOf(tree, { options, parent: parent?.name ?? null })
  } finally {
    tree.close()
  }
}

interface PlanningParts {
  readonly history: History
  readonly options: BackupPlanOptions
  readonly roots: SourceRoots
  readonly parent: SnapshotEntry | undefined
  readonly readPages: (id: Uint8Array) => ReturnType<typeof previousPages>
}

function planningTree(
  repository: Repository,
  { history, options, roots, parent, readPages }: PlanningParts,
): BackupTree {
  const { filters = {}, signal } = options
  const named = [...roots.roots, ...roots.nested]
  const facts = rootFacts(named)
  const passages = ancestors(roots.nested)
  const work = createDirectoryWork(idleLane(repository), {
    filters,
    roots: { roots: named, aliases: roots.aliases },
    passages,
    trustPrevious: true,
    leftOut: ownFolders(repository, named, { history, state: options.state }),
    isDryRun: true,
    stop: new SharedArrayBuffer(4),
  })
  const tree = new BackupTree({
    builder: new TreeBuilder({ store: () => NO_ID }),
    storeBlob: () => NO_ID,
    previousPages: readPages,
    process: async (task) => {
      throwIfAborted(signal)
      const slices = work.slices(task)
      for (let slice = slices.next(); ; slice = slices.next()) if (slice.done) return slice.value
    },
    worker: () => undefined,
    runStretch: async () => invariant(false, 'A dry run cuts no file.'),
    between: async () => {},
    only: ancestors(roots.roots),
    passages,
    roots: named,
    folders: facts.folders,
    oneFileSystem: filters.oneFileSystem === true,
    trustPrevious: true,
    rootDevices: facts.devices,
    emptiedBefore: emptiedPaths(parent?.document),
    signal,
  })
  appendAll(tree.skipped, roots.missing)
  return tree
}

/** It is asked for nothing: a dry run stores no blob. */
function idleLane({ keys, workspace }: Repository): Lane {
  const setup = {
    scope: keys.scope(),
    workspace,
    chunkerSecret: keys.chunkerSecret,
    idKey: keys.idKey.key,
    segmentBytes: MIB,
    packBytes: MIB,
    compressionLevel: 1,
  }
  return new Lane(setup, () => invariant(false, 'A dry run makes no pack.'))
}

function planOf(
  tree: BackupTree,
  { options, parent }: { readonly options: BackupPlanOptions; readonly parent: string | null },
): BackupPlan {
  const { filesNew, filesChanged, filesUnmodified, filesFiltered, bytesProcessed } = tree.counters
  return {
    source: options.source,
    type: parent === null ? SnapshotType.FULL : (options.type ?? SnapshotType.INCREMENTAL),
    parent,
    filesNew,
    filesChanged,
    filesUnmodified,
    filesFiltered,
    directories: tree.directories,
    bytesProcessed,
    bytesToRead: tree.planned.reduce((sum, { bytes }) => sum + bytes, 0),
    files: tree.planned.map((each) => ({ ...each, path: pathText(each.path) })),
    skipped: tree.skipped.map(({ path, reason }) => ({ path: pathText(path), reason })),
    skippedCount: tree.skipped.length,
    warnings: tree.warnings.list(),
  }
}

/** A backup on an open repository, of whatever the job names. */
import {
  type BackupOptions,
  type BackupProgress,
  type BackupResult,
  backupFiles,
  backupStreams,
  ClientState,
  type Repository,
} from '../../engine/index.ts'
import { GuardedSource, type ReachableSource } from '../../sources/index.ts'
import { outcomeOf } from './backup-outcome.ts'
import { type BackupJob, type BackupOutcome, type EngineProgress, isFilesToRead } from './engine-protocol.ts'
import type { WorkContext } from './work-context.ts'

type RunOptions = Omit<BackupOptions, 'paths' | 'filters' | 'allowEmpty'>

/** Throws what the engine throws; of a driver SOURCE_FAILED, SOURCE_NOT_AVAILABLE. */
export async function backUp(
  repository: Repository,
  { source, options }: BackupJob,
  context: WorkContext,
): Promise<BackupOutcome> {
  const run: RunOptions = {
    ...options,
    state: new ClientState(context.stateDirectory, repository.keys.repositoryId),
    program: context.program,
    signal: context.signal,
    onProgress: (progress) => context.onProgress(progressOf(progress)),
  }
  if (!isFilesToRead(source)) return outcomeOf(await backUpSource(repository, run, { source, context }))
  const { kind: _, ...files } = source
  return outcomeOf(await backupFiles(repository, { ...run, ...files }))
}

async function backUpSource(
  repository: Repository,
  run: RunOptions,
  { source, context }: { readonly source: ReachableSource; readonly context: WorkContext },
): Promise<BackupResult> {
  await using open = await new GuardedSource(context.sources, source).open(context.signal)
  return await backupStreams(repository, {
    ...run,
    sourceKind: source.kind,
    entries: open.entries(),
    facts: () => open.facts(),
  })
}

function progressOf({
  filesDone,
  bytesDone,
  bytesAdded,
  filesExpected,
  bytesExpected,
}: BackupProgress): EngineProgress {
  return {
    filesDone,
    bytesDone,
    bytesAdded,
    filesExpected: filesExpected ?? null,
    bytesExpected: bytesExpected ?? null,
  }
}

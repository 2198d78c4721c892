/** What a child process does for each kind of job, on an open repository. */
import { backupFiles, ClientState, prune, type Repository, readHistory, verifyRepository } from '../../engine/index.ts'
import { outcomeOf } from './backup-outcome.ts'
import type {
  BackupJob,
  BackupOutcome,
  EngineJob,
  EngineResults,
  PruneJob,
  SurveyJob,
  VerifyJob,
} from './engine-protocol.ts'
import { holdingsOf } from './holdings.ts'
import { restorePoint } from './restore-work.ts'
import { carryOutRetention } from './retention-work.ts'
import type { WorkContext } from './work-context.ts'

type Work = {
  readonly [Kind in EngineJob['kind']]: (
    repository: Repository,
    job: Extract<EngineJob, { kind: Kind }>,
    context: WorkContext,
  ) => Promise<EngineResults[Kind]>
}

export const ENGINE_WORK: Work = {
  backup: backUp,
  restore: restorePoint,
  retention: carryOutRetention,
  survey,
  verify,
  prune: pruneJob,
}

async function backUp(repository: Repository, { options }: BackupJob, context: WorkContext): Promise<BackupOutcome> {
  const result = await backupFiles(repository, {
    ...options,
    state: new ClientState(context.stateDirectory, repository.keys.repositoryId),
    program: context.program,
    signal: context.signal,
    onProgress: ({ filesDone, bytesDone, bytesAdded, filesExpected, bytesExpected }) =>
      context.onProgress({
        filesDone,
        bytesDone,
        bytesAdded,
        filesExpected: filesExpected ?? null,
        bytesExpected: bytesExpected ?? null,
      }),
  })
  return outcomeOf(result)
}

function pruneJob(repository: Repository, { dryRun }: PruneJob, { stateDirectory, signal }: WorkContext) {
  const seen = new ClientState(stateDirectory, repository.keys.repositoryId).heads()
  return prune(repository, { dryRun, signal, ...(seen && { seen }) })
}

async function survey(repository: Repository, { known }: SurveyJob, { signal }: WorkContext) {
  return holdingsOf(repository, await readHistory(repository, { signal }), known)
}

function verify(repository: Repository, { readShare }: VerifyJob, { stateDirectory, signal, onProgress }: WorkContext) {
  const seen = new ClientState(stateDirectory, repository.keys.repositoryId).heads()
  return verifyRepository(repository, {
    readShare,
    signal,
    ...(seen && { seen }),
    onProgress: ({ filesDone, bytesDone, bytesExpected }) =>
      onProgress({ filesDone, bytesDone, bytesAdded: 0, filesExpected: null, bytesExpected }),
  })
}

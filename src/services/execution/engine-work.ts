/** What a child process does for each kind of job, on an open repository. */
import { ClientState, prune, type Repository, readHistory, verifyRepository } from '../../engine/index.ts'
import { backUp } from './backup-work.ts'
import type { EngineJob, EngineResults, PruneJob, SurveyJob, VerifyJob } from './engine-protocol.ts'
import { holdingsOf } from './holdings.ts'
import { restoreInto } from './restore-into-work.ts'
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
  restoreInto,
  retention: carryOutRetention,
  survey,
  verify,
  prune: pruneJob,
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

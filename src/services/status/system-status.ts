/** Everything at a glance: is all well, what is planned, what ran last, what is wrong. */
import {
  type DatedAheadPoint,
  type RepositoryStanding,
  type SystemStatus,
  verdictFactsOf,
  verdictOf,
} from '../../contracts/system/index.ts'
import type { OddPoint } from '../../engine/index.ts'
import { nowMs } from '../../kernel/clock.ts'
import { getActiveAlerts } from '../monitoring/index.ts'
import { type RepositoryAccess, type SystemParts, withRepository } from '../parts.ts'
import { pointsDatedAhead } from '../recovery/index.ts'
import { configsWritingTo } from '../repositories/index.ts'
import { configStatuses, runningRuns, schedulerStatus } from '../scheduling/index.ts'
import { lookIntoRepository } from './second-copy.ts'
import { lastVerification } from './verification.ts'

export async function systemStatus(parts: SystemParts): Promise<SystemStatus> {
  const [scheduler, configs, running, alerts, looks] = await Promise.all([
    schedulerStatus(parts),
    configStatuses(parts),
    runningRuns(parts),
    getActiveAlerts(parts),
    parts.repositories.all().then((all) => Promise.all(all.map((each) => lookAt(parts, each)))),
  ])
  const [first] = looks as [RepositoryLooked, ...RepositoryLooked[]]
  const facts = {
    scheduler,
    configs,
    running,
    alerts,
    datedAhead: looks.flatMap((each) => each.datedAhead),
    datedBehind: looks.flatMap((each) => each.datedBehind),
    repository: parts.repositories.first.label,
    database: parts.catalog.location,
    lastVerification: first.standing.lastVerification,
    secondCopy: first.secondCopy,
    repositoryError: first.standing.errorCode,
    repositories: looks.map(({ standing }) => standing),
  }
  return { ...facts, verdict: verdictOf(verdictFactsOf(facts), { locale: parts.locale, nowMs: nowMs() }) }
}

interface RepositoryLooked extends Pick<SystemStatus, 'datedAhead' | 'datedBehind' | 'secondCopy'> {
  readonly standing: RepositoryStanding
}

async function lookAt(parts: SystemParts, repository: RepositoryAccess): Promise<RepositoryLooked> {
  const there = withRepository(parts, repository)
  const [suspects, verified, writing, { odd, secondCopy, repositoryError }] = await Promise.all([
    pointsDatedAhead(there),
    lastVerification(there),
    configsWritingTo(parts, repository),
    lookIntoRepository(there),
  ])
  const standing = {
    name: repository.name,
    location: repository.label,
    errorCode: repositoryError,
    configs: writing.filter(({ enabled }) => enabled).map(({ name }) => name),
    lastVerification: verified,
  }
  return { ...datedWrong(suspects, odd), secondCopy, standing }
}

/**
 * One clock that was behind makes all that came before it look ahead: the repository's own order says which of them it
 * was, and where that can't be read, the database's suspicion stands.
 */
function datedWrong(
  suspects: readonly DatedAheadPoint[],
  odd: readonly OddPoint[] | undefined,
): Pick<SystemStatus, 'datedAhead' | 'datedBehind'> {
  if (!odd) return { datedAhead: suspects, datedBehind: [] }
  const behind = odd.filter(({ doubt }) => doubt === 'BEHIND')
  const ahead = new Set(odd.filter(({ doubt }) => doubt !== 'BEHIND').map(({ snapshot }) => snapshot))
  return {
    datedAhead: suspects.filter(({ snapshot }) => ahead.has(snapshot)),
    datedBehind: behind.map(({ snapshot, source, finishedAt, countsAt }) => ({
      snapshot,
      source,
      finishedAt,
      countsAt,
    })),
  }
}

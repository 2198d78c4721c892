/**
 * How a repository stands that no system looks after: its sources, its last verification from this machine, its second
 * copy. Needs the key alone, and makes nothing.
 */
import fs from 'node:fs'
import path from 'node:path'
import {
  COPY_AGE_MS_MAX,
  type LastVerification,
  type OtherSystem,
  type ProtectedThing,
  type SecondCopy,
  type StatusVerdict,
  verdictOf,
} from '../../contracts/system/index.ts'
import {
  ClientState,
  type History,
  isGoodPoint,
  type OddPoint,
  oddPoints,
  pointTimes,
  RecordKind,
  Repository,
  readHistory,
  repositoriesKnownAt,
  repositoryKnownAt,
  type SnapshotEntry,
  secondCopyIn,
} from '../../engine/index.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { hostName } from '../../kernel/machine.ts'
import { printable } from '../../kernel/printable.ts'
import { openStore, storage } from '../../system/compose.ts'
import { readKeys, type Settings, type SettingsValues } from '../../system/settings/index.ts'
import { type CommandContext, stateDirectory } from '../command.ts'
import { tableLines } from '../format.ts'
import { warnOfOddPoints } from '../odd-points.ts'
import { isKnownPlace, warnOfStranger } from '../open.ts'
import { momentAndAge, sayCopyAndVerification } from './told-facts.ts'

export interface RepositoryStatus {
  readonly verdict: StatusVerdict
  readonly repository: string
  readonly sources: readonly ProtectedThing[]
  readonly oddPoints: readonly OddPoint[]
  readonly lastVerification: LastVerification | null
  readonly secondCopy: SecondCopy | null
  readonly repositoryError: string | null
  /** Names of the configurations that it keeps of a system that is not here. */
  readonly unknownConfigs: readonly string[]
  /** That system, where it works on another machine. */
  readonly otherSystem: OtherSystem | null
}

/** Whether a system was ever set up here: a status must not make one. */
export function hasSystem({ home, databaseUrl }: Pick<SettingsValues, 'home' | 'databaseUrl'>): boolean {
  return databaseUrl !== undefined || fs.existsSync(path.join(home, 'database'))
}

const NO_FACTS = {
  sources: [],
  oddPoints: [],
  lastVerification: null,
  secondCopy: null,
  unknownConfigs: [],
  otherSystem: null,
} as const

/** Throws what keeps a repository that is there from being opened, such as KEY_MISSING and KEY_WRONG. */
export async function repositoryStatus(
  context: CommandContext,
  { values }: Settings,
  alarms: number,
): Promise<RepositoryStatus> {
  const facts = (await storage.holdsRepository(values.repository, context.signal))
    ? await factsOf(context, values)
    : { ...NO_FACTS, ...rememberedFacts(context, values) }
  const verdict = verdictOf(
    {
      things: facts.sources,
      kind: 'source',
      failed: [],
      isAllDisabled: false,
      alarms,
      isUnattended: false,
      repositoryErrors: facts.repositoryError === null ? [] : [facts.repositoryError],
      unknownConfigs: facts.unknownConfigs,
      otherSystem: facts.otherSystem,
      lastVerification: facts.lastVerification,
      secondCopy: facts.secondCopy,
    },
    { locale: context.locale, nowMs: nowMs() },
  )
  return { verdict, repository: storage.labelOf(values.repository), ...facts }
}

/** What this machine knows of a repository whose disk is away. */
function rememberedFacts(
  context: CommandContext,
  { repository }: SettingsValues,
): Pick<RepositoryStatus, 'lastVerification' | 'secondCopy' | 'repositoryError'> {
  const directory = stateDirectory(context)
  const id = repositoryKnownAt(directory, storage.labelOf(repository))
  const state = id === undefined ? undefined : new ClientState(directory, Buffer.from(id, 'hex'))
  return {
    lastVerification: state?.verification() ?? null,
    secondCopy: state?.secondCopy() ?? null,
    repositoryError: isKnownPlace(context, repository) ? 'REPOSITORY_MISSING' : null,
  }
}

/** Whoever hears that the repository is away asks first for what else there is. */
export function sayAway(context: CommandContext, values: SettingsValues): void {
  context.say(context.t('status.repository', { repository: storage.labelOf(values.repository) }))
  sayCopyAndVerification(rememberedFacts(context, values), context)
}

async function factsOf(context: CommandContext, values: SettingsValues) {
  const { keks } = await readKeys(values)
  const directory = stateDirectory(context)
  const memory = (repositoryId: Buffer) => new ClientState(directory, repositoryId)
  const { signal } = context
  const metHere = repositoriesKnownAt(directory, storage.labelOf(values.repository))
  await using repository = await Repository.open(openStore(values.repository), keks, { memory, signal })
  warnOfStranger(context, repository, metHere)
  const history = await readHistory(repository, { signal })
  const secondCopy = secondCopyIn(history)
  const state = memory(repository.keys.repositoryId)
  state.noteSecondCopy(secondCopy)
  return {
    sources: sourcesOf(history),
    oddPoints: oddPoints(history.order, nowMs()),
    lastVerification: state.verification() ?? null,
    secondCopy,
    repositoryError: errorOf(history),
    unknownConfigs: configsIn(history),
    otherSystem: otherSystemIn(history),
  }
}

/** Names of the configurations that its records keep, and that were not removed. */
export function configsIn({ records }: Pick<History, 'records'>): string[] {
  return records.flatMap(({ document: { record, value } }) =>
    record === RecordKind.CONFIGURATION && value !== null ? [String(value['name'])] : [],
  )
}

/** Only a system's points name a run. One of this machine is not elsewhere; one that is silent for long may be lost. */
export function otherSystemIn({ order }: Pick<History, 'order'>): OtherSystem | null {
  const own = order.map(({ entry }) => entry.document).filter(({ runId }) => runId !== undefined)
  const newest = own.findLast(({ kind }) => kind === 'snapshot')
  if (newest === undefined || newest.host === hostName()) return null
  const { host, finishedAt: newestAt } = newest
  return Math.abs(nowMs() - Date.parse(newestAt)) > COPY_AGE_MS_MAX ? null : { host: printable(host), newestAt }
}

function errorOf({ problems, rollbacks }: History): string | null {
  const first: unknown = problems[0]?.error ?? rollbacks[0]
  if (first === undefined) return null
  return isBackupError(first) ? first.code : new BackupError('DAMAGED', String(first)).code
}

/** The newest of each source, by the order of what happened; dated by the moment by which it counts. */
function sourcesOf(history: History): ProtectedThing[] {
  const times = pointTimes(history.order, nowMs())
  const points = history.order.map(({ entry }) => entry).filter(({ document }) => document.kind === 'snapshot')
  const at = (entry: SnapshotEntry | undefined) => {
    if (!entry) return null
    const time = times.get(entry.name)
    return time?.doubt === undefined ? entry.document.finishedAt : isoTime(time.atMs)
  }
  const names = [...new Set(points.map(({ document }) => document.source))].sort()
  return names.map((name) => {
    const own = points.filter(({ document }) => document.source === name)
    return { name, newestGoodAt: at(own.findLast(({ document }) => isGoodPoint(document))), newestAt: at(own.at(-1)) }
  })
}

export function sayRepository(status: RepositoryStatus, context: CommandContext): void {
  const { say, t } = context
  say(t('status.repository', { repository: status.repository }))
  sayCopyAndVerification(status, context)
  warnOfOddPoints(context, status.oddPoints)
  const told = (at: string | null) => (at === null ? t('status.never') : momentAndAge(at, context))
  const columns = ['column.source', 'column.newestGood', 'column.newest'] as const
  const rows = status.sources.map(({ name, newestGoodAt, newestAt }) => [name, told(newestGoodAt), told(newestAt)])
  for (const line of rows.length === 0
    ? []
    : tableLines(
        columns.map((title) => ({ title: t(title) })),
        rows,
      ))
    say(line)
}

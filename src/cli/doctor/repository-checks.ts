/** What `doctor` finds in a repository: that it opens, what in it is damaged, foreign, older than it was, or odd. */
import { ageText } from '../../contracts/index.ts'
import { isCopyOld, type OtherSystem } from '../../contracts/system/index.ts'
import {
  type History,
  isForbidden,
  isGoodPoint,
  lastCopies,
  type ObjectProblem,
  oddPoints,
  readHistory,
  strangers,
} from '../../engine/index.ts'
import { nowMs } from '../../kernel/clock.ts'
import { holdsDatabase } from '../../kernel/home-folder.ts'
import { printable } from '../../kernel/printable.ts'
import type { RepositoryLocation } from '../../storage/index.ts'
import { storage } from '../../system/compose.ts'
import { type CommandContext, homeOf } from '../command.ts'
import { errorReport } from '../error-report.ts'
import { quoted } from '../format.ts'
import { openRepository } from '../open.ts'
import { configsIn, otherSystemIn } from '../status/repository-status.ts'
import { SubjectKind } from './catalog.ts'
import { advice, type Check, fine, missing, subjects, tried } from './check.ts'

const SHOWN_MAX = 5

export interface Found {
  readonly history: History
  readonly foreign: readonly string[]
  /** Keys of keyrings of which no copy can be read. */
  readonly keyringsLost: readonly string[]
}

export interface AskedRepository {
  /** As it was named, or its label. */
  readonly name: string
  readonly location: RepositoryLocation
}

export async function repositoryChecks(context: CommandContext, asked: AskedRepository): Promise<Check[]> {
  let found: Found | undefined
  const looked = {
    id: 'REPOSITORY',
    message: context.t('doctor.repository', { location: asked.name }),
    about: subjects(SubjectKind.PATH, asked.name),
  } as const
  const check = await tried(context, looked, async () => {
    found = await lookInto(context, asked)
  })
  if (!found) return [check]
  const configs = hasDatabase(context) ? [] : configsIn(found.history)
  const kept = { repository: asked.name, configs, other: otherSystemIn(found.history) }
  return [
    check,
    await writableCheck(context, asked),
    ...(configs.length > 0 ? [systemCheck(context, kept)] : []),
    ...foundChecks(context, found),
  ]
}

/** One that opens may still take nothing: a disk that the kernel made read-only, folders that became root's. */
export async function writableCheck(context: CommandContext, { name, location }: AskedRepository): Promise<Check> {
  const looked = {
    id: 'REPOSITORY_WRITABLE',
    message: context.t('doctor.repositoryWritable', { location: name }),
    amiss: context.t('doctor.repositoryNotWritable', { location: name }),
    about: subjects(SubjectKind.PATH, name),
  } as const
  return await tried(context, looked, () => storage.requireWritable(location))
}

function hasDatabase(context: CommandContext): boolean {
  return holdsDatabase(homeOf(context)) || Boolean(context.env['DATABASE_URL'])
}

async function lookInto(context: CommandContext, { name, location }: AskedRepository): Promise<Found> {
  const { signal } = context
  await using opened = await openRepository({ ...context, options: { ...context.options, repo: name } }, { location })
  const { repository, state } = opened
  const foreign = (await strangers(repository, signal)).filter(({ isStranger }) => isStranger)
  const seen = state.heads()
  const history = await readHistory(repository, { signal, ...(seen && { seen }) })
  const names = new Set([...foreign.map(({ object }) => object), ...history.strangers.map(({ key }) => key)])
  return { history, foreign: [...names], keyringsLost: repository.keys.lost }
}

export function foundChecks(context: CommandContext, { history, foreign, keyringsLost }: Found): Check[] {
  const { t, locale, command } = context
  const [forbidden, damaged] = [isForbidden, (each: ObjectProblem) => !isForbidden(each)].map((is) =>
    history.problems.filter(is).map(({ key }) => key),
  ) as [string[], string[]]
  const odd = oddPoints(history.order, nowMs()).map(({ snapshot }) => snapshot)
  const [older] = history.rollbacks
  const about = (kind: SubjectKind, names: readonly string[]) => subjects(kind, ...names)
  const told = (names: readonly string[]) => ({ count: names.length, names: shown(names) })
  const checks: Check[] = []
  if (damaged.length > 0) {
    const message = t('doctor.damaged', told(damaged))
    checks.push(
      missing(
        { id: 'REPOSITORY_DAMAGED', message, about: about(SubjectKind.OBJECT, damaged) },
        'neonpro-backup verify --read-data=all; neonpro-backup repair',
      ),
    )
  }
  if (forbidden.length > 0) {
    const looked = { id: 'REPOSITORY_FORBIDDEN', message: t('doctor.forbidden', told(forbidden)) } as const
    checks.push(missing({ ...looked, about: about(SubjectKind.OBJECT, forbidden) }, t('doctor.forbiddenRemedy')))
  }
  if (older) {
    const remedy = errorReport(older, { command, locale }).lines.join(' ')
    const looked = { id: 'REPOSITORY_OLDER', message: t('doctor.olderThanSeen') } as const
    checks.push(missing({ ...looked, about: about(SubjectKind.CODE, [older.code]) }, remedy))
  }
  if (keyringsLost.length > 0) {
    const message = t('doctor.keyrings', told(keyringsLost))
    checks.push(
      advice(
        { id: 'KEYRING_COPIES', message, about: about(SubjectKind.OBJECT, keyringsLost) },
        'neonpro-backup verify; neonpro-backup repair',
      ),
    )
  }
  if (odd.length > 0) {
    const message = t('doctor.oddDates', { count: odd.length, names: shown(odd.map((name) => name.slice(0, 12))) })
    checks.push(
      advice({ id: 'POINT_DATES', message, about: about(SubjectKind.SNAPSHOT, odd) }, 'neonpro-backup snapshots'),
    )
  }
  if (history.order.length > 0) checks.push(copyCheck(context, history))
  if (foreign.length > 0) {
    const looked = { id: 'REPOSITORY_FOREIGN', message: t('doctor.foreign', told(foreign)) } as const
    checks.push(advice({ ...looked, about: about(SubjectKind.OBJECT, foreign) }, t('doctor.foreignRemedy')))
  }
  return checks
}

/** A fire takes the first with all that stands beside it: nothing fails by that until then. */
function copyCheck({ t, locale }: CommandContext, history: History): Check {
  const looked = { id: 'SECOND_COPY', message: t('doctor.copy') } as const
  const [copy] = lastCopies(history)
  if (copy === undefined) return advice({ ...looked, amiss: t('doctor.noCopy') }, t('doctor.copyRemedy'))
  const newest = history.order.findLast(({ entry: { document } }) => isGoodPoint(document))
  const newestGoodMs = newest ? Date.parse(newest.entry.document.finishedAt) : Number.NEGATIVE_INFINITY
  const facts = { at: copy.at, newestAt: copy.newest?.finishedAt ?? null }
  if (!isCopyOld(facts, { newestGoodMs, nowMs: nowMs() })) return fine(looked)
  const age = ageText(nowMs() - Date.parse(copy.at), locale)
  return advice({ ...looked, amiss: t('doctor.copyOld', { age }) }, t('doctor.copyAgain'))
}

interface Kept {
  readonly repository: string
  /** Names of the configurations that the repository keeps. */
  readonly configs: readonly string[]
  readonly other: OtherSystem | null
}

/** HOME may be lost, or the system works elsewhere: nothing of it runs from here. */
export function systemCheck({ t }: CommandContext, { repository, configs, other }: Kept): Check {
  const message = t('doctor.systemElsewhere', { count: configs.length, names: shown(configs) })
  const looked = { id: 'SYSTEM', message, about: subjects(SubjectKind.CONFIGURATION, ...configs) } as const
  const place = { repository: quoted(repository) }
  return other === null
    ? missing(looked, t('status.rebuild', place))
    : advice(looked, t('status.otherSystem', { host: other.host, ...place }))
}

function shown(names: readonly string[]): string {
  return names.slice(0, SHOWN_MAX).map(printable).join(', ')
}

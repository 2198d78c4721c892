/** What `doctor` finds in a repository: that it opens, what in it is damaged, foreign, older than it was, or odd. */

import { ageText } from '../../contracts/index.ts'
import { COPY_AGE_MS_MAX } from '../../contracts/system/index.ts'
import { type History, lastCopies, oddPoints, readHistory, strangers } from '../../engine/index.ts'
import { nowMs } from '../../kernel/clock.ts'
import { printable } from '../../kernel/printable.ts'
import type { RepositoryLocation } from '../../storage/index.ts'
import type { CommandContext } from '../command.ts'
import { errorReport } from '../error-report.ts'
import { openRepository } from '../open.ts'
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
  return found ? [check, ...foundChecks(context, found)] : [check]
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
  const damaged = history.problems.map(({ key }) => key)
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
  if (older) {
    const remedy = errorReport(older, { command, locale }).lines.join(' ')
    const looked = { id: 'REPOSITORY_OLDER', message: t('doctor.older') } as const
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
  if (history.order.length > 0) checks.push(copyCheck(context, lastCopies(history)[0]?.at))
  if (foreign.length > 0) {
    const looked = { id: 'REPOSITORY_FOREIGN', message: t('doctor.foreign', told(foreign)) } as const
    checks.push(advice({ ...looked, about: about(SubjectKind.OBJECT, foreign) }, t('doctor.foreignRemedy')))
  }
  return checks
}

/** A fire takes the first with all that stands beside it: nothing fails by that until then. */
function copyCheck({ t, locale }: CommandContext, at: string | undefined): Check {
  const looked = { id: 'SECOND_COPY', message: t('doctor.copy') } as const
  if (at === undefined) return advice(looked, t('doctor.copyRemedy'))
  const ageMs = nowMs() - Date.parse(at)
  return ageMs > COPY_AGE_MS_MAX ? advice(looked, t('doctor.copyOld', { age: ageText(ageMs, locale) })) : fine(looked)
}

function shown(names: readonly string[]): string {
  return names.slice(0, SHOWN_MAX).map(printable).join(', ')
}

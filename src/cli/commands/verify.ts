import path from 'node:path'
import { damageCount, ROLLBACK, type VerifyProblem, type VerifyResult, verifyRepository } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { makeDirectories } from '../../kernel/directories.ts'
import { replaceOwnedFile } from '../../kernel/owned-file.ts'
import { readTextSync } from '../../kernel/regular-file.ts'
import { type CommandContext, type CommandResult, stateDirectory, textOption } from '../command.ts'
import { formatBytes } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { warnOfOddPoints } from '../odd-points.ts'
import { openRepository } from '../open.ts'
import { findingText } from '../reasons.ts'

const SHOWN_MAX = 20
/** Some 700,000 packs. */
const MEMORY_BYTES_MAX = 64 * 1024 * 1024

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'verify'>>> {
  const readShare = shareOf(context)
  await using opened = await openRepository(context)
  const seen = opened.state.heads()
  const memory = new VerifyMemory(
    path.join(stateDirectory(context), opened.repository.config.repositoryId, 'verified.json'),
  )
  const progress = context.progress('verify')
  let result: VerifyResult
  try {
    result = await verifyRepository(opened.repository, {
      readShare,
      ...(seen && { seen }),
      lastVerified: memory.times,
      onPackRead: (name) => {
        memory.note(name)
        context.detail?.({ what: 'read', of: name })
      },
      onPacks: (names) => memory.keep(names),
      signal: context.signal,
      onProgress: (facts) => progress.update(facts),
    })
  } finally {
    progress.end()
    memory.save()
  }
  opened.state.noteVerification({
    at: isoTime(nowMs()),
    readShare,
    problems: damageCount(result),
  })
  tell(context, result, readShare)
  return { json: { ...result, readShare }, exitCode: damageCount(result) > 0 ? 1 : 0 }
}

function shareOf(context: CommandContext): number {
  const value = context.options['readData']
  if (value === undefined) return 0
  if (value === true || value === 'all') return 1
  const match = /^(\d+(?:\.\d+)?)%$/.exec(String(value))
  const share = match ? Number(match[1]) / 100 : Number.NaN
  if (!(share > 0 && share <= 1))
    throw new BackupError(
      'USAGE',
      `--read-data takes "all" or a share such as 10%, not "${textOption(context.options, 'readData') ?? ''}".`,
    )
  return share
}

function tell(context: CommandContext, result: VerifyResult, readShare: number): void {
  const { t, say, warn, locale } = context
  if (result.streamRecords > 0) say(t('verify.streams', { count: result.streamRecords }))
  if (result.userFiles > 0) say(t('verify.userFiles', { count: result.userFiles }))
  for (const { object, what, isStranger } of result.notices)
    warn(t(isStranger ? 'verify.stranger' : 'verify.notice', { object, what: findingText(what, locale) }))
  warnOfOddPoints(context, result.oddPoints)
  if (damageCount(result) === 0) {
    const values = {
      snapshots: result.snapshots,
      packs: result.packs,
      bytes: formatBytes(result.bytesStored),
      read: result.packsRead,
      bytesRead: formatBytes(result.bytesRead),
    }
    return say(t(readShare === 0 ? 'verify.structure' : readShare < 1 ? 'verify.sampled' : 'verify.all', values))
  }
  warn(t('verify.damage', { count: damageCount(result) }))
  for (const { object, what } of result.problems.slice(0, SHOWN_MAX)) warn(`  ${object}: ${findingText(what, locale)}`)
  if (result.problems.length > SHOWN_MAX) warn(t('more', { count: result.problems.length - SHOWN_MAX }))
  for (const { snapshot, paths, pathCount } of result.hits) {
    warn(`  ${t('verify.hits', { snapshot: snapshot.slice(0, 12), paths: paths.slice(0, SHOWN_MAX).join(', ') })}`)
    if (pathCount > SHOWN_MAX) warn(`  ${t('more', { count: pathCount - SHOWN_MAX })}`)
  }
  const isOlder = ({ object }: VerifyProblem) => object === ROLLBACK
  if (result.problems.some(isOlder)) warn(t('verify.older'))
  // Of what only is older nothing is damaged: a repair mends none of it.
  if (!result.problems.every(isOlder) || result.problems.length === 0) warn(t('verify.next'))
}

/**
 * When each pack was last read on this machine, so that sampled runs work through all of them and a stopped run goes
 * on.
 */
class VerifyMemory {
  readonly times: Map<string, number>
  readonly #file: string

  constructor(file: string) {
    this.#file = file
    this.times = new Map(Object.entries(readTimes(file)))
  }

  note(pack: string): void {
    this.times.set(pack, nowMs())
  }

  /** Forgets packs that are gone. */
  keep(packs: ReadonlySet<string>): void {
    for (const pack of this.times.keys()) if (!packs.has(pack)) this.times.delete(pack)
  }

  save(): void {
    try {
      makeDirectories(path.dirname(this.#file), { mode: 0o700, isOwnersOfParent: true })
      replaceOwnedFile(this.#file, JSON.stringify(Object.fromEntries(this.times)))
    } catch {
      // Without a place to remember, the next sampled run begins anew.
    }
  }
}

function readTimes(file: string): Record<string, number> {
  try {
    const times: unknown = JSON.parse(readTextSync(file, MEMORY_BYTES_MAX))
    return typeof times === 'object' && times !== null ? (times as Record<string, number>) : {}
  } catch {
    return {}
  }
}

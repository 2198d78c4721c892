import {
  bytesOfPathText,
  type CopyResult,
  copySnapshots,
  type History,
  type Kek,
  lastCopies,
  listRecords,
  type ObjectProblem,
  RecordKind,
  Repository,
  readHistory,
  secondCopyIn,
} from '../../engine/index.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { hostName, userName } from '../../kernel/machine.ts'
import { isWithin } from '../../kernel/real-place.ts'
import type { RepositoryLocation } from '../../storage/index.ts'
import { openStore, parseLocation, storage } from '../../system/compose.ts'
import { listed } from '../act-notes.ts'
import { type CommandContext, type CommandResult, textOption } from '../command.ts'
import { formatBytes } from '../format.ts'
import type { AnswerOf } from '../json/index.ts'
import { keysOf } from '../keys.ts'
import { requireRepository } from '../meant-repository.ts'
import { type Opened, openRepository } from '../open.ts'
import { namedSnapshot, refuseUnknownSource, selected } from '../selection.ts'

const INCOMPLETE = 3
/** What is said of a stream that was not brought. */
const STREAM_PROBLEMS: Readonly<Record<string, 'copy.streamForked' | 'copy.streamsRefused'>> = {
  STREAM_FORKED: 'copy.streamForked',
  UPGRADE_REQUIRED: 'copy.streamsRefused',
}

export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'copy'>>> {
  const to = textOption(context.options, 'to')
  if (!to) throw new BackupError('USAGE', 'Name the repository to copy into with --to.')
  await using from = await openRepository(context)
  const seen = from.state.heads()
  const history = await readHistory(from.repository, { signal: context.signal, ...(seen && { seen }) })
  if (history.rollbacks[0]) throw history.rollbacks[0]
  const named = context.args[0] as string[]
  if (named.length === 0) refuseUnknownSource(context, history)
  const snapshots =
    named.length === 0
      ? selected(context, history.snapshots)
      : [...new Set(named.map((name) => namedSnapshot(context, history, { wanted: name })))]
  const location = parseLocation(to)
  refuseInside(location, parseLocation(requireRepository(context)))
  context.act?.about({ target: storage.labelOf(location) })
  await using target = await openTarget(context, { to, from, history })
  const progress = context.progress('copy')
  const result = await copySnapshots(from.repository, target.repository, {
    snapshots,
    withForgotten: named.length > 0,
    state: target.state,
    by: userName(),
    signal: context.signal,
    onProgress: (facts) => progress.update(facts),
  }).finally(() => progress.end())
  noteCopy(context, result)
  if (result.isNoted) await rememberCopy(from, context.signal)
  warnOfSource(context, location, history)
  for (const name of context.detail ? result.copied : []) context.detail?.({ what: 'copied', of: name })
  tell(context, result)
  const json = { ...result, records: shown(result.records), streams: shown(result.streams) }
  const isIncomplete = result.records.problems.length + result.streams.problems.length > 0
  return { json, ...(isIncomplete && { exitCode: INCOMPLETE }) }
}

/** Problems by what they are about. */
function shown<T extends { readonly problems: readonly ObjectProblem[] }>(copied: T) {
  const problems = copied.problems.map(({ key, error }) => ({ object: key, code: error.code }))
  return { ...copied, problems }
}

/** For a status while the repository is away. The copy stands, whatever comes of it. */
async function rememberCopy({ repository, state }: Opened, signal: AbortSignal): Promise<void> {
  const listed = await listRecords(repository, { record: RecordKind.COPY, signal }).catch(() => undefined)
  if (listed) state.noteSecondCopy(secondCopyIn(listed))
}

function noteCopy({ act }: CommandContext, { copied, present, bytesStored, records, streams }: CopyResult): void {
  const problems = listed(
    'notCopied',
    [...records.problems, ...streams.problems].map(({ key }) => key),
  )
  act?.done({ ...listed('copied', copied), present, bytesStored, recordsLeft: records.left, ...problems })
}

/** What goes wrong there is told by the options that name it. */
async function openTarget(
  context: CommandContext,
  { to, from, history }: { readonly to: string; readonly from: Opened; readonly history: History },
): Promise<Opened> {
  const { passwordCommand, ...rest } = context.options
  const keyFile = textOption(rest, 'toKeyFile')
  const options = { ...(keyFile === undefined ? context.options : { ...rest, keyFile }), repo: to }
  const target = { ...context, options }
  // Whatever opened the source: a remembered key belongs to that repository alone.
  const open = async () => await openRepository(target, keyFile === undefined ? { keks: from.keks } : {})
  try {
    return await open()
  } catch (error) {
    if (!isBackupError(error)) throw error
    const isMade = isBackupError(error, 'REPOSITORY_NOT_FOUND') && context.options['init'] === true
    if (!isMade) throw namingTarget(error)
  }
  const [kek] = keyFile === undefined ? from.keks : await keysOf(target)
  await makeTarget(target, { location: parseLocation(to), history, kek: kek! })
  return await open()
}

function namingTarget(error: BackupError): BackupError {
  const names = { option: '--to', make: 'neonpro-backup copy --init --to LOCATION', keyOption: '--to-key-file' }
  // A lost copy is made again: no system is rebuilt for it.
  const code = error.code === 'REPOSITORY_MISSING' ? 'COPY_MISSING' : error.code
  return new BackupError(code, error.message, { context: { ...error.context, ...names }, cause: error })
}

/** A copy in the repository that it copies is lost with it. Throws USAGE. */
function refuseInside(location: RepositoryLocation, source: RepositoryLocation): void {
  if (storage.liesWithin(location, source))
    throw new BackupError(
      'USAGE',
      'The copy would lie in the repository itself: name a place on another disk with --to.',
    )
}

/** The disk of what it copies is no place for a copy. Snapshots of this machine alone tell of its paths. */
function warnOfSource(context: CommandContext, location: RepositoryLocation, { snapshots }: History): void {
  const root = storage.localRootOf(location)
  const paths = snapshots
    .filter(({ document }) => document.host === hostName())
    .flatMap(({ document }) => document.paths.map((each) => Buffer.from(bytesOfPathText(each), 'latin1').toString()))
  const path = root === undefined ? undefined : paths.find((each) => isWithin(root, each))
  if (root !== undefined && path !== undefined) context.warn(context.t('copy.inSource', { repository: root, path }))
}

/** A disk that is not mounted is no reason to begin a new copy in its place. */
async function makeTarget(
  target: CommandContext,
  { location, history, kek }: { readonly location: RepositoryLocation; readonly history: History; readonly kek: Kek },
): Promise<void> {
  storage.refuseNested(location)
  const store = openStore(location)
  if (lastCopies(history).some((copy) => copy.location === store.location))
    throw new BackupError('COPY_MISSING', 'A copy was made there before.', {
      context: { repository: store.location, option: '--to' },
    })
  await using repository = await Repository.create(store, kek, hostName())
  target.say(target.t('init.done', { id: repository.config.repositoryId, location: store.location }))
}

function tell(
  context: CommandContext,
  { copied, present, forgotten, bytesStored, userFiles, records, streams, isNoted }: CopyResult,
): void {
  const { t, say, warn } = context
  say(t('copy.done', { count: copied.length, present, bytes: formatBytes(bytesStored) }))
  if (forgotten > 0) say(t('copy.forgotten', { count: forgotten }))
  if (records.brought > 0) say(t('copy.records', { count: records.brought }))
  if (streams.records > 0) say(t('copy.streams', { count: streams.records, bytes: formatBytes(streams.bytes) }))
  if (userFiles > 0) say(t('copy.userFiles', { count: userFiles }))
  if (records.left > 0) warn(t('copy.recordsLeft', { count: records.left }))
  if (records.isOtherSystem) warn(t('copy.otherSystem'))
  if (!isNoted) warn(t('copy.notNoted'))
  for (const { key } of records.problems) warn(t('copy.recordProblem', { object: key }))
  for (const { key, error } of streams.problems)
    warn(t(STREAM_PROBLEMS[error.code] ?? 'copy.streamProblem', { object: key, command: 'repository upgrade' }))
}

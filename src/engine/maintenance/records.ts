/**
 * Records (docs/format/v1.md section 13): what an operator decided, signed by the maintenance key and kept in the
 * repository itself, so that it outlives every database. Immutable; superseded only by a higher generation of the same
 * kind and subject. Nothing deletes them but what replaces them for good.
 */
import { randomInt } from 'node:crypto'
import { BackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { isStorable, textsIn } from '../../kernel/text.ts'
import { sleep } from '../../kernel/timer.ts'
import { deleteIfAllowed } from '../../storage/index.ts'
import { ObjectType } from '../crypto/index.ts'
import { isForeign, type ObjectProblem, type Repository, requireFeatures } from '../repository/index.ts'
import {
  Acceptance,
  folderOfRecord,
  newestRecords,
  type RecordDocument,
  type RecordEntry,
  RecordFolder,
  RecordKind,
  readRecords,
} from '../snapshot/index.ts'

const KIND = /^[a-z][a-z0-9-]{0,31}$/
const SUBJECT_BYTES_MAX = 512
const VALUE_BYTES_MAX = 16 * 1024 * 1024
const ATTEMPTS_MAX = 16
/** Two writers that always meet would go on for ever in step: each waits at random, longer each time. */
const WAIT_STEP_MS = 20

export interface RecordChange {
  /** One of `RecordKind`, or a kind of later making: 1 to 32 of `a-z 0-9 -`, the first a letter. */
  readonly record: string
  /** What it is about, the key within its kind: 1 to 512 bytes of text. */
  readonly subject: string
  /** Who decided it, for people. */
  readonly by: string
  /** A JSON object of at most 16 MiB; null lifts the record. */
  readonly value: Readonly<Record<string, unknown>> | null
  /** Default: the one above the newest. Given: it has to be that or higher. */
  readonly generation?: number
  /** Default: now. */
  readonly at?: string
  /** Where a copy brought it from. */
  readonly copiedFrom?: NonNullable<RecordDocument['copiedFrom']>
  readonly signal?: AbortSignal
}

export interface RecordFilter {
  readonly record?: string
  readonly subject?: string
  /** Also those whose newest value is null. Default false. */
  readonly withLifted?: boolean
  /**
   * Every generation, oldest first, and not only the newest. Default false, but `forget`: of that kind every record
   * counts.
   */
  readonly everyGeneration?: boolean
  readonly signal?: AbortSignal
}

/**
 * Writes a record of any kind. Durable when it resolves, and then the newest of its kind and subject: of two writers at
 * once one is told. Throws ALREADY_EXISTS when `generation` is not above the newest (the writer is stale), USAGE for a
 * kind, subject or value that the format does not take, DAMAGED when a record can't be believed: then nobody can tell
 * which is the newest.
 */
export async function writeRecord(repository: Repository, change: RecordChange): Promise<RecordEntry> {
  checkChange(change)
  for (let attempt = 1; ; attempt += 1) {
    const newest = await newestGeneration(repository, change)
    const generation = change.generation ?? newest + 1
    if (generation <= newest) throw stale(change, newest)
    const name = await putRecord(
      repository,
      { ...change, generation, at: change.at ?? isoTime(nowMs()) },
      change.signal,
    )
    const after = await generationsOf(repository, change)
    const mine = after.find((entry) => entry.name === name)
    const isAlone = after.every((entry) => entry === mine || entry.document.generation < generation)
    if (mine && isAlone) return mine
    // The other may have looked before this one was there, and believe that its own counts: then it does.
    const isGone = await deleteIfAllowed(repository.store, `${folderOfRecord(change.record)}/${name}`)
    if (mine && !isGone) await restateRival(repository, mine, after)
    if (change.generation !== undefined || attempt === ATTEMPTS_MAX) throw stale(change, generation)
    await sleep(randomInt(WAIT_STEP_MS * attempt), { signal: change.signal })
  }
}

/**
 * A record that can not be taken back counts in the place of one of the same generation that somebody believes in,
 * where it has the lower name: that one's value is said again, a generation higher.
 */
async function restateRival(repository: Repository, mine: RecordEntry, after: readonly RecordEntry[]): Promise<void> {
  const { generation } = mine.document
  const others = after.filter((each) => each !== mine && each.document.generation >= generation)
  const rivals = others.filter((each) => each.document.generation === generation).map(({ name }) => name)
  const [lowest] = rivals.sort()
  if (lowest === undefined || rivals.length < others.length || lowest < mine.name) return
  const { document } = others.find(({ name }) => name === lowest)!
  await putRecord(repository, { ...document, generation: generation + 1 })
}

/**
 * The newest record of each kind and subject, their signatures checked, sorted by kind, subject and generation. What
 * can't be believed (damaged, or not signed by the maintenance key) is returned apart. Kinds that this version does not
 * know are listed like all others.
 */
export async function listRecords(
  repository: Repository,
  filter: RecordFilter = {},
): Promise<{ records: RecordEntry[]; problems: readonly ObjectProblem[] }> {
  const folders = filter.record === undefined ? Object.values(RecordFolder) : [folderOfRecord(filter.record)]
  const lists = await Promise.all(folders.map((folder) => readRecords(repository, folder, filter.signal)))
  const entries = lists.flatMap((list) => list.entries)
  const problems = lists.flatMap((list) => list.problems)
  const wanted = entries.filter(
    ({ document }) =>
      (filter.record ?? document.record) === document.record &&
      (filter.subject ?? document.subject) === document.subject,
  )
  const additive = wanted.filter(({ document }) => filter.everyGeneration ?? isAdditive(document))
  const superseding = newestRecords(wanted.filter((entry) => !additive.includes(entry)))
  const records = [...additive, ...superseding].filter(
    ({ document }) => filter.withLifted === true || document.value !== null,
  )
  return { records: records.sort(byKindAndSubject), problems }
}

/**
 * Writes a record whose generation its owner counts, without reading any other. The same generation may be written
 * again with the same value, never with another one. Durable when it resolves. Returns its name.
 */
export async function putRecord(
  repository: Repository,
  record: Omit<RecordDocument, 'kind'>,
  signal?: AbortSignal,
): Promise<string> {
  requireFeatures(repository.config, 'write')
  const { record: kind, subject, generation, at, by, value, copiedFrom } = record
  const document: RecordDocument = {
    kind: 'record',
    record: kind,
    subject,
    generation,
    at,
    by,
    value,
    ...(copiedFrom && { copiedFrom }),
  }
  return repository.writeDocument(document, {
    type: ObjectType.RECORD,
    folder: folderOfRecord(kind),
    signer: repository.keys.maintenance,
    ...(signal && { signal }),
  })
}

/** Also of what an operator has accepted as lost: whoever had seen it must not take the next one for an older one. */
async function newestGeneration(repository: Repository, change: RecordChange): Promise<number> {
  const { entries } = await readRecords(repository, RecordFolder.DECISIONS, change.signal)
  const accepted = new Acceptance(entries).seenOf(`${change.record}/${change.subject}`)
  return Math.max(accepted, (await generationsOf(repository, change)).at(-1)?.document.generation ?? 0)
}

/** Of one kind and subject, oldest first; of equal generations the one that counts comes first. */
async function generationsOf(
  repository: Repository,
  { record, subject, signal }: RecordChange,
): Promise<RecordEntry[]> {
  const { records, problems } = await listRecords(repository, {
    record,
    subject,
    everyGeneration: true,
    withLifted: true,
    ...(signal && { signal }),
  })
  const obstacle = problems.find((problem) => !isForeign(problem))
  if (obstacle) throw obstacle.error
  return records
}

/** Of these every record counts. */
function isAdditive({ record }: RecordDocument): boolean {
  return record === RecordKind.FORGET || record === RecordKind.ROLLBACK
}

function byKindAndSubject(a: RecordEntry, b: RecordEntry): number {
  const [x, y] = [a.document, b.document]
  return (
    compare(x.record, y.record) ||
    compare(x.subject, y.subject) ||
    x.generation - y.generation ||
    compare(a.name, b.name)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function stale({ record, subject }: RecordChange, generation: number): BackupError {
  return new BackupError('ALREADY_EXISTS', 'There is a newer record of the same kind and subject.', {
    context: { key: `${record}/${subject}`, generation },
  })
}

function checkChange({ record, subject, by, value, generation }: RecordChange): void {
  const refuse = (sentence: string): never => {
    throw new BackupError('USAGE', sentence, { context: { record, subject } })
  }
  if (!KIND.test(record)) refuse('The kind of a record is 1 to 32 of a-z, 0-9 and hyphen, and begins with a letter.')
  if (subject === '' || Buffer.byteLength(subject) > SUBJECT_BYTES_MAX)
    refuse(`The subject of a record is 1 to ${SUBJECT_BYTES_MAX} bytes.`)
  if (![...textsIn({ subject, by, value })].every(({ text }) => isStorable(text)))
    refuse('A record holds no NUL and no half of a character.')
  if (generation !== undefined && !(Number.isSafeInteger(generation) && generation > 0))
    refuse('A generation is a whole number from 1 up.')
  if (value !== null && Buffer.byteLength(JSON.stringify(value)) > VALUE_BYTES_MAX)
    refuse('The value of a record is at most 16 MiB.')
}

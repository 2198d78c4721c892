/** The folders that history is made of, read so that together they are one moment's state or in the page's order. */
import { collect } from '../../kernel/collect.ts'
import type { ObjectStat } from '../../storage/index.ts'
import { ObjectType } from '../crypto/index.ts'
import type { Repository, StoredDocument } from '../repository/index.ts'
import { type DeleteLog, readDeleteLog } from './delete-log.ts'
import { parseConfirm, parseSnapshot, type SnapshotDocument } from './documents.ts'
import { byItsWriter, readParsed } from './read-parsed.ts'
import { RecordFolder, type RecordList, readRecords } from './record-list.ts'

export interface Listings {
  readonly snapshots: Awaited<ReturnType<typeof readParsed<SnapshotDocument>>>
  readonly checkpoints: Awaited<ReturnType<typeof readParsed<SnapshotDocument>>>
  readonly records: RecordList
  readonly confirms: Awaited<ReturnType<typeof readParsed<ReturnType<typeof parseConfirm>>>>
  readonly deleteLog: DeleteLog
  /** Where all of it is the state of one moment: what the index's folders listed since then. */
  readonly indexListed?: Listed
}

/** In the order that v1.md asks for: what refers to something is listed before it. */
const FOLDERS = ['snapshots/', 'checkpoints/', 'records/', 'confirms/', 'deletes/'] as const
const INDEX_FOLDERS = ['index/meta/', 'index/data/'] as const
const SIDE_BY_SIDE_MAX = 2

/**
 * Where every request is a way, all folders are listed at once, read, and listed again meanwhile: objects are
 * immutable, so two equal listings are the state of the moment between them, which no order could better. A repository
 * that changes is read folder by folder, as one on a disk always is.
 */
export async function readListings(repository: Repository, signal: AbortSignal | undefined): Promise<Listings> {
  if (repository.store.local) return readInOrder(repository, signal)
  let listed = await listAll(repository, FOLDERS, signal)
  for (let reading = 1; reading <= SIDE_BY_SIDE_MAX; reading += 1) {
    const [listings, after, indexListed] = await Promise.all([
      readAtOnce(repository.seenAs(listed), signal),
      listAll(repository, FOLDERS, signal),
      listAll(repository, INDEX_FOLDERS, signal),
    ])
    if (FOLDERS.every((folder) => namesOf(listed, folder) === namesOf(after, folder)))
      return { ...listings, indexListed }
    listed = after
  }
  return readInOrder(repository, signal)
}

/** By folder. */
export type Listed = ReadonlyMap<string, readonly ObjectStat[]>

async function listAll(
  repository: Repository,
  folders: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Listed> {
  const options = signal ? { signal } : {}
  const listed = folders.map(async (folder) => {
    return [folder, await collect(repository.store.list(folder, options))] as const
  })
  return new Map(await Promise.all(listed))
}

function namesOf(listed: Listed, folder: string): string {
  return (listed.get(folder) ?? []).map(({ key }) => key).join()
}

async function readAtOnce(repository: Repository, signal: AbortSignal | undefined): Promise<Listings> {
  const [snapshots, checkpoints, records, confirms, deleteLog] = await Promise.all([
    readSnapshots(repository, signal),
    readCheckpoints(repository, signal),
    readRecords(repository, RecordFolder.DECISIONS, signal),
    readConfirms(repository, signal),
    readDeleteLog(repository, signal),
  ])
  return { snapshots, checkpoints, records, confirms, deleteLog }
}

async function readInOrder(repository: Repository, signal: AbortSignal | undefined): Promise<Listings> {
  const snapshots = await readSnapshots(repository, signal)
  const checkpoints = await readCheckpoints(repository, signal)
  const records = await readRecords(repository, RecordFolder.DECISIONS, signal)
  const confirms = await readConfirms(repository, signal)
  return { snapshots, checkpoints, records, confirms, deleteLog: await readDeleteLog(repository, signal) }
}

const parse = (document: StoredDocument) => byItsWriter(parseSnapshot(document.body), document)

function readSnapshots(repository: Repository, signal: AbortSignal | undefined): Promise<Listings['snapshots']> {
  return readParsed(
    repository,
    { folder: 'snapshots', type: ObjectType.SNAPSHOT, parse, previousOf: ({ previous }) => previous },
    signal,
  )
}

function readCheckpoints(repository: Repository, signal: AbortSignal | undefined): Promise<Listings['checkpoints']> {
  return readParsed(repository, { folder: 'checkpoints', type: ObjectType.CHECKPOINT, parse }, signal)
}

function confirmIn(stored: StoredDocument): ReturnType<typeof parseConfirm> {
  const document = parseConfirm(stored.body)
  return document.kind === 'retract' ? byItsWriter(document, stored) : document
}

function readConfirms(repository: Repository, signal: AbortSignal | undefined): Promise<Listings['confirms']> {
  return readParsed(repository, { folder: 'confirms', type: ObjectType.CONFIRM, parse: confirmIn }, signal)
}

/** Open writers: which of them may still rely on packs that a tombstone condemns. */
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { bootId, hostName, isProcessAlive, processStart } from '../../kernel/machine.ts'
import { deleteIfAllowed } from '../../storage/index.ts'
import { ObjectType } from '../crypto/index.ts'
import { configGenerationOf, isForeign, type Repository } from '../repository/index.ts'
import {
  byItsWriter,
  type EndedDocument,
  type ParsedDocument,
  parseSession,
  readParsed,
  type SessionDocument,
} from '../snapshot/index.ts'

/**
 * After this nobody waits for a session whose process can't be looked up: every tombstone's deadline has passed many
 * times.
 */
const SESSION_AGE_MS_MAX = 30 * 24 * 3600 * 1000

export interface WriterSession extends AsyncDisposable {
  readonly key: string
  /** Resolves once the store has shown it: nothing is written before. Throws STORAGE_FAILED. */
  readonly there: Promise<void>
}

/**
 * Says that a writer is at work; disposing it says that it has ended. Open it before the delete log and the index are
 * read.
 */
export async function openWriterSession(repository: Repository, writer: Buffer): Promise<WriterSession> {
  const session = await beginWriterSession(repository, writer)
  await session.there
  return session
}

/** The same for whoever waits for `there` beside its reading. */
export async function beginWriterSession(repository: Repository, writer: Buffer): Promise<WriterSession> {
  await repository.prepare()
  const configGeneration = configGenerationOf(repository.config)
  const document = {
    kind: 'session',
    writer: writer.toString('hex'),
    host: hostName(),
    bootId: bootId(),
    pid: process.pid,
    processStart: processStart(),
    startedAt: isoTime(nowMs()),
    ...(configGeneration > 0 && { configGeneration }),
  }
  const { name, there } = await repository.putDocument(document, {
    type: ObjectType.SESSION,
    folder: 'sessions',
    signer: repository.keys.writer(writer),
  })
  return {
    key: `sessions/${name}`,
    there,
    // One that stays delays pruners, and fails no run.
    [Symbol.asyncDispose]: () => endSession(repository, { name, writer }).catch(() => {}),
  }
}

/** A writer that may only put says that it has ended; whoever may delete removes both. */
async function endSession(
  repository: Repository,
  { name, writer }: { readonly name: string; readonly writer: Buffer },
): Promise<void> {
  if (await deleteIfAllowed(repository.store, `sessions/${name}`)) return
  // Programs of the format's first version know no such object.
  if (configGenerationOf(repository.config) === 0) return
  await repository.writeDocument(
    { kind: 'ended', session: name, writer: writer.toString('hex') },
    { type: ObjectType.SESSION, folder: 'sessions', signer: repository.keys.writer(writer) },
  )
}

/**
 * True when the process that wrote the session is known to be gone: same start of the same machine, and no such
 * process.
 */
export function isProvablyDead(session: SessionDocument): boolean {
  if (session.bootId === '' || session.bootId !== bootId()) return false
  return (
    !isProcessAlive(session.pid) || (session.processStart !== '' && processStart(session.pid) !== session.processStart)
  )
}

export interface OpenSession {
  readonly key: string
  /** Undefined when the session can't be read. */
  readonly writer: string | undefined
  readonly host: string | undefined
  /** Of the configuration that the writer knows: 0 for the format's first version. */
  readonly configGeneration: number
  /** Store milliseconds. */
  readonly modifiedMs: number
}

type Parsed<T> = ParsedDocument<T>

function apartByKind(entries: ReadonlyArray<Parsed<SessionDocument | EndedDocument>>) {
  return {
    sessions: entries.filter((each): each is Parsed<SessionDocument> => each.document.kind === 'session'),
    ends: entries.filter((each): each is Parsed<EndedDocument> => each.document.kind === 'ended'),
  }
}

const UNKNOWN = { writer: undefined, host: undefined, configGeneration: 0 } as const

function factsOf({ writer, host, configGeneration = 0 }: SessionDocument): Omit<OpenSession, 'key' | 'modifiedMs'> {
  return { writer, host, configGeneration }
}

/**
 * Sessions that may be alive. Those that have ended, of dead processes, and of 30 days ago are removed when `sweep` is
 * set. A
 * session that can't be read counts as alive.
 */
export async function openSessions(
  repository: Repository,
  options: { readonly sweep: boolean; readonly except?: string },
): Promise<OpenSession[]> {
  const { entries, problems } = await readParsed(repository, {
    folder: 'sessions',
    type: ObjectType.SESSION,
    parse: (stored) => byItsWriter(parseSession(stored.body), stored),
  })
  const open: OpenSession[] = []
  const { sessions, ends } = apartByKind(entries)
  const oldest = sessions.length === 0 ? 0 : (await repository.store.nowMs()) - SESSION_AGE_MS_MAX
  const stay = new Set(problems.map(({ key }) => key))
  for (const { key, name, document, modifiedMs } of sessions) {
    const hasEnded = ends.some((end) => end.document.session === name && end.document.writer === document.writer)
    const isOver = key !== options.except && (hasEnded || isProvablyDead(document) || modifiedMs <= oldest)
    if (isOver && options.sweep) await repository.store.delete(key)
    else stay.add(key)
    if (!isOver && key !== options.except) open.push({ key, ...factsOf(document), modifiedMs })
  }
  // Last: a session without it would be open again.
  for (const { key, document } of ends)
    if (options.sweep && !stay.has(`sessions/${document.session}`)) await repository.store.delete(key)
  for (const problem of problems) {
    const { key } = problem
    // Nobody who writes here has put it there.
    if (isForeign(problem)) continue
    const stat = await repository.store.head(key)
    if (stat) open.push({ key, ...UNKNOWN, modifiedMs: stat.modifiedMs })
  }
  return open
}

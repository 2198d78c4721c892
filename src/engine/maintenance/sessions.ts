/** Open writers: which of them may still rely on packs that a tombstone condemns. */
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { bootId, hostName, isProcessAlive, processStart } from '../../kernel/machine.ts'
import { ObjectType } from '../crypto/index.ts'
import type { Repository } from '../repository/index.ts'
import { parseSession, type SessionDocument } from '../snapshot/index.ts'

/** Says that a writer is at work; disposing it says that it has ended. Open it before the delete log and the index are read. */
export async function openWriterSession(repository: Repository, writer: Buffer): Promise<AsyncDisposable> {
  await repository.store.prepare()
  const document = { kind: 'session', writer: writer.toString('hex'), host: hostName(), bootId: bootId(), pid: process.pid, processStart: processStart(), startedAt: isoTime(nowMs()) }
  const name = await repository.writeDocument(document, { type: ObjectType.SESSION, folder: 'sessions', signer: repository.keys.writer(writer) })
  return { [Symbol.asyncDispose]: () => repository.store.delete(`sessions/${name}`).catch(() => {}) }
}

/** True when the process that wrote the session is known to be gone: same start of the same machine, and no such process. */
export function isProvablyDead(session: SessionDocument): boolean {
  if (session.bootId === '' || session.bootId !== bootId()) return false
  return !isProcessAlive(session.pid) || (session.processStart !== '' && processStart(session.pid) !== session.processStart)
}

export interface OpenSession {
  readonly key: string
  readonly document: SessionDocument
  /** Store milliseconds. */
  readonly modifiedMs: number
}

/** Sessions that may be alive. Those of dead processes are removed when `sweep` is set. A session that can't be read counts as alive. */
export async function openSessions(repository: Repository, options: { readonly sweep: boolean; readonly except?: string }): Promise<OpenSession[]> {
  const { documents, problems } = await repository.readDocuments('sessions', ObjectType.SESSION)
  const open: OpenSession[] = []
  for (const { key, body, modifiedMs } of documents) {
    const document = parseSession(body)
    if (key === options.except) continue
    if (!isProvablyDead(document)) open.push({ key, document, modifiedMs })
    else if (options.sweep) await repository.store.delete(key)
  }
  for (const { key } of problems) {
    const stat = await repository.store.head(key)
    if (stat) open.push({ key, document: { kind: 'session', writer: '0'.repeat(32), host: '', bootId: '', pid: 0, processStart: '', startedAt: '' }, modifiedMs: stat.modifiedMs })
  }
  return open
}

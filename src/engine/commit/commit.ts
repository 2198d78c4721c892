/**
 * The commit of a snapshot: its PUT, its confirmation and, for a scheduled run, the claim that makes it count exactly
 * once.
 */
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { ObjectType, type Signer } from '../crypto/index.ts'
import type { Repository } from '../repository/index.ts'
import {
  claimRun,
  findRun,
  type History,
  readClaim,
  readHistory,
  requireWellFormed,
  type SnapshotDocument,
  type SnapshotEntry,
} from '../snapshot/index.ts'
import { acceptedSince } from './accepted-number.ts'
import { confirmSnapshot, retractSnapshot, type Writing } from './confirm.ts'

export interface Committed {
  /** The snapshot that counts. */
  readonly name: string
  readonly document: SnapshotDocument
  /** True when another snapshot of the same run counts: the one given is not in the repository. */
  readonly isRepeat: boolean
}

/**
 * Commits a snapshot whose data is durable. Of one `runId` one snapshot counts, however often and by whomever it is
 * committed. Throws REPOSITORY_LOCKED when data was condemned meanwhile (nothing was committed; run again),
 * ALREADY_EXISTS when the run's snapshot has been forgotten since, an InvariantViolation for a document that no reader
 * would take.
 */
export async function commitSnapshot(
  repository: Repository,
  asked: { readonly document: SnapshotDocument; readonly signer: Signer; readonly writing: Writing },
): Promise<Committed> {
  const { signer } = asked
  const { name, document } = await putNumbered(repository, asked)
  const { runId } = document
  if (runId === undefined || (await isOurs(repository, { runId, snapshot: name, signer })))
    return { name, document, isRepeat: false }
  const history = await readHistory(repository)
  const winner = await committedRun(repository, history, runId).catch(async (error: unknown) => {
    if (isBackupError(error, 'ALREADY_EXISTS')) await retractSnapshot(repository, { name, document, signer })
    throw error
  })
  if (!winner || winner.name === name) return { name, document, isRepeat: false }
  await retractSnapshot(repository, { name, document, signer })
  return { ...winner, isRepeat: true }
}

/** A number that was accepted as missing meanwhile is not taken: the snapshot is taken back, and gets one above. */
async function putNumbered(
  repository: Repository,
  {
    document,
    signer,
    writing,
  }: { readonly document: SnapshotDocument; readonly signer: Signer; readonly writing: Writing },
): Promise<{ readonly name: string; readonly document: SnapshotDocument }> {
  let numbered = document
  for (;;) {
    requireWellFormed(numbered)
    const { name, there } = await repository.putDocument(numbered, {
      type: ObjectType.SNAPSHOT,
      folder: 'snapshots',
      signer,
    })
    const put = { name, document: numbered, signer }
    const [accepted] = await Promise.all([
      acceptedSince(repository, document.writer, writing.records),
      confirmSnapshot(repository, put, writing),
    ])
    await there
    if (accepted < (numbered.sequence ?? 0)) return put
    await retractSnapshot(repository, put)
    numbered = { ...numbered, sequence: accepted + 1 }
  }
}

/** Where the store can't create if absent there are no claims, and the lowest name counts. */
function isOurs(
  repository: Repository,
  run: { readonly runId: string; readonly snapshot: string; readonly signer: Signer },
): Promise<boolean> {
  return repository.store.capabilities.createIfAbsent ? claimRun(repository, run) : Promise.resolve(false)
}

/**
 * The snapshot that counts for a run, once nothing can take it back any more; undefined while the run is still to be
 * done. Throws ALREADY_EXISTS when it was done and its snapshot has been forgotten.
 */
export async function committedRun(
  repository: Repository,
  history: History,
  runId: string,
): Promise<SnapshotEntry | undefined> {
  const found = findRun(history, runId)
  const claim = await readClaim(repository, runId).catch(orUndecided)
  // Whatever else shows up of that run: it was made before the claim and published after the forget.
  if (claim && history.forgotten.has(claim.snapshot)) {
    throw new BackupError(
      'ALREADY_EXISTS',
      'This run was committed before, and its snapshot has been forgotten since.',
      { context: { key: `commits/${runId}`, snapshot: claim.snapshot } },
    )
  }
  // A claim is made after the confirmation: what it names was good whatever was condemned since.
  return found && (!history.unconfirmed.has(found.name) || found.name === claim?.snapshot) ? found : undefined
}

/** A claim that can't be believed decides nothing. */
function orUndecided(error: unknown): undefined {
  if (!isBackupError(error, 'DAMAGED')) throw error
  return undefined
}

/**
 * The way out after an honest copy of older storage was put back: a signed record names exactly what was found missing,
 * so that every client that remembers it takes it for accepted, and nothing beyond it.
 */
import { type Repository, requireFeatures } from '../repository/index.ts'
import {
  Acceptance,
  acceptedValue,
  type DeleteEntry,
  type History,
  markedOf,
  RecordKind,
  readHistory,
  type Suspicions,
} from '../snapshot/index.ts'
import { writeDeleteEntry } from './delete-entries.ts'
import { writeRecord } from './records.ts'

export interface AcceptedRollback {
  /** Null where nothing was suspected. */
  readonly record: string | null
  readonly accepted: Suspicions
}

/**
 * Accepts what this client finds now. What comes next lies above anything that it remembers. Throws ROLLBACK_SUSPECTED
 * when the repository shows still more afterwards: somebody is at work on it.
 */
export async function acceptRollback(
  repository: Repository,
  options: { readonly by: string; readonly signal?: AbortSignal },
): Promise<AcceptedRollback> {
  for (const work of ['write', 'delete'] as const) requireFeatures(repository.config, work)
  const signal = options.signal ? { signal: options.signal } : {}
  const history = await readHistory(repository, signal)
  const { suspicions } = history
  if (history.rollbacks.length === 0) {
    await raiseDeleteLog(repository, history)
    return { record: null, accepted: suspicions }
  }
  const { name } = await writeRecord(repository, {
    record: RecordKind.ROLLBACK,
    subject: repository.config.repositoryId,
    by: options.by,
    value: { ...acceptedValue(suspicions) },
    ...signal,
  })
  if (suspicions.generations.length + suspicions.entries.length > 0)
    await writeDeleteEntry(repository, entryAbove(history, suspicions))
  if (suspicions.keyring) repository.keys.accept(suspicions.keyring.seen)
  const after = await readHistory(repository, signal)
  if (after.rollbacks[0]) throw after.rollbacks[0]
  return { record: name, accepted: suspicions }
}

/**
 * Whoever accepted may have been stopped between the record and the entry above what was lost: then what comes next
 * would lie among accepted generations, and nobody would miss it. True when it has written one.
 */
export async function raiseDeleteLog(repository: Repository, history: History): Promise<boolean> {
  const accepted = new Acceptance(history.allRecords).newestDeleteGeneration
  if (accepted <= history.deleteLog.newestGeneration) return false
  await writeDeleteEntry(repository, entryAbove(history, { ...history.suspicions, generations: [accepted] }))
  return true
}

/**
 * Above every generation that anybody may remember. What the lost entries had given up nobody knows: the next backups
 * read their files again.
 */
function entryAbove(history: History, { generations }: Suspicions): DeleteEntry {
  return {
    kind: 'deleted',
    generation: Math.max(history.deleteLog.newestGeneration, ...generations) + 1,
    previous: [],
    completes: [],
    packs: [],
    indexes: [],
    kept: [],
    marked: markedOf(history),
    damaged: true,
  }
}

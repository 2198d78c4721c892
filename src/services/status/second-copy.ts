/** What the repository itself says of its second copy; and whether it can be read at all. */
import type { SecondCopy } from '../../contracts/system/index.ts'
import {
  ClientState,
  listRecords,
  type OddPoint,
  oddPoints,
  RecordKind,
  readHistory,
  secondCopyIn,
} from '../../engine/index.ts'
import { isBackupError } from '../../kernel/backup-error.ts'
import { nowMs } from '../../kernel/clock.ts'
import type { RepositoryAccess, SystemParts, WithRepository } from '../parts.ts'
import { pointsDatedAhead } from '../recovery/index.ts'

/** A disk that hangs must not keep a status from being said. */
const ANSWER_MS = 10_000

export interface RepositoryLook {
  /** Where the repository can't be read, what this machine knows of it from before. */
  readonly secondCopy: SecondCopy | null
  readonly repositoryError: string | null
  /** Of points whose dates contradict the order; undefined where none does. */
  readonly odd?: readonly OddPoint[]
}

export async function lookIntoRepository(
  parts: WithRepository<Pick<SystemParts, 'catalog'>>,
  signal = AbortSignal.timeout(ANSWER_MS),
): Promise<RepositoryLook> {
  let known: RepositoryLook | undefined
  const onKnown = (look: RepositoryLook) => {
    known = look
  }
  const late = new Promise<RepositoryLook>((resolve) =>
    signal.addEventListener('abort', () => resolve(known ?? remembered(parts, 'STORAGE_UNAVAILABLE'))),
  )
  return await Promise.race([look(parts, { signal, onKnown }), late])
}

/** It is long, and only dates hang on it: what is known already is said without it. */
function nothingMore(error: unknown): undefined {
  if (!isBackupError(error)) throw error
}

function remembered(
  { repository }: { readonly repository: RepositoryAccess },
  repositoryError: string,
): RepositoryLook {
  const { stateDirectory, repositoryId } = repository
  const id = repositoryId === undefined ? undefined : Buffer.from(repositoryId, 'hex')
  return { secondCopy: (id && new ClientState(stateDirectory, id).secondCopy()) ?? null, repositoryError }
}

async function look(
  parts: WithRepository<Pick<SystemParts, 'catalog'>>,
  { signal, onKnown }: { readonly signal: AbortSignal; readonly onKnown: (look: RepositoryLook) => void },
): Promise<RepositoryLook> {
  try {
    await using opened = await parts.repository.open(signal)
    const { records } = await listRecords(opened, { record: RecordKind.COPY, signal })
    const look = { secondCopy: secondCopyIn({ records }), repositoryError: null }
    new ClientState(parts.repository.stateDirectory, opened.keys.repositoryId).noteSecondCopy(look.secondCopy)
    // The whole history is read only where the dates that the database has give cause for it.
    if ((await pointsDatedAhead(parts)).length === 0) return look
    onKnown(look)
    const history = await readHistory(opened, { signal }).catch(nothingMore)
    return history ? { ...look, odd: oddPoints(history.order, nowMs()) } : look
  } catch (error) {
    if (!isBackupError(error)) throw error
    return remembered(parts, error.code)
  }
}

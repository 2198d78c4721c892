/** What the repository itself says of its second copy; and whether it can be read at all. */
import type { SecondCopy } from '../../contracts/system/index.ts'
import { lastCopies, listRecords, RecordKind } from '../../engine/index.ts'
import { isBackupError } from '../../kernel/backup-error.ts'
import type { SystemParts } from '../parts.ts'

/** A disk that hangs must not keep a status from being said. */
const ANSWER_MS = 10_000

export interface RepositoryLook {
  readonly secondCopy: SecondCopy | null
  readonly repositoryError: string | null
}

export async function lookIntoRepository({ repository }: Pick<SystemParts, 'repository'>): Promise<RepositoryLook> {
  const signal = AbortSignal.timeout(ANSWER_MS)
  const late = new Promise<RepositoryLook>((resolve) =>
    signal.addEventListener('abort', () => resolve({ secondCopy: null, repositoryError: 'STORAGE_UNAVAILABLE' })),
  )
  return await Promise.race([look(repository, signal), late])
}

async function look(repository: SystemParts['repository'], signal: AbortSignal): Promise<RepositoryLook> {
  try {
    await using opened = await repository.open(signal)
    const { records } = await listRecords(opened, { record: RecordKind.COPY, signal })
    return { secondCopy: newestCopy(lastCopies({ records })), repositoryError: null }
  } catch (error) {
    if (!isBackupError(error)) throw error
    return { secondCopy: null, repositoryError: error.code }
  }
}

export function newestCopy([newest]: ReturnType<typeof lastCopies>): SecondCopy | null {
  if (!newest) return null
  const { location, at, snapshots } = newest
  return { location, at, snapshots, newestAt: newest.newest?.finishedAt ?? null }
}

/** Finding what somebody named by an id, or by a beginning of one that means nothing else. */
import { BackupError } from '../kernel/backup-error.ts'
import { idsMeant, shortIds } from '../kernel/id-beginning.ts'

/** As long as lists show them. */
export const SHOWN_LENGTH = 8

/**
 * The one of `all` that `typed` means; `idsOf` gives every id that it goes by. Undefined where nothing begins so. An id
 * that several go by means the first of them. Throws ID_AMBIGUOUS naming what it may mean.
 */
export function namedOne<T>(
  typed: string,
  all: readonly T[],
  idsOf: (each: T) => ReadonlyArray<string | null>,
): T | undefined {
  const known = all.map((one) => ({ one, ids: idsOf(one).filter((id) => id !== null) }))
  const wanted = typed.toLowerCase()
  const meant = idsMeant(
    wanted,
    known.flatMap(({ ids }) => ids),
  )
  const found = known.filter(({ ids }) => ids.some((id) => meant.includes(id)))
  if (found.length > 1 && meant.length > 1)
    throw new BackupError('ID_AMBIGUOUS', 'Several begin like that.', {
      context: { id: typed, candidates: [...shortIds(meant, SHOWN_LENGTH).values()] },
    })
  return found[0]?.one
}

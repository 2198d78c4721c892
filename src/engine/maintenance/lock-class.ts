/**
 * Packs of a lock class that this version does not know (docs/format/v1.md section 6.1): they are read like all others,
 * and nobody takes away or rewrites what somebody has locked.
 */
import { isBackupError } from '../../kernel/backup-error.ts'
import { inOrder } from '../../kernel/in-order.ts'
import { isUnreadable } from '../../storage/index.ts'
import { LOCK_CLASS_AT } from '../crypto/index.ts'
import { packKey, type Repository } from '../repository/index.ts'

const READS_AT_ONCE = 16
const STANDARD = 0

/** Those of `names` that are to be left alone. One that can't be read is nobody's lock. */
export async function otherwiseLocked(repository: Repository, names: readonly string[]): Promise<ReadonlySet<string>> {
  const locked = new Set<string>()
  const read = async (name: string) => ({ name, lockClass: await lockClassOf(repository, name) })
  for await (const { name, lockClass } of inOrder(names, { widthMax: READS_AT_ONCE }, read))
    if (lockClass !== STANDARD) locked.add(name)
  return locked
}

async function lockClassOf({ store }: Repository, name: string): Promise<number> {
  try {
    const [lockClass = STANDARD] = await store.get(packKey(name), { offset: LOCK_CLASS_AT, length: 1 })
    return lockClass
  } catch (error) {
    if (isBackupError(error, 'NOT_FOUND') || isUnreadable(error) || isTooShort(error)) return STANDARD
    throw error
  }
}

/** What is shorter than a header is no pack of ours. */
function isTooShort(error: unknown): boolean {
  return isBackupError(error, 'STORAGE_FAILED') && error.context['bytes'] !== undefined
}

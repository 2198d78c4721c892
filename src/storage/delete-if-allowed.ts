import { isBackupError } from '../kernel/backup-error.ts'
import type { ObjectStore } from './object-store.ts'

/**
 * For what a writer tidies away. False where its credential can only put, get and list: then whoever may delete removes
 * it later. Throws what else the store throws.
 */
export async function deleteIfAllowed(store: ObjectStore, key: string): Promise<boolean> {
  try {
    await store.delete(key)
    return true
  } catch (error) {
    if (isBackupError(error, 'PERMISSION_DENIED')) return false
    throw error
  }
}

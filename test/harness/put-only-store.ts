/** A store whose credential can only put, get and list: what people give a machine that is backed up. */
import { BackupError } from '../../src/kernel/backup-error.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import { storeWith } from './store-with.ts'

/** `refused` receives the keys whose removal was refused. */
export function putOnly(inner: ObjectStore, refused: string[] = []): ObjectStore {
  const remove = (key: string) => {
    refused.push(key)
    const context = { key, cause: 'AccessDenied' }
    return Promise.reject(new BackupError('PERMISSION_DENIED', 'The credential may not delete.', { context }))
  }
  return storeWith(inner, { delete: remove })
}

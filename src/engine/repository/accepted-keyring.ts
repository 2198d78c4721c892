/**
 * Whether an operator has accepted that the newest keyring is lost: records say it, and they open with the one that is
 * left.
 */
import { createHash } from 'node:crypto'
import { isBackupError } from '../../kernel/backup-error.ts'
import type { ObjectStore } from '../../storage/index.ts'
import {
  isMaintenanceSigner,
  ObjectType,
  openPayload,
  parseBody,
  splitDocument,
  verifyDocument,
} from '../crypto/index.ts'
import { isObjectKey, objectBytesMax } from './object-keys.ts'
import type { OpenKeys } from './open-keys.ts'

/** Tells the keys what was accepted: from a generation that was seen down to one that is not above theirs. */
export async function acceptKeyring(store: ObjectStore, keys: OpenKeys, seen: number): Promise<void> {
  for await (const { key } of store.list('records/')) {
    const keyring = isObjectKey(key) ? await acceptedIn(store, key, keys) : undefined
    if (keyring && seen <= keyring.seen && keys.generation >= keyring.found) keys.accept(keyring.seen)
  }
}

async function acceptedIn(
  store: ObjectStore,
  key: string,
  keys: OpenKeys,
): Promise<{ readonly seen: number; readonly found: number } | undefined> {
  try {
    const bytes = await store.get(key, { bytesMax: objectBytesMax(ObjectType.RECORD) })
    if (createHash('sha256').update(bytes).digest('hex') !== key.slice(-64)) return undefined
    const { repositoryId, masterOf, maintenance } = keys
    const document = splitDocument(openPayload(bytes, { type: ObjectType.RECORD, repositoryId, masterOf }).payload)
    verifyDocument(document, {
      purpose: String(ObjectType.RECORD),
      repositoryId,
      signerOf: (id) => (isMaintenanceSigner(id) ? maintenance : undefined),
    })
    const { record, value } = parseBody(document.body) as { record?: unknown; value?: { keyring?: unknown } | null }
    const { seen, found } = (value?.keyring ?? {}) as { seen?: unknown; found?: unknown }
    return record === 'rollback' && Number.isSafeInteger(seen) && Number.isSafeInteger(found)
      ? { seen: seen as number, found: found as number }
      : undefined
  } catch (error) {
    // One that can't be read accepts nothing.
    if (isBackupError(error) && error.code !== 'ABORTED') return undefined
    throw error
  }
}

/** Finds, makes and re-wraps the control plane's key: one row in force, whose generation grows with each new wrap. */

import { type Catalog, type Database, type DatabaseTransaction, DEFAULT_TENANT_ID } from '../../catalog/index.ts'
import { type Kek, kekFingerprint } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { ControlKey } from './control-key.ts'
import {
  decodeWrapped,
  encodeWrapped,
  type Master,
  type MasterHolders,
  newMaster,
  unwrapMaster,
  type WrappedMaster,
  wrapMaster,
} from './wrapped-master.ts'

export interface StoredMaster {
  readonly generation: number
  readonly wrapped: WrappedMaster
}

export interface OpenedMaster extends StoredMaster {
  readonly master: Master
  /** False when an older key of the user, or the repository's own, was needed. */
  readonly isForNewestKey: boolean
}

/**
 * Opens the control plane's key, or makes it in a database that has none. `keks` are the user's, newest first: opened
 * by an older one, it is wrapped for the newest at once, and the older wrap goes. Throws KEY_WRONG, KEY_MISSING,
 * DAMAGED.
 */
export async function openControlKey(
  catalog: Catalog,
  keks: readonly Kek[],
  tenantId: string = DEFAULT_TENANT_ID,
): Promise<ControlKey> {
  const kek = newestOf(keks)
  const stored = (await findMaster(catalog.db, tenantId)) ?? (await makeMaster(catalog, { kek }, tenantId))
  const opened = openMaster(stored, keks)
  if (!opened.isForNewestKey) await rewrapMaster(catalog, opened, { holders: { kek }, tenantId })
  return new ControlKey(opened.master, tenantId)
}

/** The row in force. Throws DAMAGED. */
export async function findMaster(
  db: Database | DatabaseTransaction,
  tenantId: string,
): Promise<StoredMaster | undefined> {
  const row = await db
    .selectFrom('control_keys')
    .select(['generation', 'wrapped'])
    .where('tenant_id', '=', tenantId)
    .orderBy('generation', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && { generation: row.generation, wrapped: decodeWrapped(row.wrapped) }
}

/** `others` are tried after the user's own. */
export function openMaster(stored: StoredMaster, keks: readonly Kek[], others: readonly Kek[] = []): OpenedMaster {
  const { master, openedBy } = unwrapMaster(stored.wrapped, [...keks, ...others])
  return { ...stored, master, isForNewestKey: openedBy === keks[0] }
}

async function makeMaster(catalog: Catalog, holders: MasterHolders, tenantId: string): Promise<StoredMaster> {
  const now = isoTime(nowMs())
  const wrapped = wrapMaster(newMaster(now), holders, now)
  await catalog.transaction((tx) => insertMaster(tx, { generation: 1, wrapped }, { kek: holders.kek, tenantId }))
  // Another process may have been first: what stands there counts.
  const stored = await findMaster(catalog.db, tenantId)
  if (stored) return stored
  throw new BackupError('DATABASE_UNAVAILABLE', 'The control key that was just written is not there.')
}

/** Wraps the same master for the given holders, as the next generation. Answers what is in force afterwards. */
export async function rewrapMaster(
  catalog: Catalog,
  opened: OpenedMaster,
  options: { readonly holders: MasterHolders; readonly tenantId: string },
): Promise<StoredMaster> {
  const next = {
    generation: opened.generation + 1,
    wrapped: wrapMaster(opened.master, options.holders, isoTime(nowMs())),
  }
  await catalog.transaction((tx) => putMaster(tx, next, { kek: options.holders.kek, tenantId: options.tenantId }))
  return (await findMaster(catalog.db, options.tenantId)) ?? next
}

/** Puts a generation in force. An older wrap would still open with the key that was to go, so it is removed. */
export async function putMaster(
  tx: DatabaseTransaction,
  next: StoredMaster,
  options: { readonly kek: Kek; readonly tenantId: string },
): Promise<void> {
  await insertMaster(tx, next, options)
  await tx
    .deleteFrom('control_keys')
    .where('tenant_id', '=', options.tenantId)
    .where('generation', '<', next.generation)
    .execute()
}

async function insertMaster(
  tx: DatabaseTransaction,
  { generation, wrapped }: StoredMaster,
  { kek, tenantId }: { readonly kek: Kek; readonly tenantId: string },
): Promise<void> {
  // A passphrase's own fingerprint would help to guess it: the wrap's random id says as much as is needed.
  const fingerprint =
    kek.kind === 'raw' ? kekFingerprint(kek, Buffer.from(wrapped.id, 'hex')) : (wrapped.recipients[0]?.id ?? '')
  const row = { tenant_id: tenantId, generation, wrapped: encodeWrapped(wrapped), kek_fingerprint: fingerprint }
  await tx
    .insertInto('control_keys')
    .values(row)
    .onConflict((conflict) => conflict.columns(['tenant_id', 'generation']).doNothing())
    .execute()
}

export function newestOf(keks: readonly Kek[]): Kek {
  const kek = keks[0]
  if (kek) return kek
  throw new BackupError('KEY_MISSING', 'No key was given.')
}

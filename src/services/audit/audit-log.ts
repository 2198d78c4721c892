/**
 * Appends to the audit log. The database numbers and chains the bytes that are encoded here; nobody can change them
 * afterwards.
 */
import { sql } from 'kysely'
import type { Catalog, Database, DatabaseTransaction } from '../../catalog/index.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { invariant } from '../../kernel/invariant.ts'
import type { AuditEvent, AuditLog } from '../parts.ts'
import { encodeEntry, pseudonymOf } from './entry.ts'

export interface AppendedEntry {
  readonly sequence: number
  readonly hash: Buffer
}

/** `key` is the control key's `auditKey`. An entry that is appended within a transaction stands or falls with it. */
export function openAuditLog(catalog: Catalog, key: Uint8Array, tenantId: string): AuditLog {
  const append = async (event: AuditEvent, tx: DatabaseTransaction): Promise<void> => {
    await keepLabel(tx, { tenantId, pseudonym: pseudonymOf(event.actor, key), label: event.actor })
    await appendEntry(tx, tenantId, encodeEntry(event, { key, tenantId, at: isoTime(nowMs()) }))
  }
  return { append: (event, tx) => (tx ? append(event, tx) : catalog.transaction((own) => append(event, own))) }
}

/** Appends an entry's bytes as they are. */
export async function appendEntry(
  db: Database | DatabaseTransaction,
  tenantId: string,
  entry: Buffer,
): Promise<AppendedEntry> {
  const { rows } =
    await sql<AppendedEntry>`select sequence, hash from neonpro_backup.append_audit(${tenantId}::uuid, ${entry}::bytea)`.execute(
      db,
    )
  invariant(rows[0], 'The database answers for every entry that it takes.')
  return { sequence: Number(rows[0].sequence), hash: rows[0].hash }
}

interface ActorLabel {
  readonly tenantId: string
  readonly pseudonym: string
  readonly label: string
}

async function keepLabel(tx: DatabaseTransaction, { tenantId, pseudonym, label }: ActorLabel): Promise<void> {
  const row = { tenant_id: tenantId, pseudonym, label: label.toWellFormed().replaceAll('\0', '') }
  await tx
    .insertInto('audit_actors')
    .values(row)
    .onConflict((conflict) => conflict.columns(['tenant_id', 'pseudonym']).doNothing())
    .execute()
}

/**
 * Erases the readable name behind a person's entries, for good: the entries and their chain stay as they are, and later
 * acts of the same id do not bring the name back. False when the log has never met this id.
 */
export async function eraseActor(
  catalog: Catalog,
  key: Uint8Array,
  actor: { readonly tenantId: string; readonly id: string },
): Promise<boolean> {
  const pseudonym = pseudonymOf(actor.id, key)
  const erased = await catalog.db
    .updateTable('audit_actors')
    .set({ label: '' })
    .where('tenant_id', '=', actor.tenantId)
    .where('pseudonym', '=', pseudonym)
    .executeTakeFirst()
  return Number(erased.numUpdatedRows) > 0
}

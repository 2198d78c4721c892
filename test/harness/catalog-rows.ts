/**
 * One row of every table that belongs to a tenant, and what they refer to: for tests that need a filled control plane.
 */
import { createHash, randomUUID } from 'node:crypto'
import type { Insertable } from 'kysely'
import type { Catalog, Tables } from '../../src/catalog/index.ts'

export interface TenantRows {
  readonly tenantId: string
  readonly configId: string
  readonly runId: string
  readonly pointId: string
  readonly repositoryId: string
  /** In an order in which they can be inserted; audit entries go through their function. */
  readonly rows: ReadonlyArray<
    { [Table in keyof Tables]: { readonly table: Table; readonly row: Insertable<Tables[Table]> } }[keyof Tables]
  >
}

export function tenantRows(tenantId: string = randomUUID()): TenantRows {
  const [configId, runId, pointId, repositoryId, requestId, alertId] = Array.from({ length: 6 }, () =>
    randomUUID(),
  ) as [string, string, string, string, string, string]
  const tenant = { tenant_id: tenantId }
  const at = new Date('2026-05-04T03:02:01Z')
  const nothing = JSON.stringify({})
  const bytes = createHash('sha256').update(tenantId).digest()
  return {
    tenantId,
    configId,
    runId,
    pointId,
    repositoryId,
    rows: [
      { table: 'tenants', row: { id: tenantId, name: `clinic ${tenantId}` } },
      { table: 'memberships', row: { ...tenant, user_id: `somebody of ${tenantId}`, role: 'READER' } },
      { table: 'settings', row: { ...tenant, name: 'a', value: nothing } },
      { table: 'control_keys', row: { ...tenant, generation: 1, wrapped: bytes, kek_fingerprint: 'f' } },
      { table: 'repositories', row: { ...tenant, id: repositoryId, location: `/backups/${tenantId}` } },
      {
        table: 'configs',
        row: { ...tenant, id: configId, name: 'records', kind: 'FILES', settings: nothing, created_by: 'system' },
      },
      { table: 'due_times', row: { ...tenant, config_id: configId, due_at: at, late_at: at } },
      {
        table: 'runs',
        row: {
          ...tenant,
          id: runId,
          config_id: configId,
          config_name: 'records',
          source: 'records',
          type: 'FULL',
          trigger: 'MANUAL',
          requested_by: 'system',
        },
      },
      {
        table: 'runs',
        row: {
          ...tenant,
          id: randomUUID(),
          config_id: configId,
          config_name: 'records',
          source: 'records',
          type: 'FULL',
          trigger: 'MANUAL',
          requested_by: 'system',
          state: 'COMPLETED',
          started_at: at,
          finished_at: at,
        },
      },
      { table: 'run_attempts', row: { ...tenant, run_id: runId, attempt: 1, fence: 1, worker_id: randomUUID() } },
      {
        table: 'recovery_points',
        row: {
          ...tenant,
          id: pointId,
          repository_id: repositoryId,
          snapshot: pointId.replaceAll('-', ''),
          source: 'records',
          created_at: at,
          type: 'FULL',
          is_complete: true,
        },
      },
      {
        table: 'protections',
        row: {
          ...tenant,
          repository_id: repositoryId,
          record: 'pin',
          subject: pointId,
          generation: 1,
          created_by: 'system',
          created_at: at,
        },
      },
      {
        table: 'recovery_requests',
        row: {
          ...tenant,
          id: requestId,
          point_id: pointId,
          type: 'FULL_RESTORE',
          options: nothing,
          requested_by: 'system',
        },
      },
      {
        table: 'alerts',
        row: { ...tenant, id: alertId, fingerprint: 'f', type: 'CUSTOM', severity: 'LOW', message: 'm' },
      },
      {
        table: 'outbox',
        row: {
          ...tenant,
          id: randomUUID(),
          alert_id: alertId,
          channel: 'webhook',
          event: nothing,
          idempotency_key: randomUUID(),
        },
      },
      { table: 'audit_actors', row: { ...tenant, pseudonym: 'p', label: 'Somebody' } },
      {
        table: 'audit_segments',
        row: { ...tenant, number: 1, from_sequence: 1, to_sequence: 1, hash: bytes, record: 'r' },
      },
    ],
  }
}

export async function insertTenant(catalog: Catalog, rows: TenantRows): Promise<void> {
  await catalog.transaction(async (tx) => {
    for (const { table, row } of rows.rows)
      await tx
        .insertInto(table)
        .values(row as never)
        .execute()
  })
}

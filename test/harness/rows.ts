/** Rows of a system, as its use cases would have written them. */
import { randomUUID } from 'node:crypto'
import type { RunState, StoredSettings } from '../../src/contracts/system/index.ts'
import { sourcePurpose } from '../../src/services/control-key/index.ts'
import type { SystemParts } from '../../src/services/index.ts'

type Where = Pick<SystemParts, 'catalog' | 'tenantId'>

const DAILY: StoredSettings = {
  kind: 'FILES',
  paths: ['/srv/documents'],
  type: 'INCREMENTAL',
  schedule: { kind: 'FREQUENCY', frequency: 'DAILY', time: '02:00' },
  timezone: 'America/Sao_Paulo',
  filters: {},
  performance: {},
  alertConfig: {},
  priority: 'NORMAL',
  tags: [],
}

/** Daily at 02:00 in São Paulo unless they say otherwise. */
export function testSettings(settings: Partial<StoredSettings> = {}): StoredSettings {
  return { ...DAILY, ...settings }
}

export interface TestConfig extends Partial<Omit<StoredSettings, 'source'>> {
  readonly name?: string
  readonly enabled?: boolean
  readonly createdAt?: Date
  readonly removedAt?: Date
  /** A database's URL: sealed as saving it would. */
  readonly source?: string
}

/** A configuration, daily at 02:00 unless it says otherwise; neither planned nor recorded yet. Gives its id. */
export async function addConfig(
  parts: Where & Partial<Pick<SystemParts, 'secrets'>>,
  config: TestConfig = {},
): Promise<string> {
  const id = randomUUID()
  const { name = `config ${id.slice(0, 8)}`, enabled = true, createdAt, removedAt, source, ...settings } = config
  const whole = testSettings(settings)
  await parts.catalog.db
    .insertInto('configs')
    .values({
      id,
      tenant_id: parts.tenantId,
      name,
      kind: whole.kind,
      settings: JSON.stringify(whole),
      enabled,
      source_sealed: source === undefined ? null : parts.secrets!.seal(source, sourcePurpose(id)),
      created_by: 'test',
      ...(createdAt && { created_at: createdAt }),
      ...(removedAt && { removed_at: removedAt }),
    })
    .execute()
  return id
}

export interface RunFacts {
  readonly state: RunState
  /** Milliseconds. */
  readonly at: number
  readonly durationMs?: number
  readonly stats?: object
  readonly skipped?: readonly object[]
  readonly error?: object
  readonly dueAt?: number
  readonly trigger?: string
}

/**
 * A run that was asked for at `at` and, where its state says so, began there and ended after `durationMs` (default one
 * minute). Returns its id.
 */
export async function addRun({ catalog, tenantId }: Where, configId: string, facts: RunFacts): Promise<string> {
  const id = randomUUID()
  const { state, at, durationMs = 60_000 } = facts
  const began = !['PENDING', 'MISSED'].includes(state)
  const ended = !['PENDING', 'RUNNING'].includes(state)
  await catalog.db
    .insertInto('runs')
    .values({
      id,
      tenant_id: tenantId,
      config_id: configId,
      config_name: 'name',
      source: 'source',
      type: 'INCREMENTAL',
      trigger: facts.trigger ?? 'MANUAL',
      state,
      requested_by: 'test',
      created_at: new Date(at),
      started_at: began ? new Date(at) : null,
      finished_at: ended ? new Date(at + (began ? durationMs : 0)) : null,
      due_at: facts.dueAt === undefined ? null : new Date(facts.dueAt),
      stats: facts.stats ? JSON.stringify(facts.stats) : null,
      skipped: facts.skipped ? JSON.stringify(facts.skipped) : null,
      error: facts.error ? JSON.stringify(facts.error) : null,
    })
    .execute()
  return id
}

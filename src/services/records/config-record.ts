/** A configuration as a signed record in the repository (docs/format/v1.md section 13). */
import type { RecordEntry } from '../../engine/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { parseRepository, type RecordedRepository } from './repository-record.ts'

export interface ConfigRecord {
  readonly tenantId: string
  readonly name: string
  readonly kind: string
  readonly enabled: boolean
  /** Canonical `ConfigSettings`. */
  readonly settings: unknown
  /** Sealed under the control key, which stands in a record of its own. */
  readonly source: Buffer | null
  /** That its runs write to; null: the system's first. */
  readonly repository: RecordedRepository | null
  readonly createdBy: string
  readonly createdAt: string
  readonly updatedAt: string
}

export function configValue(config: ConfigRecord): Record<string, unknown> {
  const { tenantId, source, repository, ...rest } = config
  return {
    tenant: tenantId,
    ...rest,
    source: source?.toString('hex') ?? null,
    ...(repository && { repository: { ...repository } }),
  }
}

/** Throws DAMAGED. `document.value` is not null. */
export function parseConfigRecord({ document }: RecordEntry): ConfigRecord {
  const value = document.value ?? {}
  const text = (member: string): string => {
    const found = value[member]
    if (typeof found === 'string') return found
    throw new BackupError('DAMAGED', `A configuration record has no valid "${member}".`, {
      context: { object: `configuration/${document.subject}`, member },
    })
  }
  const source = value['source'] === null ? null : Buffer.from(text('source'), 'hex')
  return {
    tenantId: text('tenant'),
    name: text('name'),
    kind: text('kind'),
    enabled: value['enabled'] === true,
    settings: value['settings'] ?? {},
    source,
    repository: parseRepository(value['repository']),
    createdBy: text('createdBy'),
    createdAt: text('createdAt'),
    updatedAt: text('updatedAt'),
  }
}

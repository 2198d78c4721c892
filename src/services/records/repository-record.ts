/**
 * A further repository of the system as records tell of it (docs/format/v1.md section 13): by its own record in the
 * first, and in that of each configuration that writes to it. Without a key: only where one is.
 */
import { type Repository, writeRecord } from '../../engine/index.ts'
import type { RepositoryAccess } from '../parts.ts'

/** Of records about a further repository; their subject is the id that stands in its config. */
export const REPOSITORY_RECORD = 'repository'

export interface RecordedRepository {
  /** 32 hexadecimal digits. */
  readonly id: string
  readonly name: string
  readonly location: string
  /** `file:<absolute path>`; null: the keys that the system is given. */
  readonly key: string | null
}

export function recordedRepository({
  repositoryId = '',
  name,
  label,
  keyReference,
}: RepositoryAccess): RecordedRepository {
  return { id: repositoryId, name, location: label, key: keyReference }
}

/** Null for what names none. */
export function parseRepository(value: unknown): RecordedRepository | null {
  const { id, name, location, key } = (value ?? {}) as Partial<Record<string, unknown>>
  if (typeof id !== 'string' || !/^[0-9a-f]{32}$/.test(id) || typeof name !== 'string' || typeof location !== 'string')
    return null
  return { id, name, location, key: typeof key === 'string' ? key : null }
}

/** Into the first: `value` null says that it was removed. */
export async function recordRepository(
  first: Repository,
  { repositoryId, tenantId, by }: { readonly repositoryId: string; readonly tenantId: string; readonly by: string },
  value: RecordedRepository | null,
): Promise<void> {
  await writeRecord(first, {
    record: REPOSITORY_RECORD,
    subject: repositoryId,
    by,
    value: value && { tenant: tenantId, ...value },
  })
}

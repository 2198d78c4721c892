/** A configuration's settings as the engine and the policies take them. */
import type { RetentionPolicy } from '../../contracts/index.ts'
import type { BackupType, ConfigSettings } from '../../contracts/system/index.ts'
import { SnapshotType } from '../../engine/index.ts'
import { DayEnd, momentOf } from '../../kernel/moment.ts'
import { machineZone } from '../../kernel/zone.ts'
import { type FileFilters, hasDotPart } from '../../sources/index.ts'

type FilesSettings = Pick<ConfigSettings, 'filters' | 'allowEmpty'> & Partial<Pick<ConfigSettings, 'timezone'>>

/** What the engine takes of a run's settings, which are the configuration's own completed by the system's. */
export function engineSettings({ performance }: Pick<ConfigSettings, 'performance'>): {
  readonly compressionLevel?: number
  readonly segmentBytes?: number
} {
  const { compressionLevel, chunkSize } = performance
  return {
    ...(compressionLevel !== undefined && { compressionLevel }),
    ...(chunkSize !== undefined && { segmentBytes: chunkSize }),
  }
}

/** What counts for files alone. */
export function filesSettings({ filters, allowEmpty, timezone = machineZone() }: FilesSettings): {
  readonly filters: FileFilters
  readonly allowEmpty?: boolean
} {
  const { modifiedSince, excludePatterns, ...others } = filters
  const given = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined)) as FileFilters
  // A pattern that can meet nothing is refused today. One that an earlier version took stops no backup.
  const excluded = excludePatterns?.filter((pattern) => !hasDotPart(pattern))
  return {
    filters: {
      ...given,
      ...(excluded !== undefined && { excludePatterns: excluded }),
      ...(modifiedSince !== undefined && { modifiedSinceMs: sinceMs(modifiedSince, timezone) }),
    },
    ...(allowEmpty !== undefined && { allowEmpty }),
  }
}

/** What earlier versions stored may be a date of another form: it goes on meaning what it meant. */
function sinceMs(text: string, zone: string): number {
  return momentOf(text, { zone, end: DayEnd.FIRST }) ?? Date.parse(text)
}

/** How the engine compares: FILES and DATABASE name what is backed up, and compare with the newest. */
export function snapshotTypeOf(type: BackupType): SnapshotType {
  return type === 'FULL'
    ? SnapshotType.FULL
    : type === 'DIFFERENTIAL'
      ? SnapshotType.DIFFERENTIAL
      : SnapshotType.INCREMENTAL
}

type Retention = NonNullable<ConfigSettings['retention']>

/** Undefined: everything is kept. A bare number means days; "forever" a year means the last point of each. */
export function policyOf(retention: Retention | undefined): RetentionPolicy | undefined {
  if (retention === undefined) return undefined
  if (typeof retention === 'number') return { withinDays: retention }
  const { yearly, custom, ...rest } = retention
  const rules = [
    ...(custom ?? []),
    ...(yearly === 'forever' ? [{ pattern: 'last-of-year', keep: 'forever' } as const] : []),
  ]
  const policy = { ...rest, ...(typeof yearly === 'number' && { yearly }), ...(rules.length > 0 && { custom: rules }) }
  return Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== undefined)) as RetentionPolicy
}

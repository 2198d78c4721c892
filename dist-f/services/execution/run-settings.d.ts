/** A configuration's settings as the engine and the policies take them. */
import type { RetentionPolicy } from '../../contracts/index.ts';
import type { BackupType, ConfigSettings } from '../../contracts/system/index.ts';
import { SnapshotType } from '../../engine/index.ts';
import type { FileFilters } from '../../sources/index.ts';
/** What the engine takes of a run's settings, which are the configuration's own completed by the system's. */
export declare function engineSettings({ filters, performance }: Pick<ConfigSettings, 'filters' | 'performance'>): {
    readonly filters: FileFilters;
    readonly compressionLevel?: number;
    readonly segmentBytes?: number;
};
/** How the engine compares: FILES and DATABASE name what is backed up, and compare with the newest. */
export declare function snapshotTypeOf(type: BackupType): SnapshotType;
type Retention = NonNullable<ConfigSettings['retention']>;
/** Undefined: everything is kept. A bare number means days; "forever" a year means the last point of each. */
export declare function policyOf(retention: Retention | undefined): RetentionPolicy | undefined;
export {};

/** Restore points as people see them, from the catalog's copy of the repository. */
import type { Selectable } from 'kysely';
import type { Tables } from '../../catalog/index.ts';
import { type RecoveryPointView } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
export type PointRow = Selectable<Tables['recovery_points']>;
type PointParts = Pick<SystemParts, 'catalog' | 'repository'>;
/** Newest first; of one configuration, or all. Removed configurations keep their points. */
export declare function getRecoveryPoints(parts: PointParts, configId?: string): Promise<readonly RecoveryPointView[]>;
/** By its own id, its run's, or its snapshot's name. Throws POINT_NOT_FOUND. */
export declare function findPoint({ catalog, repository }: PointParts, id: string): Promise<PointRow>;
export declare function viewOfPoint(parts: PointParts, id: string): Promise<RecoveryPointView>;
export {};

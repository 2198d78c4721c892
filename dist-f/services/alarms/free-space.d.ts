import type { Database, DatabaseTransaction } from '../../catalog/index.ts';
import type { SystemParts } from '../parts.ts';
export interface Room {
    readonly bytesFree: number;
    readonly bytesTotal: number;
}
/** Undefined where it can't be known now: looked at every few seconds, so a disk that is away must not fill the log; the health report says it. */
export declare function repositoryRoom(parts: SystemParts): Promise<Room | undefined>;
/** Undefined where it can't be known now: looked at every few seconds, so a disk that is away must not fill the log; the health report says it. */
export declare function homeRoom(parts: SystemParts): Promise<Room | undefined>;
/** Bytes: the largest `minFreeSpace` that the system or an enabled configuration asks for. */
export declare function freeSpaceLimit(parts: SystemParts, db: Database | DatabaseTransaction): Promise<number>;

import type { Repository } from '../repository/index.ts';
import { type RecordEntry } from '../snapshot/index.ts';
import { type RecordChange } from './records.ts';
/**
 * Writes a pin or hold. Durable when it resolves. A forget that ran at the same time may have looked before the record was there: nobody is told then that the
 * snapshot is kept, and the record is lifted again, but never with it a protection that somebody else was told of before. Throws SNAPSHOT_NOT_FOUND then, and
 * as `writeRecord` does.
 */
export declare function protect(repository: Repository, change: Omit<RecordChange, 'generation'>, snapshot: string | null): Promise<RecordEntry>;

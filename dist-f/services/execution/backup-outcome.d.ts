/** What a snapshot says of the run that made it: the same when it was made and when a lost database is made again. */
import { type BackupResult } from '../../engine/index.ts';
import type { BackupOutcome } from './engine-protocol.ts';
export declare function outcomeOf({ snapshot, document, isRepeat }: Pick<BackupResult, 'snapshot' | 'document' | 'isRepeat'>): BackupOutcome;

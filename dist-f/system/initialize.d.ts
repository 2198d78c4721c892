import type { Result, SystemConfigInput, Widened } from '../contracts/system/index.ts';
import { BackupSystem } from './facade/backup-system.ts';
/**
 * Starts the system of this process: key, database, repository (made where there is none yet), scheduler. Answers the same system to an equal configuration and
 * ALREADY_INITIALIZED to another one; after `shutdown()` it may start again. Fails with KEY_MISSING, KEY_PLACEHOLDER, KEY_WRONG, CONFIG_INVALID, DATABASE_UNAVAILABLE, REPOSITORY_MISSING.
 */
export declare function initializeBackupSystem(config?: Widened<SystemConfigInput>): Promise<Result<BackupSystem>>;
/** The system of this process. Before `initializeBackupSystem` each of its calls answers NOT_INITIALIZED. */
export declare function getBackupSystem(): BackupSystem;

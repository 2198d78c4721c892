/** What a database driver throws, told apart: no connection, or a statement that the database refused. */
import { BackupError } from '../kernel/backup-error.ts';
import type { Identity } from './catalog.ts';
export declare function isConnectionLost(thrown: unknown): boolean;
/** DATABASE_UNAVAILABLE in place of a lost connection; anything else as it is, with its SQLSTATE in `code`. */
export declare function asCatalogError(thrown: unknown, location: string): unknown;
/** For whatever keeps a connection from being made: network, certificate, credentials. */
export declare function unavailable(thrown: unknown, location: string): BackupError;
/** In place of what row level security or a missing grant refused to somebody. */
export declare function notPermitted({ userId }: Identity, cause: unknown): BackupError;
/** The SQLSTATE of a refused statement, the same for both drivers, or undefined. */
export declare function sqlState(error: unknown): string | undefined;
/** True for a broken unique rule, of the given name where one is named. */
export declare function isUniqueViolation(error: unknown, constraint?: string): boolean;

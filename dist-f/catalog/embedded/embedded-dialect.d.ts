/**
 * Kysely over the embedded database: one connection, one at a time. Kysely's own dialect for PGlite waits for ever when a transaction can't begin, and
 * would carry a transaction over into a database that was opened anew.
 */
import { type Dialect } from 'kysely';
import type { RevivingDatabase } from './reviving-database.ts';
export declare function embeddedDialect(database: RevivingDatabase): Dialect;

import type { AuditEvent } from '../parts.ts';
export interface EntryPlace {
    /** Of the control key. */
    readonly key: Uint8Array;
    readonly tenantId: string;
    /** ISO 8601 in UTC. */
    readonly at: string;
}
/** A person in the log: the same one has the same pseudonym, and without the key nobody can tell whose it is. */
export declare function pseudonymOf(actor: string, key: Uint8Array): string;
/** The bytes of an entry. What JSON or a database can't hold is replaced, never refused: an act that took place has an entry. */
export declare function encodeEntry(event: AuditEvent, place: EntryPlace): Buffer;

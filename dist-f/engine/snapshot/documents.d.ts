/** The documents of docs/format/v1.md sections 11 to 13, checked by hand when they are read: a command that only reads should start fast. */
import { type Body } from '../crypto/index.ts';
export declare const SnapshotType: {
    readonly FULL: "FULL";
    readonly INCREMENTAL: "INCREMENTAL";
    readonly DIFFERENTIAL: "DIFFERENTIAL";
};
export type SnapshotType = (typeof SnapshotType)[keyof typeof SnapshotType];
/** A path as it stands in documents: text, or its bytes when they are no valid UTF-8. */
export type PathText = string | {
    readonly hex: string;
};
export interface SnapshotSummary {
    readonly filesNew: number;
    readonly filesChanged: number;
    readonly filesUnmodified: number;
    readonly filesFiltered: number;
    readonly directories: number;
    readonly bytesProcessed: number;
    readonly bytesAdded: number;
    readonly bytesStored: number;
    readonly blobsAdded: number;
}
export interface SnapshotDocument {
    readonly kind: 'snapshot' | 'checkpoint';
    readonly source: string;
    readonly sourceKind: 'FILES';
    readonly type: SnapshotType;
    readonly complete: boolean;
    readonly host: string;
    readonly user: string;
    readonly program: string;
    readonly startedAt: string;
    readonly finishedAt: string;
    readonly paths: readonly PathText[];
    readonly tags: readonly string[];
    readonly tree: string;
    readonly parent: string | null;
    readonly runId?: string;
    /** Where a copy comes from: hex ids. */
    readonly copiedFrom?: {
        readonly repository: string;
        readonly snapshot: string;
    };
    readonly writer: string;
    readonly sequence?: number;
    readonly previous: string | null;
    readonly seen: Readonly<Record<string, readonly [number, string]>>;
    readonly keyGeneration: number;
    readonly deleteGeneration: number;
    readonly summary: SnapshotSummary;
    readonly skipped: ReadonlyArray<{
        readonly path: PathText;
        readonly reason: string;
    }>;
    readonly skippedCount: number;
    readonly changedWhileRead: readonly PathText[];
    readonly changedCount: number;
    readonly metadataNotKept: ReadonlyArray<{
        readonly path: PathText;
        readonly what: string;
    }>;
    readonly notKeptCount: number;
    readonly owners: {
        readonly users: Readonly<Record<string, string>>;
        readonly groups: Readonly<Record<string, string>>;
    };
    readonly filters: Readonly<Record<string, unknown>>;
}
export interface DeleteEntry {
    readonly kind: 'tombstone' | 'deleted';
    readonly generation: number;
    readonly previous: readonly string[];
    readonly packs: readonly string[];
    readonly indexes: readonly string[];
    readonly marked: Readonly<Record<string, number>>;
    /** tombstone: store milliseconds. */
    readonly at?: number;
    readonly deadline?: number;
    /** tombstone, on a local repository: a clock that nobody can set. */
    readonly uptime?: {
        readonly boot: string;
        readonly ms: number;
    };
    /** deleted */
    readonly completes?: readonly string[];
    readonly kept?: readonly string[];
    /** deleted: the packs could not be read. Snapshots of earlier generations may lack data: their files are read again. */
    readonly damaged?: boolean;
    /** Names of damaged entries of this generation that this one stands for. */
    readonly replaces?: readonly string[];
}
export interface SessionDocument {
    readonly kind: 'session';
    readonly writer: string;
    readonly host: string;
    readonly bootId: string;
    readonly pid: number;
    readonly processStart: string;
    readonly startedAt: string;
}
/** The kinds of record that this version knows. Others are kept, listed and otherwise let be. */
export declare const RecordKind: {
    readonly PIN: "pin";
    readonly HOLD: "hold";
    readonly FORGET: "forget";
    readonly CONFIGURATION: "configuration";
    readonly CONTROL_KEY: "control-key";
    readonly AUDIT: "audit";
    readonly ERASURE: "erasure";
};
export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind];
export interface RecordDocument {
    readonly kind: 'record';
    /** A `RecordKind`, or a kind that a later version brought. */
    readonly record: string;
    readonly subject: string;
    readonly generation: number;
    readonly at: string;
    readonly by: string;
    readonly value: Readonly<Record<string, unknown>> | null;
}
export interface ConfirmDocument {
    readonly kind: 'confirm';
    readonly snapshot: string;
    readonly deleteGeneration: number;
}
/** A writer takes back a snapshot of its own that it could not confirm. */
export interface RetractDocument {
    readonly kind: 'retract';
    readonly snapshot: string;
    readonly writer: string;
    readonly sequence: number;
}
/** What stands at `commits/<runId>`: which snapshot of a scheduled run counts. */
export interface ClaimDocument {
    readonly kind: 'claim';
    readonly runId: string;
    readonly snapshot: string;
    readonly writer: string;
}
/** Bytes (one character each) as they stand in a document. */
export declare function pathText(path: string): PathText;
/** The byte string (one character a byte) of a path text. */
export declare function bytesOfPathText(text: PathText): string;
/** A byte string for people: what is no UTF-8 is shown as \xNN. */
export declare function printablePath(path: string): string;
export declare const parseSnapshot: (body: Body) => SnapshotDocument;
export declare const parseDeleteEntry: (body: Body) => DeleteEntry;
export declare const parseSession: (body: Body) => SessionDocument;
export declare function parseRecord(body: Body): RecordDocument;
/** What stands in `confirms/`. */
export declare const parseConfirm: (body: Body) => ConfirmDocument | RetractDocument;
export declare const parseClaim: (body: Body) => ClaimDocument;

import { type OwnerLock } from '../catalog/index.ts';
import type { Kek } from '../engine/index.ts';
import type { Log } from '../kernel/log.ts';
import type { Started } from './facade/backup-system.ts';
import type { SettingsValues } from './settings/index.ts';
import { type WorkTiming } from './start-work.ts';
export interface OpenOptions {
    readonly settings: SettingsValues;
    /** Newest first. */
    readonly keks: readonly Kek[];
    /** Where they came from. */
    readonly keyFiles: readonly string[];
    readonly log: Log;
    /** Of the embedded database. */
    readonly lock?: OwnerLock;
    /** Due runs are started and jobs carried out here. */
    readonly works: boolean;
    readonly timing?: WorkTiming;
    /** `serve`, `worker`, `library`: for `status`. */
    readonly role: string;
    readonly signal?: AbortSignal;
}
/** Throws what opening database and repository throws; then nothing stays open. */
export declare function openSystem(options: OpenOptions): Promise<Started>;

import type { Warning } from '../contracts/system/index.ts';
import type { Log } from '../kernel/log.ts';
import { BackupSystem } from './facade/backup-system.ts';
import type { WorkTiming } from './start-work.ts';
import type { Transport } from './transport.ts';
import { type Settings, type SettingsInput } from './settings/index.ts';
export interface StartOptions extends SettingsInput {
    /** `serve`, `worker`, `library`, `command`. */
    readonly role: string;
    /** Who acts where no user is named. */
    readonly actor: string;
    /** Starts due runs here. Default: the setting `scheduler`. */
    readonly works?: boolean;
    /** Refuses to be a client: OWNER_EXISTS names the owner's pid. */
    readonly mustOwn?: boolean;
    readonly timing?: WorkTiming;
    readonly signal?: AbortSignal;
}
export interface StartedSystem extends AsyncDisposable {
    readonly system: BackupSystem;
    readonly transport: Transport;
    readonly settings: Settings;
    readonly warnings: readonly Warning[];
    readonly isOwner: boolean;
    readonly log: Log;
}
/** Throws CONFIG_INVALID, KEY_MISSING and its kind, KEY_WRONG, DATABASE_UNAVAILABLE, REPOSITORY_MISSING, OWNER_EXISTS. */
export declare function startSystem(options: StartOptions): Promise<StartedSystem>;

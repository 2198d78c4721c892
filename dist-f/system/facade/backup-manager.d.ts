import type { ConfigInput, ConfigPatch, ConfigView, Page, Result, RetentionSimulation, RunView, Widened } from '../../contracts/system/index.ts';
import type { FacadeCall } from './facade-call.ts';
export interface BackupFilters {
    readonly configId?: string;
    readonly status?: string;
    readonly type?: string;
    readonly from?: string | Date;
    readonly to?: string | Date;
}
/** Configurations and their runs. */
export declare class BackupManager {
    #private;
    constructor(call: FacadeCall);
    /** Saves a configuration and plans its first run. Fails with CONFIG_EXISTS, CONFIG_INVALID, SOURCE_UNREADABLE, SOURCE_NOT_AVAILABLE; then nothing is saved. */
    createConfig(config: Widened<ConfigInput>, userId?: string): Promise<Result<ConfigView>>;
    /** Changes what `patch` names; `null` takes an option away; the rest stays. A failure leaves the former configuration untouched. */
    updateConfig(id: string, patch: Widened<ConfigPatch>, userId?: string): Promise<Result<ConfigView>>;
    /** Ends its runs; its points stay and no longer expire. */
    deleteConfig(id: string, userId?: string): Promise<Result<{
        readonly deleted: true;
    }>>;
    getConfig(id: string): Promise<Result<ConfigView>>;
    listConfigs(): Promise<Result<readonly ConfigView[]>>;
    /** Answers with the run's id once run and job are committed; `waitForRun` gives the finished run. */
    executeBackup(configId: string, userId?: string): Promise<Result<string>>;
    cancelBackup(runId: string, userId?: string): Promise<Result<RunView>>;
    getRun(runId: string): Promise<Result<RunView>>;
    /** Newest first. `limit` is 20 unless given, 1,000 at most. */
    listBackups(filters?: BackupFilters, pagination?: {
        readonly page?: number;
        readonly limit?: number;
    }): Promise<Result<Page<RunView>>>;
    /** For every point whether it would be kept, and why. Changes nothing. */
    simulateRetention(options?: {
        readonly configId?: string;
        readonly policy?: ConfigInput['retention'];
    }): Promise<Result<RetentionSimulation>>;
    /** Forgets and frees what the policies no longer keep, now instead of after the next run. */
    applyRetention(configId?: string, userId?: string): Promise<Result<RetentionSimulation>>;
}

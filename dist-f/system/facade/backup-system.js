import { BackupError } from "../../kernel/backup-error.js";
import { failure } from "../boundary.js";
import { BackupManager } from "./backup-manager.js";
import { MonitoringService } from "./monitoring-service.js";
import { inputRefusal } from "./plain-input.js";
import { RecoveryService } from "./recovery-service.js";
import { SchedulerService } from "./scheduler-service.js";
import { StorageManager } from "./storage-manager.js";
export class BackupSystem {
    manager;
    storage;
    scheduler;
    monitor;
    recover;
    #caller;
    #started;
    constructor(caller, started) {
        this.#caller = caller;
        this.#started = started;
        const call = async (name, input, options = {}) => {
            const refused = inputRefusal(input);
            return refused ? failure(refused, caller.locale) : this.#transport().call(name, input, { caller: this.#callerOf(input), ...options });
        };
        this.manager = new BackupManager(call);
        this.storage = new StorageManager({ call, transport: () => this.#transport(), caller });
        this.scheduler = new SchedulerService(call);
        this.monitor = new MonitoringService(call);
        this.recover = new RecoveryService(call);
        this.#call = call;
    }
    #call;
    /** A backup of files and folders on a schedule. The answer holds the id, `nextRunAt` and whether a live scheduler would start it (`schedulerAlive`). */
    setupFileBackup(name, paths, options = {}, userId) {
        return this.#create({ name, kind: 'FILES', paths: Array.isArray(paths) ? [...paths] : paths, ...options }, userId);
    }
    /** A backup of a database. The URL is sealed at once and shown without its password. SOURCE_NOT_AVAILABLE, with nothing saved, until its source is here. */
    setupDatabaseBackup(name, databaseUrl, options = {}, userId) {
        return this.#create({ name, kind: 'DATABASE', databaseUrl, ...options }, userId);
    }
    /** Answers with the run's id once run and job are committed. */
    runBackupNow(configId, userId) {
        return this.manager.executeBackup(configId, userId);
    }
    /** The finished run. With an aborted `signal`: ABORTED, and the run goes on. */
    waitForRun(runId, options = {}) {
        return this.#call('backup.wait', { runId }, options);
    }
    getStatus() {
        return this.#call('system.status', {});
    }
    /** Walks the audit chain, in the database and against the segments in the repository. */
    verifyAudit() {
        return this.#call('audit.verify', {});
    }
    /** The audit log as JSON lines, verifiable offline. */
    exportAudit(range = {}, userId) {
        return this.#call('audit.export', { ...range, userId });
    }
    /** Makes configurations, points, runs, pins, holds and audit anew from the repository alone. `force` keeps other configurations beside them. */
    rebuild(options = {}, userId) {
        return this.#call('system.rebuild', { ...options, userId });
    }
    /** Running backups write a checkpoint and stop; the process may end. Then `initializeBackupSystem` may start again. */
    async shutdown() {
        const started = this.#started;
        this.#started = undefined;
        await started?.stop();
    }
    /** For `initializeBackupSystem`. */
    attach(started) {
        this.#started = started;
    }
    #create(config, userId) {
        return this.manager.createConfig(config, userId);
    }
    #transport() {
        return this.#started?.transport ?? notInitialized(this.#caller);
    }
    #callerOf(input) {
        const userId = typeof input === 'object' && input !== null && 'userId' in input ? input.userId : undefined;
        return typeof userId === 'string' ? { ...this.#caller, actor: userId } : this.#caller;
    }
}
function notInitialized({ locale }) {
    const refuse = () => Promise.resolve(failure(new BackupError('NOT_INITIALIZED', 'initializeBackupSystem() was not called.'), locale));
    return { call: refuse, upload: refuse, download: refuse, [Symbol.asyncDispose]: async () => { } };
}

import { pathsHere, timeText } from "./plain-input.js";
/** Configurations and their runs. */
export class BackupManager {
    #call;
    constructor(call) {
        this.#call = call;
    }
    /** Saves a configuration and plans its first run. Fails with CONFIG_EXISTS, CONFIG_INVALID, SOURCE_UNREADABLE, SOURCE_NOT_AVAILABLE; then nothing is saved. */
    createConfig(config, userId) {
        return this.#call('config.create', { config: pathsHere(config), userId });
    }
    /** Changes what `patch` names; `null` takes an option away; the rest stays. A failure leaves the former configuration untouched. */
    updateConfig(id, patch, userId) {
        return this.#call('config.update', { id, patch: pathsHere(patch), userId });
    }
    /** Ends its runs; its points stay and no longer expire. */
    deleteConfig(id, userId) {
        return this.#call('config.delete', { id, userId });
    }
    getConfig(id) {
        return this.#call('config.get', { id });
    }
    listConfigs() {
        return this.#call('config.list', {});
    }
    /** Answers with the run's id once run and job are committed; `waitForRun` gives the finished run. */
    executeBackup(configId, userId) {
        return this.#call('backup.execute', { configId, userId });
    }
    cancelBackup(runId, userId) {
        return this.#call('backup.cancel', { runId, userId });
    }
    getRun(runId) {
        return this.#call('backup.get', { runId });
    }
    /** Newest first. `limit` is 20 unless given, 1,000 at most. */
    listBackups(filters = {}, pagination = {}) {
        const isGiven = typeof filters === 'object' && filters !== null;
        return this.#call('backup.list', { filters: isGiven ? { ...filters, from: timeText(filters.from), to: timeText(filters.to) } : filters, pagination });
    }
    /** For every point whether it would be kept, and why. Changes nothing. */
    simulateRetention(options = {}) {
        return this.#call('retention.simulate', options);
    }
    /** Forgets and frees what the policies no longer keep, now instead of after the next run. */
    applyRetention(configId, userId) {
        return this.#call('retention.apply', { configId, userId });
    }
}

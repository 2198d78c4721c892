import { isoTime } from "../../kernel/clock.js";
export function runView(row) {
    const time = (at) => (at === null ? null : isoTime(at.getTime()));
    return {
        id: row.id, configId: row.config_id, configName: row.config_name, source: row.source, type: row.type, trigger: row.trigger, state: row.state,
        dueAt: time(row.due_at), createdAt: isoTime(row.created_at.getTime()), startedAt: time(row.started_at), finishedAt: time(row.finished_at),
        durationMs: row.started_at !== null && row.finished_at !== null ? row.finished_at.getTime() - row.started_at.getTime() : null,
        attempts: row.attempts, snapshot: row.snapshot, stats: row.stats, skipped: row.skipped ?? [], progress: row.progress, error: row.error,
    };
}
/** What a run's snapshot is called in the repository. */
export function sourceName(config) {
    return config.name;
}

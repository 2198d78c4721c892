const ACTION = 'backup.finish';
const RESOURCE = 'run:';
/** By run. `entries` are canonical; what is no end of a run, or lacks what one has, is passed over. */
export function endedRuns(entries) {
    const ended = new Map();
    for (const text of entries) {
        const run = text.includes(`"action":"${ACTION}"`) ? parseEnd(text) : undefined;
        if (run)
            ended.set(run.runId, run);
    }
    return ended;
}
function parseEnd(text) {
    const { action, at, resource, details } = JSON.parse(text);
    const { configId, state, source, type, trigger, dueAt, startedAt, attempts, stats, snapshot, code } = details;
    const areTexts = [configId, state, source, type, trigger].every((value) => typeof value === 'string');
    if (action !== ACTION || !resource.startsWith(RESOURCE) || !areTexts)
        return undefined;
    return {
        runId: resource.slice(RESOURCE.length), endedAt: at, configId: String(configId), state: String(state), source: String(source), type: String(type), trigger: String(trigger), dueAt: textOrNull(dueAt), startedAt: textOrNull(startedAt),
        attempts: typeof attempts === 'number' ? attempts : 1, stats: stats ?? null, snapshot: textOrNull(snapshot), code: textOrNull(code),
    };
}
function textOrNull(value) {
    return typeof value === 'string' ? value : null;
}

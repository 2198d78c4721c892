import { BackupError } from "../../kernel/backup-error.js";
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value) => typeof value === 'string';
const isTexts = (value) => Array.isArray(value) && value.every(isText);
const isFlag = (value) => typeof value === 'boolean';
const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);
const isNumberOrNull = (value) => value === null || isNumber(value);
const isList = (value) => Array.isArray(value);
const has = (value, shape) => isObject(value) && Object.entries(shape).every(([name, check]) => check(value[name]));
const JOBS = {
    backup: (job) => isObject(job) && has(job['options'], { paths: isTexts, source: isText, type: isText, runId: isText }),
    restore: (job) => has(job, { snapshot: isText, target: isText, include: isTexts, overwrite: isText, deleteExtra: isFlag, verify: isFlag, isRepeat: isFlag }),
    retention: (job) => has(job, { rules: isList, nowMs: isNumber, apply: isFlag, by: isText, known: isTexts, inUse: isTexts }),
    survey: (job) => has(job, { known: isTexts }),
    verify: (job) => has(job, { readShare: isNumber }),
};
const RESULTS = {
    backup: (result) => has(result, { snapshot: isText, isRepeat: isFlag, point: isObject, skipped: isList, skippedCount: isNumber }),
    restore: (result) => has(result, { filesRestored: isNumber, bytesRestored: isNumber, issues: isList, issueCount: isNumber }),
    retention: (result) => has(result, { decisions: isList, holdings: isObject, forgotten: isTexts }),
    survey: (result) => has(result, { repositoryId: isText, points: isList, protections: isList, gone: isTexts }),
    verify: (result) => has(result, { problems: isList, hits: isList }),
};
const PROGRESS = { filesDone: isNumber, bytesDone: isNumber, bytesAdded: isNumber, filesExpected: isNumberOrNull, bytesExpected: isNumberOrNull };
function isKind(value) {
    return typeof value === 'string' && Object.hasOwn(JOBS, value);
}
/** Throws INTERNAL for what is no message to the engine. */
export function parseToEngine(message) {
    if (isObject(message) && message['type'] === 'end')
        return { type: 'end' };
    const { type, repository, job } = isObject(message) ? message : {};
    const isRepository = has(repository, { location: isObject, keks: isList, stateDirectory: isText });
    if (type === 'job' && isRepository && isObject(job) && isKind(job['kind']) && JOBS[job['kind']](job))
        return message;
    throw new BackupError('INTERNAL', 'The engine was sent something that is no job.');
}
/** Throws INTERNAL for what is no message of the engine. */
export function parseFromEngine(message) {
    const body = isObject(message) ? message : {};
    switch (body['type']) {
        case 'progress':
            if (has(body['progress'], PROGRESS))
                return message;
            break;
        case 'failed':
            if (has(body['error'], { detail: isText, context: isObject }))
                return message;
            break;
        case 'result':
            if (isKind(body['kind']) && RESULTS[body['kind']](body['result']))
                return message;
    }
    throw new BackupError('INTERNAL', 'The engine answered something that is no answer.');
}

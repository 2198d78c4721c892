/** The one bridge from thrown errors to results: the only place that catches for the façade. */
import { failureOf } from "../contracts/index.js";
import { BackupError } from "../kernel/backup-error.js";
export function success(answer) {
    return { success: true, data: answer.data, warnings: answer.warnings ?? [] };
}
/** `data` of a failure is absent; the type says `never` (contracts/system/result.ts). */
export function failure(error, locale) {
    return { success: false, error: failureOf(error, locale), warnings: [] };
}
/** Runs one call. What is no BackupError is a bug: logged with its stack, answered as INTERNAL. */
export async function attempt(run, options) {
    try {
        return success(await run());
    }
    catch (error) {
        if (!(error instanceof BackupError))
            options.log.error('a call failed by a bug', { error });
        return failure(error, options.locale);
    }
}

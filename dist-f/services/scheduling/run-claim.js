import { BackupError } from "../../kernel/backup-error.js";
export function staleWorker({ runId, fence }) {
    return new BackupError('STALE_WORKER', `Run ${runId} is not held by fence ${fence} any more.`, { context: { run: runId } });
}

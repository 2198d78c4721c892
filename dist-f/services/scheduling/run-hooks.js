import { BackupError } from "../../kernel/backup-error.js";
/** Runs `write` with the hooks; should one of them have a bug, again without: no alarm may keep a run from beginning or ending. What was not told is found in the rows later. */
export async function withHooks(parts, hooks, write) {
    try {
        return await write(hooks);
    }
    catch (error) {
        if (error instanceof BackupError)
            throw error;
        parts.log.error('what goes with a run\'s beginning or end failed; the run goes on without', { error });
        return await write({});
    }
}

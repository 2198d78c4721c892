/** What a child process does for each kind of job, on an open repository. */
import { backupFiles, ClientState, readHistory, verifyRepository } from "../../engine/index.js";
import { outcomeOf } from "./backup-outcome.js";
import { holdingsOf } from "./holdings.js";
import { carryOutRetention } from "./retention-work.js";
import { restorePoint } from "./restore-work.js";
export const ENGINE_WORK = { backup: backUp, restore: restorePoint, retention: carryOutRetention, survey, verify };
async function backUp(repository, { options }, context) {
    const result = await backupFiles(repository, {
        ...options, state: new ClientState(context.stateDirectory, repository.keys.repositoryId), program: context.program, signal: context.signal,
        onProgress: ({ filesDone, bytesDone, bytesAdded, filesExpected, bytesExpected }) => context.onProgress({ filesDone, bytesDone, bytesAdded, filesExpected: filesExpected ?? null, bytesExpected: bytesExpected ?? null }),
    });
    return outcomeOf(result);
}
async function survey(repository, { known }, { signal }) {
    return holdingsOf(repository, await readHistory(repository, { signal }), known);
}
function verify(repository, { readShare }, { stateDirectory, signal, onProgress }) {
    const seen = new ClientState(stateDirectory, repository.keys.repositoryId).heads();
    return verifyRepository(repository, {
        readShare, signal, ...(seen && { seen }), onProgress: ({ filesDone, bytesDone, bytesExpected }) => onProgress({ filesDone, bytesDone, bytesAdded: 0, filesExpected: null, bytesExpected }),
    });
}

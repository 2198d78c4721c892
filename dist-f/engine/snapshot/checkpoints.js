import { closureExists } from "./closure.js";
/** Those of the checkpoints that are whole, and those whose writers slept through a deletion. */
export async function judgeCheckpoints(repository, { checkpoints, deleteLog }) {
    const judged = { whole: [], broken: [] };
    for (const checkpoint of checkpoints) {
        const { document } = checkpoint;
        const isWhole = document.deleteGeneration >= deleteLog.newestGeneration || (await closureExists(repository, document, deleteLog));
        judged[isWhole ? 'whole' : 'broken'].push(checkpoint);
    }
    return judged;
}

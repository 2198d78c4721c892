import { readHistory } from "../../engine/index.js";
import { runInEngine } from "./engine-process.js";
import { holdingsOf } from "./holdings.js";
import { saveHoldings } from "./save-holdings.js";
/** Snapshots that the catalog believes to be there. */
export async function knownSnapshots({ catalog, repository }) {
    const rows = await catalog.db.selectFrom('recovery_points').select('snapshot').where('repository_id', '=', repository.rowId).where('removed_at', 'is', null).execute();
    return rows.map(({ snapshot }) => snapshot);
}
/**
 * Copies points, pins and holds as the repository has them into the catalog; copying again changes nothing. Reads in a process of its own, or through `repository` where one
 * is open. Throws what reading throws.
 */
export async function syncPoints(parts, repository, options = {}) {
    const known = await knownSnapshots(parts);
    const holdings = repository ? holdingsOf(repository, await readHistory(repository, options), known) : await runInEngine(parts.repository, { kind: 'survey', known }, options);
    await recordHoldings(parts, holdings);
    return holdings;
}
export async function recordHoldings({ catalog, tenantId, repository }, holdings) {
    await catalog.transaction((tx) => saveHoldings(tx, { tenantId, repositoryRowId: repository.rowId }, holdings));
}

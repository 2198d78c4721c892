import { RunState } from "../../contracts/system/index.js";
import { runFinished } from "../alarms/index.js";
import { AuditResult } from "../parts.js";
/** What goes with every end of a run, good or bad, in the transaction that writes it: alarms and pings, and an entry in the audit log, from which a rebuild knows runs that left no snapshot. */
export async function runEnded(parts, run, { tx }) {
    await runFinished(parts, run, { tx });
    const { id, configId, state, snapshot, error, source, type, trigger, dueAt, startedAt, attempts, stats } = run;
    const result = state === RunState.FAILED ? AuditResult.FAILED : AuditResult.SUCCESS;
    await parts.audit.append({ actor: 'system', action: 'backup.finish', resource: `run:${id}`, result, details: { state, configId, source, type, trigger, dueAt, startedAt, attempts, stats, ...(snapshot !== null && { snapshot }), ...(error && { code: error.code }) } }, tx);
}

import type { DatabaseTransaction } from '../../catalog/index.ts'
import { RunState, type RunView } from '../../contracts/system/index.ts'
import { runFinished } from '../alarms/index.ts'
import { AuditResult, type SystemParts } from '../parts.ts'

/**
 * What goes with every end of a run, good or bad, in the transaction that writes it: alarms and pings, and an entry in
 * the audit log, from which a rebuild knows runs that left no snapshot.
 */
export async function runEnded(
  parts: SystemParts,
  run: RunView,
  { tx }: { readonly tx: DatabaseTransaction },
): Promise<void> {
  await runFinished(parts, run, { tx })
  const { id, configId, state, snapshot, error, source, type, trigger, dueAt, startedAt, attempts, stats } = run
  const result = state === RunState.FAILED ? AuditResult.FAILED : AuditResult.SUCCESS
  await parts.audit.append(
    {
      actor: 'system',
      action: 'backup.finish',
      resource: `run:${id}`,
      result,
      details: {
        state,
        configId,
        source,
        type,
        trigger,
        dueAt,
        startedAt,
        attempts,
        stats,
        ...(snapshot !== null && { snapshot }),
        ...(error && { code: error.code }),
      },
    },
    tx,
  )
}

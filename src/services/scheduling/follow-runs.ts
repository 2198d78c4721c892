/**
 * What becomes of runs, told in the order of the commits: of any process, and from where somebody stopped to listen.
 * Each change is a row that the database writes with it.
 */
import { sql } from 'kysely'
import { RunEventKind, type RunEventView, RunState } from '../../contracts/system/index.ts'
import { throwIfAborted } from '../../kernel/abort.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { Waker } from '../../kernel/timer.ts'
import type { SystemParts } from '../parts.ts'
import { findRun } from './get-run.ts'
import { listen, RunEvent } from './run-events.ts'
import { type RunRow, runView } from './run-row.ts'

/** Other processes' runs are seen at the next look. */
const POLL_MS = 1_000
const PAGE = 200
/** Who was away for longer begins anew, with a list of the runs. */
const KEPT_DAYS = 30

type FollowParts = Pick<SystemParts, 'catalog' | 'tenantId'>

export interface FollowOptions {
  /** `id` of the last event that was seen. Default: from now on. */
  readonly after?: string | undefined
  /** Default: all runs. */
  readonly runId?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** Where an event stands among the others. */
interface Place {
  readonly transaction: string
  readonly id: number
}

/**
 * Events without an end, until `signal` is aborted. Throws RUN_NOT_FOUND; CONFIG_INVALID for an `after` that this
 * database did not give.
 */
export async function followRuns(parts: SystemParts, options: FollowOptions): Promise<AsyncGenerator<RunEventView>> {
  const { after, runId } = options
  if (runId !== undefined) await findRun(parts, parts.catalog.db, runId)
  const from = after === undefined ? await newestPlace(parts) : await givenPlace(parts, after)
  return told(parts, from, options)
}

/** Events that nobody asks for any more, and those of another server that this database was brought from. */
export async function dropOldEvents({ catalog, tenantId }: FollowParts): Promise<void> {
  await catalog.db
    .deleteFrom('run_events')
    .where('tenant_id', '=', tenantId)
    .where(
      sql<boolean>`(at < now() - make_interval(days => ${KEPT_DAYS}) or xact > pg_snapshot_xmax(pg_current_snapshot()))`,
    )
    .execute()
}

async function* told(
  parts: SystemParts,
  from: Place,
  { runId, signal }: FollowOptions,
): AsyncGenerator<RunEventView, void, undefined> {
  const waker = new Waker()
  const done = new AbortController()
  for (const event of [RunEvent.FINISHED, RunEvent.DUE_TIMES_CHANGED])
    listen(parts.catalog, event, { signal: done.signal, heard: () => waker.wake() })
  const progress = new ProgressTold()
  try {
    for (let place = from; ; ) {
      throwIfAborted(signal)
      const rows = await eventsAfter(parts, place, runId)
      for (const { event } of rows) yield event
      place = rows.at(-1)?.place ?? place
      if (rows.length === PAGE) continue
      yield* progress.newOf(await runningRuns(parts, runId))
      await waker.wait(POLL_MS, { signal })
    }
  } finally {
    done.abort()
  }
}

/** What was told of each run that is under way. */
class ProgressTold {
  #told = new Map<string, string>()

  newOf(rows: readonly RunRow[]): RunEventView[] {
    const before = this.#told
    this.#told = new Map(rows.map((row) => [row.id, JSON.stringify(row.progress)]))
    const at = isoTime(nowMs())
    return rows
      .filter(({ id, progress }) => progress !== null && before.get(id) !== this.#told.get(id))
      .map((row) => ({ id: null, kind: RunEventKind.PROGRESS, state: RunState.RUNNING, at, run: runView(row) }))
  }
}

async function runningRuns({ catalog, tenantId }: FollowParts, runId: string | undefined): Promise<RunRow[]> {
  return await catalog.db
    .selectFrom('runs')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('state', '=', RunState.RUNNING)
    .$if(runId !== undefined, (query) => query.where('id', '=', runId!))
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/** No transaction that is still open can write an event that would stand before one of these. */
const IS_SETTLED = sql<boolean>`e.xact < pg_snapshot_xmin(pg_current_snapshot())`

async function eventsAfter(
  { catalog, tenantId }: FollowParts,
  place: Place,
  runId: string | undefined,
): Promise<Array<{ readonly event: RunEventView; readonly place: Place }>> {
  const rows = await catalog.db
    .selectFrom('run_events as e')
    .innerJoin('runs as r', 'r.id', 'e.run_id')
    .selectAll('r')
    .select([
      'e.id as event_id',
      'e.at as event_at',
      sql<string>`e.xact::text`.as('event_xact'),
      'e.state as event_state',
    ])
    .where('e.tenant_id', '=', tenantId)
    .where(sql<boolean>`(e.xact, e.id) > (${place.transaction}::text::xid8, ${place.id}::bigint)`)
    .where(IS_SETTLED)
    .$if(runId !== undefined, (query) => query.where('e.run_id', '=', runId!))
    .orderBy('e.xact')
    .orderBy('e.id')
    .limit(PAGE)
    .execute()
  return rows.map(({ event_id, event_at, event_xact, event_state, ...row }) => {
    const place = { transaction: event_xact, id: event_id }
    const told = { id: textOf(place), kind: RunEventKind.STATE, state: event_state as RunState }
    return { place, event: { ...told, at: isoTime(event_at.getTime()), run: runView(row) } }
  })
}

/** Before which everything has been settled. */
async function newestPlace({ catalog }: FollowParts): Promise<Place> {
  const { rows } = await sql<{ xmin: string }>`select pg_snapshot_xmin(pg_current_snapshot())::text as xmin`.execute(
    catalog.db,
  )
  // What is still open may be told twice, never left out.
  return { transaction: rows[0]!.xmin, id: 0 }
}

function textOf({ transaction, id }: Place): string {
  return `${transaction}-${id}`
}

async function givenPlace(parts: FollowParts, text: string): Promise<Place> {
  const [, transaction = '', id = ''] = /^(\d{1,20})-(\d{1,18})$/.exec(text) ?? []
  const place = { transaction, id: Number(id) }
  if (transaction !== '' && BigInt(transaction) <= BigInt((await newestPlace(parts)).transaction)) return place
  throw new BackupError('CONFIG_INVALID', 'after: it is no event of this system.', {
    context: { path: 'after', why: 'it is no event of this system', accepted: 'the id of an event, or nothing' },
  })
}

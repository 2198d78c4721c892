/**
 * What becomes of runs, told in the order of the commits: of any process, and from where somebody stopped to listen.
 * Each change is a row that the database writes with it.
 */
import { sql } from 'kysely'
import { RunEventKind, type RunEventView, RunState } from '../../contracts/system/index.ts'
import { throwIfAborted } from '../../kernel/abort.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import { sleep, Waker } from '../../kernel/timer.ts'
import type { SystemParts } from '../parts.ts'
import { findRun } from './get-run.ts'
import { listen, RunEvent } from './run-events.ts'
import { type RunRow, runView } from './run-row.ts'

/** Other processes' runs are seen at the next look. */
const POLL_MS = 1_000
/** A transaction that writes events takes less. */
const WRITERS_MS = 20
const PAGE = 200
/** Who was away for longer is told so, and begins anew with a list of the runs. */
const KEPT_DAYS = 30

type FollowParts = Pick<SystemParts, 'catalog' | 'tenantId'>

export interface FollowOptions {
  /** `id` of the last event that was seen. Default: from now on. */
  readonly after?: string | undefined
  /** Default: all runs. */
  readonly runId?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Events without an end, until `signal` is aborted. Throws RUN_NOT_FOUND; CONFIG_INVALID for an `after` that this
 * database did not give, or no longer has.
 */
export async function followRuns(parts: SystemParts, options: FollowOptions): Promise<AsyncGenerator<RunEventView>> {
  const { after, runId, signal } = options
  if (runId !== undefined) await findRun(parts, parts.catalog.db, runId)
  const from = after === undefined ? await settledEvent(parts, signal) : await givenEvent(parts, after)
  return told(parts, from, options)
}

/** Events that nobody asks for any more. */
export async function dropOldEvents({ catalog, tenantId }: FollowParts): Promise<void> {
  await catalog.db
    .deleteFrom('run_events')
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`at < now() - make_interval(days => ${KEPT_DAYS})`)
    .execute()
}

async function* told(
  parts: SystemParts,
  from: number,
  { runId, signal }: FollowOptions,
): AsyncGenerator<RunEventView, void, undefined> {
  const waker = new Waker()
  const done = new AbortController()
  for (const event of [RunEvent.FINISHED, RunEvent.DUE_TIMES_CHANGED])
    listen(parts.catalog, event, { signal: done.signal, heard: () => waker.wake() })
  const progress = new ProgressTold()
  try {
    for (let last = from; ; ) {
      throwIfAborted(signal)
      const settled = await settledEvent(parts, signal)
      const rows = settled > last ? await eventsIn(parts, { after: last, to: settled, runId }) : []
      for (const { event } of rows) yield event
      const isPage = rows.length === PAGE
      last = isPage ? rows.at(-1)!.number : settled
      if (isPage) continue
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

/**
 * The number of the newest event before which no other can still come. Numbers are given when rows are written, and a
 * transaction with a lower one may end later: whoever writes events holds a lock on their table until then, and is
 * waited for. Transactions that write none keep nobody waiting.
 */
async function settledEvent({ catalog, tenantId }: FollowParts, signal: AbortSignal | undefined): Promise<number> {
  const { newest } = await catalog.db
    .selectFrom('run_events')
    .select(sql<number>`coalesce(max(id), 0)::float8`.as('newest'))
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow()
  let writers = await writersOfEvents(catalog)
  while (writers.size > 0) {
    await sleep(WRITERS_MS, { ...(signal && { signal }) })
    const still = await writersOfEvents(catalog)
    writers = new Set([...writers].filter((writer) => still.has(writer)))
  }
  return newest
}

/** Transactions that have written events, or are about to. */
async function writersOfEvents({ db }: SystemParts['catalog']): Promise<Set<string>> {
  const { rows } = await sql<{ writer: string }>`
    select virtualtransaction as writer from pg_locks
    where relation = 'neonpro_backup.run_events'::regclass and mode = 'RowExclusiveLock'
      and database = (select oid from pg_database where datname = current_database())`.execute(db)
  return new Set(rows.map(({ writer }) => writer))
}

interface Stretch {
  readonly after: number
  readonly to: number
  readonly runId: string | undefined
}

async function eventsIn(
  { catalog, tenantId }: FollowParts,
  { after, to, runId }: Stretch,
): Promise<Array<{ readonly event: RunEventView; readonly number: number }>> {
  const rows = await catalog.db
    .selectFrom('run_events as e')
    .innerJoin('runs as r', 'r.id', 'e.run_id')
    .selectAll('r')
    .select(['e.id as number', 'e.at as event_at', 'e.state as event_state', EVENT_TIME.as('event_time')])
    .where('e.tenant_id', '=', tenantId)
    .where('e.id', '>', after)
    .where('e.id', '<=', to)
    .$if(runId !== undefined, (query) => query.where('e.run_id', '=', runId!))
    .orderBy('e.id')
    .limit(PAGE)
    .execute()
  return rows.map(({ number, event_at, event_state, event_time, ...row }) => {
    const told = { id: `${number}-${event_time}`, kind: RunEventKind.STATE, state: event_state as RunState }
    return { number, event: { ...told, at: isoTime(event_at.getTime()), run: runView(row) } }
  })
}

/** Microseconds: with its number it names an event also where a database was set back to an earlier state. */
const EVENT_TIME = sql<string>`(extract(epoch from e.at) * 1000000)::bigint::text`

async function givenEvent({ catalog, tenantId }: FollowParts, text: string): Promise<number> {
  const [, number, time] = /^(\d{1,15})-(\d{1,18})$/.exec(text) ?? []
  const found =
    number === undefined
      ? undefined
      : await catalog.db
          .selectFrom('run_events as e')
          .select('e.id')
          .where('e.tenant_id', '=', tenantId)
          .where('e.id', '=', Number(number))
          .where(EVENT_TIME, '=', time!)
          .executeTakeFirst()
  if (found) return found.id
  throw new BackupError('CONFIG_INVALID', 'after: it is no event that is kept here.', {
    context: { path: 'after', why: 'it is no event that is kept here', accepted: 'the id of an event, or nothing' },
  })
}

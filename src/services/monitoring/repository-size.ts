/**
 * How many bytes lie in the repositories. Counted by listing them, in the background and not more often than once a
 * minute.
 */
import { nowMs } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { sleep } from '../../kernel/timer.ts'
import type { RepositoryAccess, SystemParts } from '../parts.ts'

const FRESH_MS = 60_000
/** A caller waits so long for a count; then it gets the last one, or null. */
const WAIT_MS = 1000
/** A listing that takes longer is given up: it would keep a process from its end. */
const LIST_MS_MAX = 30_000

interface Count {
  bytes: number | null
  atMs: number
  running: Promise<void> | undefined
}

/** One figure for each repository that is open in this process. */
const counts = new WeakMap<RepositoryAccess, Count>()

/** Of all of them; null while one is not known. */
export async function repositoryBytes({ repositories, log }: SystemParts): Promise<number | null> {
  const all = await Promise.all((await repositories.all()).map((each) => bytesOf(each, log)))
  return all.reduce<number | null>((sum, bytes) => (sum === null || bytes === null ? null : sum + bytes), 0)
}

async function bytesOf(repository: RepositoryAccess, log: Log): Promise<number | null> {
  const count = counts.get(repository) ?? { bytes: null, atMs: 0, running: undefined }
  counts.set(repository, count)
  if (nowMs() - count.atMs < FRESH_MS) return count.bytes
  count.running ??= list(repository)
    .then(
      (bytes) => {
        Object.assign(count, { bytes, atMs: nowMs() })
      },
      (error: unknown) => log.warn('the repository could not be listed', { cause: String(error) }),
    )
    .finally(() => {
      count.running = undefined
    })
  await Promise.race([count.running, sleep(WAIT_MS, { unref: true })])
  return count.bytes
}

async function list(repository: RepositoryAccess): Promise<number> {
  await using store = repository.openStore()
  let sum = 0
  for await (const { bytes } of store.list('', { signal: AbortSignal.timeout(LIST_MS_MAX) })) sum += bytes
  return sum
}

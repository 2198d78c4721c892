/**
 * Who gets the lock of a HOME. A server that comes claims it: from then on no other process takes it, and an owner that
 * does no work is asked to make room. The claim is a lock itself, so that it goes with a server that is killed.
 */
import path from 'node:path'
import { OwnerLock, readOwner } from '../../catalog/index.ts'
import { BackupError, isBackupError } from '../../kernel/backup-error.ts'
import { monotonicNs } from '../../kernel/clock.ts'
import { sleep } from '../../kernel/timer.ts'
import { askToYield } from './ask-owner.ts'
import { toldSocketPath } from './socket-path.ts'

/** A command that holds it for a moment is waited for; a server is not. */
const STAYS_MS_MAX = 3_000
/** One that opens its database does not answer yet. */
const SILENT_MS_MAX = 20_000
/** Calls under way end first, and a running backup writes its checkpoint. */
const YIELDS_MS_MAX = 180_000
const POLL_MS = 100
const ASK_MS = 1_000

/** For a process that must own. Disposing of it ends the claim, not the lock. Throws OWNER_EXISTS. */
export async function claimOwnership(lockFile: string): Promise<Disposable & { readonly lock: OwnerLock }> {
  const claim = await waitFor(
    () => tryAcquire(claimFileOf(lockFile)),
    async () => STAYS_MS_MAX,
  ).catch((error: unknown) => {
    throw namingOwner(error, lockFile)
  })
  try {
    const lock = await waitFor(
      () => tryAcquire(lockFile),
      () => patience(lockFile, true),
    )
    return { lock, [Symbol.dispose]: () => claim[Symbol.dispose]() }
  } catch (error) {
    claim[Symbol.dispose]()
    throw error
  }
}

/** For a process that may own; one that works asks an owner that does not to make room. Undefined: another has it. */
export async function lockUnlessClaimed(
  lockFile: string,
  { works }: { readonly works: boolean },
): Promise<OwnerLock | undefined> {
  const claim = await orUndefined(tryAcquire(claimFileOf(lockFile)))
  if (!claim) return undefined
  // Held no longer than it takes: who may own must not seem to be a server.
  if (!works) claim[Symbol.dispose]()
  try {
    const lock = await orUndefined(tryAcquire(lockFile))
    if (lock || !works || (await ask(lockFile, false)) !== 'YIELDS') return lock
    return await orUndefined(
      waitFor(
        () => tryAcquire(lockFile),
        () => patience(lockFile, false),
      ),
    )
  } finally {
    claim[Symbol.dispose]()
  }
}

/** Of two servers that come at once one only waits in the other's way: who runs the system is who has its lock. */
function namingOwner(error: unknown, lockFile: string): unknown {
  const owner = readOwner(lockFile)
  if (!owner || !isBackupError(error, 'OWNER_EXISTS')) return error
  const { pid, host } = owner
  return new BackupError('OWNER_EXISTS', `The process ${pid} holds ${lockFile}.`, {
    context: { pid, host },
    cause: error,
  })
}

function claimFileOf(lockFile: string): string {
  return path.join(path.dirname(lockFile), 'owner.next')
}

function ask(lockFile: string, isStaying: boolean) {
  return askToYield(toldSocketPath(lockFile), { isStaying })
}

async function patience(lockFile: string, isStaying: boolean): Promise<number> {
  const answer = await ask(lockFile, isStaying)
  if (answer === 'YIELDS') return YIELDS_MS_MAX
  return answer === 'STAYS' ? STAYS_MS_MAX : SILENT_MS_MAX
}

async function tryAcquire(file: string): Promise<OwnerLock> {
  return await OwnerLock.acquire(file)
}

async function orUndefined(lock: Promise<OwnerLock>): Promise<OwnerLock | undefined> {
  return await lock.catch((error: unknown) => {
    if (isBackupError(error, 'OWNER_EXISTS')) return undefined
    throw error
  })
}

/** Tries until it works, or longer than `patienceMs` says now. Throws the last OWNER_EXISTS. */
async function waitFor(acquire: () => Promise<OwnerLock>, patienceMs: () => Promise<number>): Promise<OwnerLock> {
  const startedNs = monotonicNs()
  let untilMs = 0
  let askedMs = -ASK_MS
  for (;;) {
    const passedMs = Number((monotonicNs() - startedNs) / 1_000_000n)
    try {
      return await acquire()
    } catch (error) {
      if (!(error instanceof BackupError) || error.code !== 'OWNER_EXISTS') throw error
      if (passedMs - askedMs >= ASK_MS) {
        askedMs = passedMs
        untilMs = Math.max(await patienceMs(), untilMs === YIELDS_MS_MAX ? YIELDS_MS_MAX : 0)
      }
      if (passedMs > untilMs) throw error
    }
    await sleep(POLL_MS)
  }
}

import type { Log } from '../kernel/log.ts'

/** After the last byte, when nobody waits for it any more: a failure is written down and ends nothing. */
export async function closeQuietly(opened: AsyncDisposable, log: Log): Promise<void> {
  try {
    await opened[Symbol.asyncDispose]()
  } catch (error) {
    log.warn('what had been read from could not be closed', { error })
  }
}

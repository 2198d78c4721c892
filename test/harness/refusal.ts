/** What a call refuses with. */
import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { BackupError, isBackupError } from '../../src/kernel/backup-error.ts'
import type { ErrorCode } from '../../src/kernel/error-code.ts'

/** The error of a call that has to throw one of ours. */
export function refusal(run: () => unknown): BackupError {
  try {
    run()
  } catch (error) {
    assert.ok(error instanceof BackupError, String(error))
    return error
  }
  return assert.fail('nothing was refused')
}

/** The error of a promise that has to fail with one of ours. */
export async function refused(running: Promise<unknown>): Promise<BackupError> {
  const error: unknown = await running.then(
    () => undefined,
    (failed: unknown) => failed,
  )
  return refusal(() => {
    if (error !== undefined) throw error
  })
}

/**
 * For `assert.rejects` and `assert.throws`: one of ours with this code, and with these members in its context. Anything
 * else is shown whole.
 */
export function failsWith(code: ErrorCode, context: BackupError['context'] = {}): (error: unknown) => true {
  return (error) => {
    assert.ok(isBackupError(error, code), `${code} was expected, not ${inspect(error)}`)
    for (const [name, value] of Object.entries(context)) assert.deepEqual(error.context[name], value, name)
    return true
  }
}

/** What a call refuses with. */
import assert from 'node:assert/strict'
import { BackupError } from '../../src/kernel/backup-error.ts'

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

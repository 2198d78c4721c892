import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureOf } from '../../contracts/index.ts'
import { BackupError } from '../../kernel/backup-error.ts'
import type { ErrorCode } from '../../kernel/error-code.ts'
import { mayRetry } from './retry-rule.ts'

const asked = (code: ErrorCode, failedBefore: number, performance = {}) =>
  mayRetry({ failure: failureOf(new BackupError(code, code), 'en'), failedBefore, performance })

test('a full disk fails a run at once, unless the configuration itself says that it is tried again', () => {
  assert.equal(asked('DISK_FULL', 0).isLeft, false)
  assert.equal(asked('NO_SPACE_RESERVED', 0).isLeft, false)
  const stated = { retryAttempts: 2, retryDelay: 600_000 }
  assert.deepEqual(asked('DISK_FULL', 1, stated), { isLeft: true, retryDelayMs: 600_000 })
  assert.equal(asked('DISK_FULL', 2, stated).isLeft, false)
  assert.deepEqual(asked('STORAGE_UNAVAILABLE', 2), { isLeft: true, retryDelayMs: 30_000 })
  assert.equal(asked('STORAGE_UNAVAILABLE', 3).isLeft, false)
})

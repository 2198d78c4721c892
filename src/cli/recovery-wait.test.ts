import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RecoveryRequestView } from '../contracts/system/index.ts'
import { isBackupError } from '../kernel/backup-error.ts'
import { waitForRecovery } from './recovery-wait.ts'

const request = (state: string) => ({ id: 'r', state }) as RecoveryRequestView
const worker = (heartbeatAt: string, role = 'worker') => ({
  id: 'w',
  host: 'h',
  pid: 1,
  role,
  startedAt: '',
  heartbeatAt,
})

test('a restore that nobody carries out is waited for no longer than the silence', async () => {
  const look = async () => request('PENDING')
  const ended = waitForRecovery({ look, workers: async () => [worker('1', 'scheduler')] }, { silentMs: 50 })
  await assert.rejects(ended, (error) => isBackupError(error, 'NO_WORKER'))
  // A heart that has stopped is none.
  const stopped = waitForRecovery({ look, workers: async () => [worker('1')] }, { silentMs: 50 })
  await assert.rejects(stopped, (error) => isBackupError(error, 'NO_WORKER'))
})

test('while the heart of a worker beats it is waited for, however long it takes', async () => {
  let beats = 0
  const look = async () => request(beats < 20 ? 'RUNNING' : 'COMPLETED')
  const workers = async () => {
    beats += 1
    return [worker(String(beats).padStart(4, '0'))]
  }
  assert.equal((await waitForRecovery({ look, workers }, { silentMs: 40 })).state, 'COMPLETED')
})

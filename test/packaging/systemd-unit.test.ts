// Goal: the unit that is shipped is one that systemd takes without a word, closed to what it does not need. No systemd
// runs here: it is checked, not started.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const unit = fs.readFileSync(
  path.resolve(import.meta.dirname, '../../packaging/systemd/neonpro-backup.service'),
  'utf8',
)
const hasAnalyze = spawnSync('systemd-analyze', ['--version']).status === 0
const skip = hasAnalyze ? false : 'systemd-analyze is not installed (apt-get install systemd)'

function analyze(args: readonly string[], text: string): { status: number | null; output: string } {
  using folder = temporaryDirectory()
  const file = path.join(folder.path, 'neonpro-backup.service')
  // The program itself need not be installed where the unit is checked.
  fs.writeFileSync(file, text.replace('/usr/bin/neonpro-backup', process.execPath))
  const { status, stdout, stderr } = spawnSync('systemd-analyze', [...args, file], { encoding: 'utf8' })
  return { status, output: `${stdout}${stderr}` }
}

test('systemd-analyze verify has nothing to say', { skip }, () => {
  assert.deepEqual(analyze(['verify'], unit), { status: 0, output: '' })
  // It would: a word that is no setting is told.
  assert.notEqual(analyze(['verify'], unit.replace('LogsDirectory=', 'LogDirectory=')).output, '')
})

test('its exposure is low', { skip }, () => {
  const { status, output } = analyze(['security', '--offline=true', '--threshold=30', '--no-pager'], unit)
  assert.equal(status, 0, output)
})

test('the log lies where the description looks for it, the key reaches neither environment nor arguments', () => {
  assert.match(unit, /^LogsDirectory=neonpro$/m)
  assert.match(unit, /^StateDirectory=neonpro-backup$/m)
  assert.match(unit, /^Environment=NEONPRO_BACKUP_HOME=\/var\/lib\/neonpro-backup$/m)
  assert.match(unit, /^LoadCredential=backup-key:/m)
  assert.match(unit, /^Environment=BACKUP_ENCRYPTION_KEY=file:%d\/backup-key$/m)
})

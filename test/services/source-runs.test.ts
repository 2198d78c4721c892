// Goal: in the system a path that is away or emptied is no success and no failure, and what filters met is in the run.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { fill } from '../../src/contracts/index.ts'
import type { RunView, StoredSettings } from '../../src/contracts/system/index.ts'
import { backupPartial } from '../../src/services/alarms/rules/backup-partial.ts'
import { carryOutRun } from '../../src/services/execution/index.ts'
import { claimRun, getRun, requestRun } from '../../src/services/scheduling/index.ts'
import { addConfig } from '../harness/rows.ts'
import { type TestSystem, testSystem } from '../harness/system.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

async function ran({ parts }: TestSystem, configId: string): Promise<RunView> {
  const runId = await requestRun(parts, { configId, by: 'somebody' })
  const outcome = await claimRun(parts, runId)
  if (outcome.kind !== 'CLAIMED') throw new Error(`the run is ${outcome.kind}`)
  await carryOutRun(parts, outcome.claim, { signal: new AbortController().signal })
  return await getRun(parts, runId)
}

interface Clinic {
  readonly system: TestSystem
  readonly at: (name: string) => string
  readonly config: (settings?: Partial<Omit<StoredSettings, 'source'>>) => Promise<string>
}

async function clinic(base: string): Promise<Clinic> {
  const system = await testSystem({ folder: base })
  const at = (name: string) => path.join(fs.realpathSync(base), name)
  for (const folder of ['one', 'two']) {
    fs.mkdirSync(at(folder))
    fs.writeFileSync(path.join(at(folder), 'a'), folder)
  }
  let number = 0
  const config = (settings: Partial<Omit<StoredSettings, 'source'>> = {}) => {
    number += 1
    return addConfig(system.parts, { name: `Clinic ${number}`, paths: [at('one'), at('two')], ...settings })
  }
  return { system, at, config }
}

test('one of several paths away: the rest is stored, the run is PARTIAL, and the alarm tells', async () => {
  using base = temporaryDirectory()
  const { system, at, config } = await clinic(base.path)
  await using _system = system
  const configId = await config()
  assert.equal((await ran(system, configId)).state, 'COMPLETED')
  fs.rmSync(at('two'), { recursive: true })
  const run = await ran(system, configId)
  assert.deepEqual([run.state, run.skipped, run.error], ['PARTIAL', [{ path: at('two'), reason: 'ENOENT' }], null])
  assert.deepEqual([run.stats?.filesUnmodified, run.stats?.filesNew], [1, 0])
  const alerts = await system.parts.catalog.db.selectFrom('alerts').select(['type', 'state']).execute()
  assert.deepEqual(alerts, [{ type: 'BACKUP_PARTIAL', state: 'FIRING' }])
})

test('an emptied path makes the run PARTIAL, unless the configuration allows it', async () => {
  using base = temporaryDirectory()
  const { system, at, config } = await clinic(base.path)
  await using _system = system
  const strict = await config()
  const lax = await config({ allowEmpty: true })
  for (const each of [strict, lax]) assert.equal((await ran(system, each)).state, 'COMPLETED')
  fs.rmSync(path.join(at('two'), 'a'))
  const run = await ran(system, strict)
  assert.deepEqual([run.state, run.skipped], ['PARTIAL', [{ path: at('two'), reason: 'EMPTIED' }]])
  const { message, details } = await system.parts.catalog.db
    .selectFrom('alerts')
    .select(['message', 'details'])
    .executeTakeFirstOrThrow()
  assert.match(
    message,
    /1 of its folders had files before and has none now\. Earlier restore points have those files for as long/,
  )
  assert.doesNotMatch(message, /two/, 'it is sent out')
  assert.deepEqual(details['emptied'], [at('two')])
  assert.match(String(details['guidance']), /mount it .* --allow-empty/)
  assert.deepEqual([(await ran(system, lax)).state, (await ran(system, strict)).state], ['COMPLETED', 'PARTIAL'])
  // What else was left out is told beside it.
  const others = Array.from({ length: 300 }, (_, i) => ({ path: at(`one/${i}`), reason: 'EACCES' }))
  await system.parts.catalog.db
    .updateTable('runs')
    .set({ skipped: JSON.stringify([...others, { path: at('two'), reason: 'EMPTIED' }]) })
    .where('config_id', '=', strict)
    .execute()
  const { db } = system.parts.catalog
  const about = { parts: system.parts, db, nowMs: Date.now(), configId: strict, isOpen: () => false }
  const [both] = (await backupPartial.evaluate(about)) ?? []
  const told = fill(both!.message!.en, both!.values, 'en')
  assert.match(told, /300 items are missing from it or incomplete, and besides 1 of its folders had files/)
  assert.match(both!.guidance!, /give this user the right to read them.*--allow-empty/)
})

test('what filters met nothing of is in the run, and takes nothing from it', async () => {
  using base = temporaryDirectory()
  const { system, at, config } = await clinic(base.path)
  await using _system = system
  fs.writeFileSync(path.join(at('one'), '.neonproignore'), '[\n')
  const filters = { includePatterns: ['a', '*.PDF'], excludePatterns: ['*.tmp', at('typo')] }
  const run = await ran(system, await config({ filters }))
  assert.equal(run.state, 'COMPLETED')
  assert.deepEqual(run.warnings, [
    { code: 'IGNORE_FILE', line: 1, why: 'has an open "["', subject: path.join(at('one'), '.neonproignore') },
    { code: 'INCLUDE_UNMATCHED', subject: '*.PDF' },
    { code: 'EXCLUDE_UNMATCHED', subject: at('typo') },
  ])
})

// Goal: whatever a HOME knows is known after it was moved, over file systems as well: database, settings, heads, writer
// ids, the doubt about the clock, the last verification, logs. Method: a real system with all of it is moved and opened.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, test } from 'node:test'
import { OwnerLock } from '../../src/catalog/index.ts'
import { turn } from '../../src/kernel/clock.ts'
import { MOVED_FILE } from '../../src/kernel/home-folder.ts'
import { getBackupSystem, initializeBackupSystem, moveHome } from '../../src/system/index.ts'
import { newKey, useKey } from '../harness/library-place.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

afterEach(() => getBackupSystem().shutdown())

const NEWER = 'newer'
const DOUBT = { reason: 'BEHIND', since: { wallMs: 1, uptimeMs: 1, boot: 'b' } }

/** A folder on another file system than `folder`, if this machine has one. */
function elsewhere(folder: string): string | undefined {
  const device = (place: string) => fs.statSync(place).dev
  const place = ['/dev/shm', '/run', '/tmp', '/var/tmp'].find((each) => {
    try {
      fs.accessSync(each, fs.constants.W_OK)
      return device(each) !== device(folder)
    } catch {
      return false
    }
  })
  return place === undefined ? undefined : fs.mkdtempSync(path.join(place, 'neonpro-test-'))
}

async function systemIn(home: string, folder: string): Promise<void> {
  const at = (name: string) => path.join(folder, name)
  useKey(newKey(at('key')))
  fs.mkdirSync(at('source'))
  fs.writeFileSync(at('source/a'), 'a')
  const started = await initializeBackupSystem({ local: { basePath: at('repository') }, home, scheduler: true })
  assert.equal(started.success, true, JSON.stringify(started.error))
  const config = (await started.data.setupFileBackup('c', [at('source')])).data
  const run = await started.data.waitForRun((await started.data.runBackupNow(config.id)).data)
  assert.equal(run.data.state, 'COMPLETED')
  await started.data.shutdown()
}

async function movesAll(from: string, to: string, folder: string): Promise<void> {
  await systemIn(from, folder)
  const [state, target] = [from, to].map((home) => path.join(home, 'repositories')) as [string, string]
  const [id] = fs.readdirSync(state).filter((name) => /^[0-9a-f]{32}$/.test(name))
  const clock = JSON.parse(fs.readFileSync(path.join(state, 'clock.json'), 'utf8')) as object
  fs.writeFileSync(path.join(state, 'clock.json'), JSON.stringify({ ...clock, doubt: DOUBT }))
  fs.writeFileSync(path.join(state, id!, 'verification.json'), NEWER)
  fs.writeFileSync(path.join(from, 'config.json'), '{"logger":{"level":"debug"}}')
  // A command has been at the new place before: what it remembers there is older, and in no doubt.
  fs.mkdirSync(path.join(target, id!), { recursive: true })
  fs.chmodSync(to, 0o700)
  fs.writeFileSync(path.join(target, 'clock.json'), JSON.stringify(clock))
  fs.writeFileSync(path.join(target, id!, 'verification.json'), 'older')
  fs.utimesSync(path.join(target, id!, 'verification.json'), 1, 1)
  const heads = fs.readFileSync(path.join(state, id!, 'heads.json'), 'utf8')
  const writer = fs.readFileSync(path.join(state, id!, 'writer-0.id'), 'utf8')
  const log = fs.readFileSync(path.join(from, 'backup.log'), 'utf8')
  const settled = fs.readFileSync(path.join(from, 'settled.json'), 'utf8')

  assert.deepEqual((await moveHome({ from, to, fixed: to })).left, [])
  const read = (name: string) => fs.readFileSync(path.join(to, name), 'utf8')
  assert.deepEqual((JSON.parse(read('repositories/clock.json')) as { doubt?: unknown }).doubt, DOUBT)
  assert.deepEqual(JSON.parse(read(`repositories/${id}/heads.json`)), JSON.parse(heads))
  assert.deepEqual(
    [read(`repositories/${id}/verification.json`), read(`repositories/${id}/writer-0.id`)],
    [NEWER, writer],
  )
  assert.deepEqual([read('backup.log'), read('settled.json')], [log, settled])
  assert.match(settled, /"key":"file:/)
  assert.deepEqual(JSON.parse(read('config.json')), { logger: { level: 'debug' } })
  const started = await initializeBackupSystem({ home: to })
  assert.equal(started.success, true, JSON.stringify(started.error))
  assert.deepEqual(
    (await started.data.manager.listConfigs()).data.map(({ name }) => name),
    ['c'],
  )
  assert.equal((await started.data.getStatus()).data.repository, path.join(folder, 'repository'))
  await started.data.shutdown()
}

test('within one file system everything that HOME knows goes along', async () => {
  using folder = temporaryDirectory()
  await movesAll(path.join(folder.path, 'old'), path.join(folder.path, 'new'), folder.path)
})

test('over two file systems everything that HOME knows goes along', async (t) => {
  using folder = temporaryDirectory()
  const other = elsewhere(folder.path)
  if (other === undefined) {
    t.diagnostic('NOT RUN: this machine has no second file system that this user may write to')
    return t.skip('no second file system')
  }
  try {
    await movesAll(path.join(other, 'old'), path.join(folder.path, 'new'), folder.path)
  } finally {
    fs.rmSync(other, { recursive: true, force: true })
  }
})

test('a config.json of the new place that says something else counts, and the old one is left', async () => {
  using folder = temporaryDirectory()
  const [from, to] = ['old', 'new'].map((name) => path.join(folder.path, name)) as [string, string]
  for (const home of [from, to]) fs.mkdirSync(path.join(home, 'repositories'), { recursive: true })
  fs.writeFileSync(path.join(from, 'config.json'), '{"logger":{"level":"debug"}}')
  fs.writeFileSync(path.join(to, 'config.json'), '{}')
  assert.deepEqual((await moveHome({ from, to, fixed: to })).left, ['config.json'])
  assert.equal(fs.readFileSync(path.join(to, 'config.json'), 'utf8'), '{}')
})

test('an application that waits for the lock while HOME is moved begins nothing in the old one', async () => {
  using folder = temporaryDirectory()
  const [from, to] = ['old', 'new'].map((name) => path.join(folder.path, name)) as [string, string]
  await systemIn(from, folder.path)
  const lock = await OwnerLock.acquire(path.join(from, 'owner.lock'))
  const starting = initializeBackupSystem({ home: from })
  // Where HOME is, is looked at before anything is waited for.
  await turn()
  // What a move leaves.
  fs.renameSync(path.join(from, 'database'), path.join(folder.path, 'database'))
  fs.mkdirSync(to)
  fs.renameSync(path.join(folder.path, 'database'), path.join(to, 'database'))
  fs.writeFileSync(path.join(from, MOVED_FILE), JSON.stringify({ to }))
  lock[Symbol.dispose]()
  assert.equal((await starting).error?.code, 'HOME_MOVED')
  assert.equal(fs.existsSync(path.join(from, 'database')), false)
})

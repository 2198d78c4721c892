// Goal: a database made ahead is taken only where it is what this program would make, and whole. Method: a small folder
// kept and filled again; stamps and archives changed; and the build's own, opened.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { temporaryDirectory } from '../../../test/harness/temporary-directory.ts'
import { openCatalog } from '../index.ts'
import { CLUSTER_SETUP } from './embedded-catalog.ts'
import { fillAhead, keepAhead } from './made-ahead.ts'

const SETUP = 'create role somebody;'

async function kept(base: string): Promise<URL> {
  const database = path.join(base, 'database')
  fs.mkdirSync(path.join(database, 'base/5'), { recursive: true })
  fs.mkdirSync(path.join(database, 'empty'))
  fs.writeFileSync(path.join(database, 'PG_VERSION'), '18\n')
  fs.writeFileSync(path.join(database, 'base/5/1259'), Buffer.alloc(8192, 7))
  fs.writeFileSync(path.join(database, 'base/5/nothing'), '')
  const folder = pathToFileURL(`${path.join(base, 'ahead')}/`)
  await keepAhead(database, SETUP, folder)
  return folder
}

function emptyTarget(base: string): string {
  return fs.mkdtempSync(path.join(base, 'target-'))
}

test('what was kept comes back, file by file, and for nobody else to read', async () => {
  using folder = temporaryDirectory()
  const ahead = await kept(folder.path)
  const target = emptyTarget(folder.path)
  assert.equal(await fillAhead(target, SETUP, ahead), true)
  const names = fs.readdirSync(target, { recursive: true, encoding: 'utf8' }).sort()
  assert.deepEqual(names, ['PG_VERSION', 'base', 'base/5', 'base/5/1259', 'base/5/nothing', 'empty'])
  assert.deepEqual(fs.readFileSync(path.join(target, 'base/5/1259')), Buffer.alloc(8192, 7))
  assert.equal(fs.statSync(path.join(target, 'base/5/1259')).mode & 0o777, 0o600)
  assert.equal(fs.statSync(path.join(target, 'base')).mode & 0o777, 0o700)
})

test('of another setup, damaged, cut or absent: not taken, and nothing is written', async () => {
  using folder = temporaryDirectory()
  const ahead = await kept(folder.path)
  const target = emptyTarget(folder.path)
  const refused = async (setup = SETUP) => {
    assert.equal(await fillAhead(target, setup, ahead), false)
    assert.deepEqual(fs.readdirSync(target), [])
  }
  await refused(`${SETUP} create role another;`)
  const archive = new URL('template.zst', ahead)
  const whole = fs.readFileSync(archive)
  const flipped = Buffer.from(whole)
  flipped[flipped.length >> 1]! ^= 1
  for (const content of [flipped, whole.subarray(0, -1), Buffer.alloc(0)]) {
    fs.writeFileSync(archive, content)
    await refused()
  }
  fs.writeFileSync(new URL('template.json', ahead), '{')
  await refused()
  fs.rmSync(new URL('template.json', ahead))
  await refused()
})

test('the build has one that fits this program, and a system begins with it', async () => {
  using folder = temporaryDirectory()
  assert.equal(await fillAhead(emptyTarget(folder.path), CLUSTER_SETUP), true, 'npm run build')
  await using catalog = await openCatalog({ directory: path.join(folder.path, 'home/database') })
  assert.deepEqual(await catalog.db.selectFrom('tenants').select('id').execute(), [])
})

// Goal: a store that plays back an older state of anything is suspected by a client that has seen a newer one, or what
// it plays back is not believed. Method: make history with the program (backups, forget, prune, key rotation), then put
// back, hide or exchange objects of an earlier copy.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { lookAt, sampleTree } from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { type Ran, runCli } from './run-cli.ts'

interface Stage {
  readonly at: (name: string) => string
  readonly run: (...args: string[]) => Promise<Ran>
  readonly names: readonly string[]
}

/**
 * Three snapshots, the first forgotten and pruned, then a new key epoch; `old/` holds the repository from before the
 * forget.
 */
async function stage(folder: string): Promise<Stage> {
  const at = (name: string) => path.join(folder, name)
  const env = {
    HOME: folder,
    BACKUP_ENCRYPTION_KEY: `base64:${randomBytes(32).toString('base64')}`,
    NEONPRO_REPOSITORY: at('repo'),
  }
  const run = (...args: string[]) => runCli(args, { env })
  const ok = async (...args: string[]) => {
    const ran = await run(...args)
    assert.equal(ran.status, 0, ran.stderr)
    return ran.json
  }
  sampleTree(at('source'), seededRandom(21))
  await ok('init')
  const names: string[] = []
  for (let i = 0; i < 3; i += 1) {
    fs.writeFileSync(at('source/each.bin'), randomBytes(400_000))
    names.push(String((await ok('backup', at('source'), '--json'))!['snapshot']))
  }
  fs.cpSync(at('repo'), at('old'), { recursive: true })
  await ok('forget', names[0]!)
  await ok('prune')
  await ok('key', 'rotate')
  await ok('backup', at('source'))
  await ok('snapshots')
  return { at, run, names }
}

const putBack = (from: string, to: string): string[] => {
  const back = fs.readdirSync(from).filter((name) => !fs.existsSync(path.join(to, name)))
  for (const name of back) fs.cpSync(path.join(from, name), path.join(to, name), { recursive: true })
  return back
}

function assertSuspected(ran: Ran): void {
  assert.notEqual(ran.status, 0)
  assert.match(ran.stderr, /ROLLBACK_SUSPECTED/)
}

async function assertStillRight({ at, run }: Stage): Promise<void> {
  fs.rmSync(at('back'), { recursive: true, force: true })
  const restored = await run('restore', 'latest', '--target', at('back'), '--verify')
  assert.equal(restored.status, 0, restored.stderr)
  assert.deepEqual(lookAt(path.join(at('back'), at('source'))), lookAt(at('source')))
}

test('the whole repository of before is suspected, for reading and for writing', async () => {
  using folder = temporaryDirectory()
  const made = await stage(folder.path)
  fs.rmSync(made.at('repo'), { recursive: true })
  fs.renameSync(made.at('old'), made.at('repo'))
  for (const args of [
    ['snapshots'],
    ['verify'],
    ['backup', made.at('source')],
    ['prune'],
    ['forget', '--keep-last', '1'],
  ])
    assertSuspected(await made.run(...args))
})

test('the keyring of before is suspected', async () => {
  using folder = temporaryDirectory()
  const made = await stage(folder.path)
  for (const name of fs.readdirSync(made.at('repo/keys')))
    if (name.startsWith('00000002')) fs.rmSync(made.at(`repo/keys/${name}`))
  assertSuspected(await made.run('snapshots'))
})

test('a delete log without its newest entries is suspected', async () => {
  using folder = temporaryDirectory()
  const made = await stage(folder.path)
  const entries = fs.readdirSync(made.at('repo/deletes')).sort()
  assert.ok(entries.length >= 2)
  fs.rmSync(made.at(`repo/deletes/${entries.at(-1)!}`))
  assertSuspected(await made.run('snapshots'))
  assertSuspected(await made.run('prune'))
})

test('a hidden snapshot is suspected', async () => {
  using folder = temporaryDirectory()
  const made = await stage(folder.path)
  fs.rmSync(made.at(`repo/snapshots/${made.names[1]!}`))
  assertSuspected(await made.run('snapshots'))
  const verified = await made.run('verify')
  assertSuspected(verified)
  assert.match(verified.stderr, /was an older copy of this storage put back.*docs\/rollback\.md.*--accept-rollback/)
  assert.doesNotMatch(verified.stderr, /repair --read-data/, 'nothing is damaged')
})

test('a forgotten snapshot that is put back is suspected and stays forgotten; accepted, prune removes it again', async () => {
  using folder = temporaryDirectory()
  const made = await stage(folder.path)
  assert.deepEqual(putBack(made.at('old/snapshots'), made.at('repo/snapshots')), [made.names[0]])
  const listed = await made.run('snapshots', '--json')
  assertSuspected(await made.run('snapshots'))
  const { snapshots } = listed.json as { snapshots: Array<{ snapshot: string }> }
  assert.ok(!snapshots.some(({ snapshot }) => snapshot === made.names[0]))
  assert.notEqual((await made.run('restore', made.names[0]!, '--target', made.at('no'))).status, 0)
  for (const args of [['prune'], ['backup', made.at('source')]]) assertSuspected(await made.run(...args))
  const asked = await made.run('repair', '--accept-rollback')
  assert.equal(asked.status, 2, asked.stderr)
  const id = /--confirm ([0-9a-f]{32})/.exec(asked.stderr)?.[1] ?? ''
  assert.equal((await made.run('repair', '--accept-rollback', '--confirm', id.replace(/./g, '0'))).status, 2)
  const accepted = await made.run('repair', '--accept-rollback', '--confirm', id)
  assert.equal(accepted.status, 0, accepted.stderr)
  assert.equal((await made.run('prune')).status, 0)
  assert.ok(!fs.existsSync(made.at(`repo/snapshots/${made.names[0]!}`)))
  await assertStillRight(made)
})

test('after the whole repository of before was accepted everything works again', async () => {
  using folder = temporaryDirectory()
  const made = await stage(folder.path)
  fs.rmSync(made.at('repo'), { recursive: true })
  fs.renameSync(made.at('old'), made.at('repo'))
  const asked = await made.run('repair', '--accept-rollback')
  const id = /--confirm ([0-9a-f]{32})/.exec(asked.stderr)?.[1] ?? ''
  const accepted = await made.run('repair', '--accept-rollback', '--confirm', id)
  assert.equal(accepted.status, 0, accepted.stderr)
  for (const args of [
    ['snapshots'],
    ['verify'],
    ['backup', made.at('source')],
    ['key', 'rotate'],
    ['prune'],
    ['snapshots'],
  ]) {
    const ran = await made.run(...args)
    assert.equal(ran.status, 0, `${args.join(' ')}: ${ran.stderr}`)
  }
  await assertStillRight(made)
})

test('index segments and packs of before that are put back change nothing', async () => {
  using folder = temporaryDirectory()
  const made = await stage(folder.path)
  const back = [
    ...putBack(made.at('old/index/data'), made.at('repo/index/data')),
    ...putBack(made.at('old/index/meta'), made.at('repo/index/meta')),
  ]
  assert.ok(back.length > 0, 'prune had replaced index segments')
  await assertStillRight(made)
  putBack(made.at('old/packs'), made.at('repo/packs'))
  await assertStillRight(made)
  assert.equal((await made.run('backup', made.at('source'))).status, 0)
  await assertStillRight(made)
})

test('objects of another repository with the same key are refused', async () => {
  using folder = temporaryDirectory()
  const made = await stage(folder.path)
  assert.equal((await made.run('init', '--repo', made.at('foreign'))).status, 0)
  assert.equal((await made.run('backup', made.at('source'), '--repo', made.at('foreign'))).status, 0)
  for (const place of ['snapshots', 'index/data', 'index/meta'])
    assert.ok(putBack(made.at(`foreign/${place}`), made.at(`repo/${place}`)).length > 0)
  const verified = await made.run('verify')
  assert.equal(verified.status, 1, 'the foreign objects are named')
  assert.match(verified.stderr, /snapshots\//)
  await assertStillRight(made)
})

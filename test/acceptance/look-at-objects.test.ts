// Goal: support sees what a repository holds, by kind and by object, and never a secret; a damaged or foreign object
// answers with its error. Method: a repository of every kind of object that a person makes, looked at by the program.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { runCli } from './run-cli.ts'

interface Listed {
  readonly key: string
  readonly bytes: number
}

interface Entry {
  readonly path: string
  readonly bytes: number
  readonly tree?: string
}

/** What the answers of the commands hold, each its own part. */
interface Answer {
  readonly key: string
  readonly objects: readonly Listed[]
  readonly document: { readonly source: string; readonly tree: string; readonly value: unknown }
  readonly entries: readonly Entry[]
  readonly holds: string
  readonly segments: readonly unknown[]
  readonly segmentCount: number
}

async function made(folder: string) {
  const at = (...parts: string[]) => path.join(folder, ...parts)
  const env = {
    NEONPRO_BACKUP_HOME: at('home'),
    NEONPRO_REPOSITORY: at('repo'),
    BACKUP_ENCRYPTION_KEY: `file:${at('key')}`,
  }
  const run = (...args: string[]) => runCli(args, { env })
  const json = async (...args: string[]) => {
    const ran = await run(...args, '--json')
    assert.equal(ran.status, 0, `${args.join(' ')}: ${ran.stderr}`)
    const { jsonVersion, ...answer } = ran.json!
    assert.equal(jsonVersion, 1)
    return answer as unknown as Answer
  }
  const list = async (kind: string) => (await json('list', kind)).objects as Listed[]
  fs.mkdirSync(at('data', 'sub'), { recursive: true })
  fs.writeFileSync(at('data', 'sub', 'a.txt'), 'content of a')
  await run('key', 'generate', at('key'))
  await run('init')
  assert.equal((await run('backup', at('data'), '--source', 'clinic')).status, 0)
  assert.equal((await run('pin', 'latest', '--reason', 'case 7')).status, 0)
  return { at, run, json, list }
}

test('every kind is listed as it is stored, and each object says what it is', async () => {
  using folder = temporaryDirectory()
  const { at, run, json, list } = await made(folder.path)
  for (const kind of [
    'config',
    'keys',
    'snapshots',
    'packs',
    'index',
    'records',
    'confirms',
    'locks',
    'user',
    'audit',
  ]) {
    const objects = await list(kind)
    const stored = kind === 'locks' ? 'sessions' : kind
    const files = fs.existsSync(at('repo', stored)) ? filesBelow(at('repo', stored)) : 0
    assert.equal(objects.length, files, kind)
    for (const { key, bytes } of objects) {
      assert.equal(fs.statSync(at('repo', key)).size, bytes)
      assert.equal((await json('cat', key)).key.slice(-64), key.slice(-64))
    }
  }
  const [snapshot] = await list('snapshots')
  const name = snapshot!.key.slice(-64)
  const shown = await json('cat', 'snapshot', name.slice(0, 6))
  assert.deepEqual([shown.key, shown.document.source], [snapshot!.key, 'clinic'])
  assert.deepEqual(await json('cat', 'snapshot', 'latest'), shown)
  const [record] = await list('records')
  assert.deepEqual((await json('cat', record!.key)).document.value, { reason: 'case 7' })
  const packs = await Promise.all((await list('packs')).map(({ key }) => json('cat', 'pack', key.slice(-64, -50))))
  assert.deepEqual(packs.map(({ holds }) => holds).sort(), ['data', 'metadata'])
  for (const { segments, segmentCount } of packs) assert.equal(segments.length, segmentCount)
  // For people the same, in lines.
  const text = await run('cat', 'config')
  assert.deepEqual(JSON.parse(text.stdout.toString()), await json('cat', 'config'))
  assert.match((await run('list', 'packs')).stdout.toString(), /^ +\d+ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d packs\//)
})

test('trees lead to blobs, and the bytes of one go only where they are asked to', async () => {
  using folder = temporaryDirectory()
  const { run, json } = await made(folder.path)
  const entriesOf = async (id: string) => (await json('cat', 'tree', id)).entries
  let id = (await json('cat', 'snapshot', 'latest')).document.tree
  const names: string[] = []
  for (let [entry] = await entriesOf(id); entry?.tree !== undefined; [entry] = await entriesOf(id)) {
    names.push(entry.path)
    id = entry.tree
  }
  assert.deepEqual(names.slice(-2), ['data', 'sub'])
  assert.equal((await entriesOf(id))[0]?.bytes, 'content of a'.length)
  const blob = createHash('sha256').update('content of a').digest('hex')
  assert.deepEqual(await json('cat', 'blob', blob), { blob, holds: 'data', bytes: 12 })
  const raw = await run('cat', 'blob', blob, '--raw')
  assert.equal(raw.stdout.toString(), 'content of a')
  assert.equal((await run('cat', 'blob', blob, '--raw', '--json')).status, 2)
  assert.equal((await run('cat', 'blob', blob.slice(0, 12))).status, 2)
  assert.equal((await run('cat', 'blob', 'ab'.repeat(32))).status, 1)
})

test('no answer holds what opens anything', async () => {
  using folder = temporaryDirectory()
  const { at, run, list } = await made(folder.path)
  const secret = 'https://ping.example/secret-token'
  const added = await run(
    'config',
    'add',
    '--name',
    'c',
    '--path',
    at('data'),
    '--every',
    '6h',
    '--healthcheck-url',
    secret,
  )
  assert.equal(added.status, 0, added.stderr)
  const sealed = ['keys', 'config'].flatMap((kind) =>
    fs.readdirSync(at('repo', kind)).flatMap((file) => secretsOf(fs.readFileSync(at('repo', kind, file), 'latin1'))),
  )
  assert.ok(sealed.length > 3, `${sealed.length} sealed values found`)
  const key = fs.readFileSync(at('key'), 'utf8').trim()
  const keyBytes = Buffer.from(key.replace(/^base64:/, ''), 'base64')
  const forbidden = [...sealed, key, keyBytes.toString('hex'), keyBytes.toString('base64'), 'secret-token']
  const kinds = new Set<string>()
  for (const kind of ['config', 'keys', 'records', 'snapshots', 'index', 'packs'])
    for (const { key: object } of await list(kind)) {
      const { status, stdout, stderr } = await run('cat', object)
      assert.equal(status, 0, stderr)
      const said = stdout.toString()
      if (said.includes('healthcheckSealed')) kinds.add('sealed address')
      kinds.add(/"record": "(.*?)"/.exec(said)?.[1] ?? kind)
      for (const each of forbidden) assert.ok(!said.includes(each), `${object} shows ${each.slice(0, 20)}`)
      assert.doesNotMatch(
        said,
        /"(wrapped|bundle|salt|commitment|healthcheckUrl|healthcheckSealed)": "(?!\(left out\))/,
      )
    }
  for (const kind of ['configuration', 'control-key', 'pin', 'sealed address'])
    assert.ok(kinds.has(kind), [...kinds].join())
})

test('what is damaged, foreign, ambiguous or unknown is said, not shown', async () => {
  using folder = temporaryDirectory()
  const { at, run, list } = await made(folder.path)
  const pack = (await list('packs'))[0]!.key
  const bytes = fs.readFileSync(at('repo', pack))
  bytes[Math.floor(bytes.length / 2)]! ^= 1
  fs.chmodSync(at('repo', pack), 0o600)
  fs.writeFileSync(at('repo', pack), bytes)
  const foreign = Buffer.from('\u001b[31mhostile')
  const planted = `records/${createHash('sha256').update(foreign).digest('hex')}`
  fs.writeFileSync(at('repo', planted), foreign)
  const record = (await list('records')).find(({ key }) => key !== planted)!.key
  fs.chmodSync(at('repo', record), 0o600)
  fs.truncateSync(at('repo', record), 100)
  for (const object of [pack, planted, record]) {
    const { status, stderr, stdout } = await run('cat', object)
    assert.deepEqual([status, /DAMAGED/.test(stderr), stdout.toString()], [1, true, ''], `${object}: ${stderr}`)
  }
  const missing = await run('cat', 'pack', 'ffff')
  assert.deepEqual([missing.status, /list packs/.test(missing.stderr)], [1, true])
  assert.equal((await run('cat', 'record', '')).status, 2)
  assert.equal((await run('cat', 'nonsense', 'ab')).status, 2)
  assert.equal((await run('cat', '../../etc/passwd')).status, 2)
  assert.equal((await run('list', 'nonsense')).status, 2)
})

function filesBelow(folder: string): number {
  return fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile()).length
}

/** Long sealed values of a signed document. */
function secretsOf(text: string): string[] {
  return [...text.matchAll(/"(?:wrapped|bundle|salt|commitment)":"([0-9a-f]+)"/g)].map(([, value]) => value!)
}

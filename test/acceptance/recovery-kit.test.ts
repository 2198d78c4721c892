// Goal: what was printed is enough, years later and with another's hands: the paper key comes back wherever a key is
// taken and a typing error is told by its group, the folder holds the reader that needs nothing else, no page holds the
// key unasked, and one key has one fingerprint. Method: the built program and the reader in processes of their own; the
// QR code read back with a decoder.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import decodeQR from 'qr/decode.js'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { type Ran, runCli } from './run-cli.ts'

interface Place extends Disposable {
  readonly at: (name: string) => string
  /** Bytes of the key of `repo`, which holds one snapshot of one file. */
  readonly key: Buffer
  readonly run: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Ran>
}

async function place(): Promise<Place> {
  const folder = temporaryDirectory()
  const at = (name: string) => path.join(folder.path, name)
  const key = randomBytes(32)
  const base = { HOME: folder.path, NEONPRO_REPOSITORY: at('repo'), BACKUP_ENCRYPTION_KEY: key.toString('hex') }
  const run = (args: readonly string[], env = {}) => runCli(args, { env: { ...base, ...env }, cwd: folder.path })
  fs.mkdirSync(at('source'))
  fs.writeFileSync(at('source/a.txt'), 'a')
  assert.equal((await run(['init'])).status, 0)
  assert.equal((await run(['backup', at('source')])).status, 0)
  return { at, key, run, [Symbol.dispose]: () => folder[Symbol.dispose]() }
}

/** The groups on a page, in their order. */
function groupsOn(page: string): string[] {
  return page
    .split('\n')
    .filter((line) => /^ {4}([0-9A-Z]{5} ?)+$/.test(line))
    .flatMap((line) => line.trim().split(' '))
}

test('the paper key is taken back wherever a key is taken, also by the reader alone', async () => {
  using here = await place()
  const { at, run } = here
  const groups = groupsOn((await run(['key', 'recovery-kit', '--with-key'])).stdout.toString())
  assert.equal(groups.length, 13)
  const typed = groups.join(' ').toLowerCase()
  const other = randomBytes(32).toString('hex')
  fs.writeFileSync(at('typed'), `${groups.slice(0, 7).join('-')}\n${groups.slice(7).join(' ')}\n`, { mode: 0o600 })
  const ways: ReadonlyArray<readonly [string[], Record<string, string>]> = [
    [['snapshots'], { BACKUP_ENCRYPTION_KEY: typed }],
    [['snapshots'], { BACKUP_ENCRYPTION_KEY: `paper:${groups.join('')}` }],
    [['snapshots', '--key-file', at('typed')], { BACKUP_ENCRYPTION_KEY: other }],
    [['snapshots'], { BACKUP_ENCRYPTION_KEY: other, BACKUP_ENCRYPTION_KEY_PREVIOUS: typed }],
    [['copy', '--init', '--to', at('second'), '--to-key-file', at('typed')], {}],
  ]
  for (const [args, env] of ways) {
    const ran = await run(args, env)
    assert.equal(ran.status, 0, `${args.join(' ')}: ${ran.stderr}`)
  }
  const known = await run(['key', 'add', at('typed')])
  assert.match(known.stderr, /ALREADY_EXISTS/, 'it is the key that is there')
  const rescue = path.resolve(import.meta.dirname, '../../dist/neonpro-rescue.mjs')
  const rescued = spawnSync(process.execPath, [rescue, 'verify', '--repo', at('repo'), '--key-file', at('typed')])
  assert.equal(rescued.status, 0, rescued.stderr.toString())
})

test('a typing error is told by the number of its group, and nothing of the key is shown', async () => {
  using here = await place()
  const groups = groupsOn((await here.run(['key', 'recovery-kit', '--with-key'])).stdout.toString())
  const seventh = groups[6]!
  const wrong = groups.with(6, `${seventh.slice(0, 2)}${seventh[2] === 'A' ? 'B' : 'A'}${seventh.slice(3)}`).join('-')
  for (const [lang, told] of [
    ['C', /KEY_REFUSED.*[Gg]roup 7 of the paper key/],
    ['pt_BR.UTF-8', /KEY_REFUSED.*grupo 7 da chave em papel/],
  ] as const) {
    const ran = await here.run(['snapshots'], { BACKUP_ENCRYPTION_KEY: wrong, LANG: lang })
    assert.equal(ran.status, 2)
    assert.match(ran.stderr, told)
    for (const group of groups) assert.ok(!ran.stderr.includes(group))
  }
})

test('the kit as a folder: reader, its sum, page and picture; the key only when asked for, and then closed to others', async () => {
  using here = await place()
  const { at, run, key } = here
  const plain = await run(['key', 'recovery-kit', '--to', at('kit'), '--json'])
  assert.equal(plain.status, 0, plain.stderr)
  const names = ['neonpro-rescue.mjs', 'neonpro-rescue.mjs.sha256', 'recovery-kit-qr.svg', 'recovery-kit.txt']
  assert.deepEqual(fs.readdirSync(at('kit')).sort(), names)
  const reader = fs.readFileSync(at('kit/neonpro-rescue.mjs'))
  const sum = createHash('sha256').update(reader).digest('hex')
  assert.equal(fs.readFileSync(at('kit/neonpro-rescue.mjs.sha256'), 'utf8'), `${sum}  neonpro-rescue.mjs\n`)
  assert.ok(fs.readFileSync(at('kit/recovery-kit.txt'), 'utf8').includes(sum))
  const secrets = [
    key.toString('base64').slice(0, 43),
    key.toString('hex'),
    ...groupsOfKey(await run(['key', 'recovery-kit', '--with-key'])),
  ]
  for (const name of names)
    for (const secret of secrets) assert.ok(!fs.readFileSync(at(`kit/${name}`), 'utf8').includes(secret), name)
  assert.equal((await run(['key', 'recovery-kit', '--to', at('kit')])).status, 1, 'a kit is never replaced')
  assert.equal((await run(['key', 'recovery-kit', '--to', at('repo/kit')])).status, 2, 'nor laid into the repository')

  const secret = await run(['key', 'recovery-kit', '--to', at('safe'), '--with-key', '--json'])
  assert.equal(secret.status, 0, secret.stderr)
  for (const each of secrets) assert.ok(!secret.stdout.includes(each))
  for (const name of ['recovery-kit.txt', 'recovery-kit-qr.svg'])
    assert.equal(fs.statSync(at(`safe/${name}`)).mode & 0o777, 0o600)
  // What the page says is enough: the folder, the repository and a key that somebody typed.
  fs.writeFileSync(at('typed'), groupsOn(fs.readFileSync(at('safe/recovery-kit.txt'), 'utf8')).join(' '), {
    mode: 0o600,
  })
  const args = ['restore', 'latest', '--repo', at('repo'), '--key-file', at('typed'), '--target', at('back')]
  const restored = spawnSync(process.execPath, [at('safe/neonpro-rescue.mjs'), ...args])
  assert.equal(restored.status, 0, restored.stderr.toString())
  assert.equal(fs.readFileSync(path.join(at('back'), at('source/a.txt')), 'utf8'), 'a')
})

const groupsOfKey = (ran: Ran) => groupsOn(ran.stdout.toString())

/** What a scanner reads of the characters on a page. */
function scanned(page: string): string {
  const lines = page.split('\n').filter((line) => /^[ █▀▄]+$/.test(line) && line.length > 20)
  const scale = 4
  const width = lines[0]!.length * scale
  const height = lines.length * 2 * scale
  const data = new Uint8Array(width * height * 4).fill(255)
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const row = Math.floor(y / scale)
      const inked = row % 2 === 0 ? '█▀' : '█▄'
      if (inked.includes(lines[row >> 1]![Math.floor(x / scale)]!))
        data.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3)
    }
  return decodeQR({ width, height, data })
}

test('the QR code on the page is the paper key, or says which page it is', async () => {
  using here = await place()
  const secret = (await here.run(['key', 'recovery-kit', '--with-key'])).stdout.toString()
  assert.equal(scanned(secret), groupsOn(secret).join('-'))
  const plain = await here.run(['key', 'recovery-kit'])
  const { fingerprint, repositoryId } = (await here.run(['key', 'recovery-kit', '--json'])).json as Record<
    string,
    string
  >
  assert.equal(scanned(plain.stdout.toString()), `NEONPRO-BACKUP ${repositoryId} ${fingerprint}`.toUpperCase())
})

test('one key has one fingerprint, wherever it is shown; what earlier kits say stands beside it', async () => {
  using here = await place()
  const { at, run } = here
  const made = (await run(['key', 'generate', at('k'), '--json'])).json!['fingerprint'] as string
  const env = { BACKUP_ENCRYPTION_KEY: `file:${at('k')}` }
  const seen: unknown[] = []
  for (const repo of ['one', 'two']) {
    assert.equal((await run(['init', '--repo', at(repo)], env)).status, 0)
    for (const command of ['list', 'recovery-kit'])
      seen.push((await run(['key', command, '--json', '--repo', at(repo)], env)).json!['fingerprint'])
  }
  assert.deepEqual(seen, [made, made, made, made])
  assert.match((await run(['snapshots'], env)).stderr, new RegExp(`\\(${made}\\) does not open`))
  assert.equal((await run(['key', 'add', at('k'), '--json'])).json!['fingerprint'], made)
  // As version 0.1 printed it: HMAC of the repository's id.
  const { recipients, ...kit } = (await run(['key', 'recovery-kit', '--json'])).json as Record<string, string>
  assert.equal(kit['earlierFingerprint'], earlier(here.key, kit['repositoryId']!))
  assert.ok((await run(['key', 'list'])).stdout.includes(kit['earlierFingerprint']!), String(recipients))
})

function earlier(key: Buffer, repository: string): string {
  const text = Buffer.concat([Buffer.from('neonpro/v1/fingerprint'), Buffer.from(repository, 'hex')])
  return createHmac('sha256', key).update(text).digest('hex').slice(0, 8)
}

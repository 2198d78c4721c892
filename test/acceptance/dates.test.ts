// Goal: a date on the command line means one moment: the first or the last of that day where the reader is, and what
// leaves room is refused; a hold is never wider or shorter than was meant. Method: the built program on a small
// repository, in zones of its own.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { type Ran, runCli } from './run-cli.ts'

const folder = temporaryDirectory()
const env = {
  HOME: folder.path,
  TZ: 'America/Sao_Paulo',
  BACKUP_ENCRYPTION_KEY: `base64:${randomBytes(32).toString('base64')}`,
  NEONPRO_REPOSITORY: path.join(folder.path, 'repo'),
}
const run = (...args: string[]): Promise<Ran> => runCli(args, { env, cwd: folder.path })

async function ok(...args: string[]): Promise<Ran> {
  const ran = await run(...args)
  assert.equal(ran.status, 0, `${args.join(' ')}: ${ran.stderr}`)
  return ran
}

before(async () => {
  fs.mkdirSync(path.join(folder.path, 'clinic'))
  fs.writeFileSync(path.join(folder.path, 'clinic/old'), 'old')
  fs.writeFileSync(path.join(folder.path, 'clinic/new'), 'new')
  const at = new Date('2026-05-10T02:59:00Z')
  fs.utimesSync(path.join(folder.path, 'clinic/old'), at, at)
  await ok('init')
  await ok('backup', 'clinic', '--source', 'clinic')
})

after(() => folder[Symbol.dispose]())

test('a hold ends with its day where the reader is, or at the named moment', async () => {
  const untilOf = async (...args: string[]) =>
    (await ok('hold', 'add', '--source', 'clinic', ...args, '--json')).json!['until']
  assert.equal(await untilOf('--until', '2047-01-31'), '2047-02-01T02:59:59.999Z')
  assert.equal(await untilOf('--until', '2047-01-31', '--timezone', 'Asia/Tokyo'), '2047-01-31T14:59:59.999Z')
  assert.equal(await untilOf('--until', '2047-01-31T10:00:00-03:00'), '2047-01-31T13:00:00.000Z')
  // The list names the clock that it shows.
  const listed = (await ok('hold', 'list')).stdout.toString()
  for (const shown of ['2047-01-31 23:59:59 -03:00', '2047-01-31 11:59:59 -03:00', '2047-01-31 10:00:00 -03:00'])
    assert.ok(listed.includes(shown), `${shown} in ${listed}`)
  for (const wrong of ['01/02/2047', '2047-02-31', '5', '2047-01-31T10:00:00', '2047-01-31t10:00:00z', 'tomorrow']) {
    const ran = await run('hold', 'add', '--source', 'clinic', '--until', wrong)
    assert.equal(ran.status, 2, wrong)
    assert.match(ran.stderr, /--until takes a date such as 2047-01-31/)
  }
})

test('a hold says what it covers: without a target it is refused, an unknown source is told', async () => {
  const without = await run('hold', 'add', '--reason', 'case 1')
  assert.equal(without.status, 2)
  assert.match(without.stderr, /--snapshot SNAPSHOT, --source NAME, or --everything/)
  const unknown = await ok('hold', 'add', '--source', 'clinik', '--json')
  assert.deepEqual(
    (unknown.json!['warnings'] as Array<{ code: string }>).map(({ code }) => code),
    ['HOLD_SOURCE_UNKNOWN'],
  )
  assert.match((await ok('hold', 'add', '--source', 'clinik')).stderr, /No snapshot has the source clinik/)
  const everything = (await ok('hold', 'add', '--everything', '--json')).json!
  assert.deepEqual([everything['snapshot'], everything['source'], everything['warnings']], [null, null, []])
  assert.equal((await run('hold', 'add', '--everything', '--source', 'clinic')).status, 2)
})

test('text that is kept holds no controls', async () => {
  for (const args of [
    ['hold', 'add', '--everything', '--reason', 'a\u001b[2Jb'],
    ['pin', 'latest', '--reason', 'a\nb'],
    ['backup', 'clinic', '--tag', 'good', '--tag', 'a\u0007'],
    ['backup', 'clinic', '--source', 'a\nb'],
  ]) {
    const ran = await run(...args)
    assert.equal(ran.status, 2, args.join(' '))
    assert.match(ran.stderr, /holds control characters/)
  }
})

test('--modified-since begins with the day where the reader is, takes an age, and no guess', async () => {
  const filtered = async (since: string) => {
    const { json } = await ok('backup', 'clinic', '--source', 'since', '--modified-since', since, '--json')
    return Number(json!['filesNew']) + Number(json!['filesUnmodified'])
  }
  // 2026-05-10T02:59Z is still 9 May in São Paulo.
  assert.equal(await filtered('2026-05-10'), 1)
  assert.equal(await filtered('2026-05-09'), 2)
  assert.equal(await filtered('7d'), 1)
  for (const wrong of ['5', '05/10/2026', '2026-02-30', '2026-05-10T00:00'])
    assert.equal((await run('backup', 'clinic', '--modified-since', wrong)).status, 2, wrong)
})

test('a TZ that names no zone is said once, and times are of the clock that the table names', async () => {
  const inZone = (TZ: string, ...args: string[]) => runCli(args, { env: { ...env, TZ }, cwd: folder.path })
  for (const [zone, shown] of [
    ['Bogus', 'UTC'],
    ['', 'UTC'],
    ['BRT3', '-03:00'],
  ] as const)
    for (const args of [['snapshots'], ['forget', '--keep-last', '1', '--dry-run']]) {
      const { status, stdout, stderr } = await inZone(zone, ...args)
      assert.equal(status, 0, stderr)
      assert.ok(stdout.includes(` (${shown}) `), stdout.toString())
      assert.equal(stderr.split(`TZ="${zone}" names no time zone: times and days are those of ${shown}.`).length, 2)
    }
  const named = await inZone('Bogus', 'snapshots', '--timezone', 'Asia/Tokyo')
  assert.deepEqual([named.status, named.stderr], [0, ''])
  const since = await inZone('Bogus', 'backup', 'clinic', '--source', 'since', '--modified-since', '2026-05-10')
  assert.match(since.stderr, /TZ="Bogus" names no time zone/)
})

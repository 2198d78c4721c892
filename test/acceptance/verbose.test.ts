// Goal: with -v each command says what becomes of each path or object, escaped, as lines or as events beside --json;
// without it, nothing of that. Method: one small clinic, through the commands that decide something.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { CLI, runCli } from './run-cli.ts'

interface Told {
  readonly event: string
  readonly what: string
  readonly of: string
  readonly reason?: string
}

function placeIn(folder: string) {
  const at = (...parts: string[]) => path.join(folder, ...parts)
  const env = {
    NEONPRO_BACKUP_HOME: at('home'),
    NEONPRO_REPOSITORY: at('repo'),
    BACKUP_ENCRYPTION_KEY: `file:${at('key')}`,
  }
  return { at, env }
}

test('backup, restore, verify, copy, forget and prune tell each decision', async () => {
  using folder = temporaryDirectory()
  const { at, env } = placeIn(folder.path)
  const told = async (...args: string[]) => {
    const ran = await runCli([...args, '--json', '-v'], { env })
    assert.ok(ran.json && [0, 3].includes(ran.status), `${args.join(' ')}: ${ran.stderr}`)
    const events = ran.stderr
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Told)
    return events.filter(({ event }) => event === 'detail')
  }
  const short = (all: readonly Told[]) =>
    all.map(({ what, of }) => `${what} ${path.basename(of)}`).sort((a, b) => (a < b ? -1 : 1))
  fs.mkdirSync(at('data'))
  for (const name of ['same', 'edited', 'gone']) fs.writeFileSync(at('data', name), name)
  await runCli(['key', 'generate', at('key')], { env })
  await runCli(['init'], { env })
  const files = (all: readonly Told[]) => short(all.filter(({ of }) => of.startsWith(`${at('data')}/`)))
  assert.deepEqual(files(await told('backup', at('data'))), ['new edited', 'new gone', 'new same'])
  fs.writeFileSync(at('data', 'edited'), 'edited twice')
  fs.rmSync(at('data', 'gone'))
  fs.writeFileSync(at('data', 'hostile\u001b[31m'), 'x')
  const second = await told('backup', at('data'))
  assert.deepEqual(files(second), ['changed edited', 'gone gone', 'new hostile\\x1b[31m', 'unchanged same'])
  // The same for people, and nothing of it without -v.
  const lines = await runCli(['restore', `latest:${at('data')}`, '--target', at('back'), '-v'], { env })
  assert.match(lines.stderr, /^restored {2}.*\/same$/m)
  assert.ok(!lines.stderr.includes('\u001b'), 'an escape reached the terminal')
  const quiet = await runCli(['restore', `latest:${at('data')}`, '--target', at('quiet')], { env })
  assert.doesNotMatch(quiet.stderr, /restored/)
  fs.writeFileSync(at('back', 'other'), 'x')
  fs.writeFileSync(at('back', 'edited'), 'by somebody')
  const again = await told('restore', `latest:${at('data')}`, '--target', at('back'), '--delete')
  const decided = short(again)
  for (const each of ['restored edited', 'unchanged same', 'deleted other'])
    assert.ok(decided.includes(each), decided.join())
  assert.ok((await told('verify', '--read-data')).every(({ what }) => what === 'read'))
  const key = (await told('copy', '--init', '--to', at('copy'))).map(({ what }) => what)
  assert.deepEqual(key, ['copied', 'copied'])
  const forgotten = await told('forget', '--keep-last', '1')
  assert.deepEqual(forgotten.map(({ what }) => what).sort(), ['forgotten', 'kept'])
  const dry = (await told('prune', '--dry-run')).map(({ of, what }) => `${what} ${of}`).sort()
  const pruned = (await told('prune')).filter(({ what }) => what !== 'deleted').map(({ of, what }) => `${what} ${of}`)
  assert.ok(dry.length > 0)
  assert.deepEqual(pruned.sort(), dry)
})

test('a backup is told before its files are; whoever stops listening stops no work', async () => {
  using folder = temporaryDirectory()
  const { at, env } = placeIn(folder.path)
  fs.mkdirSync(at('data'))
  for (let i = 0; i < 300; i += 1) fs.writeFileSync(at('data', `file${i}`), String(i))
  await runCli(['key', 'generate', at('key')], { env })
  await runCli(['init'], { env })
  const shell = (line: string) =>
    spawnSync('bash', ['-c', line], {
      cwd: folder.path,
      env: { PATH: process.env['PATH'] ?? '', LANG: 'C', ...env },
      encoding: 'utf8',
    })
  const program = `"${process.execPath}" "${CLI}"`
  const { stdout } = shell(`${program} backup data -v 2>&1`)
  assert.match(stdout, /Snapshot [0-9a-f]{12}.*new {2}.*file299/s)
  assert.doesNotMatch(stdout, /new {2}.*Snapshot [0-9a-f]{12}/s)
  const { stdout: status } = shell(
    `{ ${program} restore "latest:$PWD/data" --target back -v 2>&1 >/dev/null; echo $? > status; } | true; cat status`,
  )
  assert.equal(status, '0\n')
  assert.equal(
    fs.readdirSync(at('back'), { recursive: true }).filter((name) => /file\d/.test(String(name))).length,
    300,
  )
})

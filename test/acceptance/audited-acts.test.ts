// Goal: what single commands do to the repository of a system stands in its audit log, closed into the repository when
// the command ends; where there is no system they go on as before. Method: the built program, the log exported.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { type Ran, runCli } from './run-cli.ts'

test('pin, unpin, hold add and lift, forget, prune, repair, copy and key changes are written down and closed', async () => {
  using folder = temporaryDirectory()
  const at = (name: string) => path.join(folder.path, name)
  const env = { NEONPRO_BACKUP_HOME: at('home'), NEONPRO_REPOSITORY: at('repository') }
  const run = (...args: string[]): Promise<Ran> => runCli([...args, '--json'], { env, cwd: folder.path })
  const ok = async (...args: string[]): Promise<Record<string, unknown>> => {
    const ran = await run(...args)
    assert.equal(ran.status, 0, `${args.join(' ')}: ${ran.stderr}`)
    return ran.json!
  }
  fs.mkdirSync(at('data'))
  fs.writeFileSync(at('data/a'), 'a')
  for (const key of ['key', 'second']) await ok('key', 'generate', at(key))
  await ok('config', 'add', '--name', 'c', '--path', at('data'), '--key-file', at('key'))
  const snapshot = String((await ok('run', 'c'))['snapshot'])
  await ok('pin', snapshot, '--reason', 'why')
  await ok('unpin', snapshot)
  const hold = String((await ok('hold', 'add', '--snapshot', snapshot, '--reason', 'case'))['id'])
  assert.notEqual((await run('hold', 'lift', 'ffffffff')).status, 0)
  await ok('hold', 'lift', hold)
  const key = String((await ok('key', 'add', at('second')))['id'])
  await ok('key', 'remove', key)
  await ok('copy', '--to', at('copy'), '--init', '--to-key-file', at('key'))
  await ok('forget', '--keep-last', '1', '--dry-run')
  await ok('forget', '--keep-last', '1')
  await ok('prune')
  await ok('repair')
  const closed = fs.readdirSync(at('repository/audit'), { recursive: true }).length
  const verified = await ok('audit', 'verify')
  assert.deepEqual(verified['problems'] ?? [], [])
  assert.equal(fs.readdirSync(at('repository/audit'), { recursive: true }).length, closed, 'nothing was left to close')
  const { stdout } = await runCli(['audit', 'export'], { env, cwd: folder.path })
  const acts = stdout
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const found = /\{.*"action":"([^"]+)".*"resource":"([^"]+)".*"result":"(\w+)"/.exec(line.replaceAll('\\"', '"'))
      return found && /^(point|hold|key|repository)\./.test(found[1]!) ? [`${found[1]} ${found[2]} ${found[3]}`] : []
    })
  assert.deepEqual(acts, [
    `point.pin point:${snapshot} SUCCESS`,
    `point.unpin point:${snapshot} SUCCESS`,
    `hold.add hold:${hold} SUCCESS`,
    'hold.lift hold REFUSED',
    `hold.lift hold:${hold} SUCCESS`,
    `key.add key:${key} SUCCESS`,
    `key.remove key:${key} SUCCESS`,
    'repository.copy repository SUCCESS',
    'repository.forget repository SUCCESS',
    'repository.prune repository SUCCESS',
    'repository.repair repository SUCCESS',
  ])
})

// Goal: a run that failed is an error in the log, and "doctor" reads it there; one that is partial names what it lacks.
// Method: the built program, a source that is gone.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { runCli } from './run-cli.ts'

test('doctor names the run that failed', async () => {
  using folder = temporaryDirectory()
  const at = (name: string) => path.join(folder.path, name)
  const run = (...args: string[]) =>
    runCli([...args, '--json'], {
      env: {
        NEONPRO_BACKUP_HOME: at('home'),
        NEONPRO_REPOSITORY: at('repository'),
        BACKUP_ENCRYPTION_KEY: `file:${at('key')}`,
      },
      cwd: folder.path,
    })
  fs.mkdirSync(at('data'))
  assert.equal((await run('key', 'generate', at('key'))).status, 0)
  assert.equal((await run('config', 'add', '--name', 'night', '--path', at('data'))).status, 0)
  const troubles = async () => {
    const { checks } = (await run('doctor')).json as { readonly checks: ReadonlyArray<{ readonly message: string }> }
    return checks.map(({ message }) => message).filter((message) => message.includes('a run of'))
  }
  assert.deepEqual(await troubles(), [])
  fs.rmdirSync(at('data'))
  assert.notEqual((await run('run', 'night')).status, 0)
  const [told, ...more] = await troubles()
  assert.deepEqual(more, [])
  assert.match(told ?? '', /a run of night failed/)
})

test('a partial run names the first few that it lacks, and the command that lists the rest: run, runs, runs ID, points', async () => {
  using folder = temporaryDirectory()
  const at = (name: string) => path.join(folder.path, name)
  const env = { NEONPRO_BACKUP_HOME: at('home'), BACKUP_ENCRYPTION_KEY: `file:${at('key')}` }
  const run = (...args: string[]) => runCli(args, { env, cwd: folder.path })
  fs.mkdirSync(at('data'))
  fs.writeFileSync(at('data/a'), 'a')
  const gone = ['gone\u001b[31m', 'g2', 'g3', 'g4', 'g5', 'g6', 'g7'].map(at)
  for (const each of gone) fs.mkdirSync(each)
  await run('key', 'generate', at('key'))
  const paths = ['data', ...gone].flatMap((each) => ['--path', path.resolve(folder.path, each)])
  const added = await run('config', 'add', '--name', 'night', ...paths, '--repo', at('repository'))
  assert.equal(added.status, 0, added.stderr)
  for (const each of gone) fs.rmdirSync(each)
  const ran = await run('run', 'night')
  assert.equal(ran.status, 3, ran.stderr)
  const { runs } = (await run('runs', '--json')).json as { runs: Array<{ id: string; snapshot: string }> }
  const { id, snapshot } = runs[0]!
  const point = ((await run('points', '--json')).json as { points: Array<{ id: string }> }).points[0]!.id
  const texts = {
    run: ran.stderr,
    runs: (await run('runs', 'night')).stdout.toString(),
    one: (await run('runs', id.slice(0, 6))).stdout.toString(),
    points: (await run('points')).stdout.toString(),
  }
  for (const [of, text] of Object.entries(texts)) {
    assert.equal(text.match(/^ {2}\S*\/g.*: it is not there \(ENOENT\)$/gm)?.length, 5, `${of}: ${text}`)
    const rest = `^  … and 2 more; "neonpro-backup cat snapshot ${snapshot.slice(0, 12)}" lists them\\.$`
    assert.match(text, new RegExp(rest, 'm'), of)
    assert.doesNotMatch(text, /\u001b/, of)
  }
  assert.match(texts.run, new RegExp(`^${snapshot.slice(0, 12)} lacks these`, 'm'))
  assert.match(texts.runs, new RegExp(`^${id.slice(0, 8)} lacks these`, 'm'))
  assert.match(texts.points, new RegExp(`^${point.slice(0, 8)} lacks these`, 'm'))
  const all = (await run('cat', 'snapshot', snapshot.slice(0, 12))).stdout.toString()
  for (const name of ['g2', 'g3', 'g4', 'g5', 'g6', 'g7']) assert.ok(all.includes(at(name)), name)
})

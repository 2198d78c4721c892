// Goal: what somebody else has put under an object's name is named, changes no verdict and is left alone, also by
// repair; what is left of an object of the repository is damage as before. Method: an `x` and an empty file, each under
// its own hash, in every folder; then the program and the rescue reader; then the same with a snapshot cut short.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { plantHashed } from '../harness/garbage.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { runCli } from './run-cli.ts'

const RESCUE = path.resolve(import.meta.dirname, '../../rescue/neonpro-rescue.ts')

function filesBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
}

async function stage(folder: string) {
  const at = (name: string) => path.join(folder, name)
  const env = { BACKUP_ENCRYPTION_KEY: `file:${at('key')}`, NEONPRO_BACKUP_HOME: at('home') }
  const run = (command: string, ...more: string[]) => runCli([command, '--repo', at('repo'), ...more], { env })
  fs.mkdirSync(at('source'))
  fs.writeFileSync(at('source/a'), 'one')
  await runCli(['key', 'generate', at('key')], { env })
  assert.equal((await run('init')).status, 0)
  assert.equal((await run('backup', at('source'))).status, 0)
  const rescue = () =>
    execFileSync(process.execPath, [RESCUE, 'verify', '--repo', at('repo'), '--key-file', at('key')], {
      encoding: 'utf8',
      stdio: 'pipe',
    })
  return { at, run, rescue }
}

test('an x or an empty file under its own hash changes no verdict and stays where it is', async () => {
  using folder = temporaryDirectory()
  const { at, run, rescue } = await stage(folder.path)
  const before = filesBelow(at('repo'))
  plantHashed(at('repo'), ['x', ''])
  const planted = filesBelow(at('repo')).filter((file) => !before.includes(file))
  for (const command of [['snapshots'], ['verify', '--read-data'], ['repair', '--forget-damaged'], ['verify']]) {
    const { status, stderr } = await run(command[0]!, ...command.slice(1))
    assert.equal(status, 0, `${command.join(' ')}: ${stderr}`)
    assert.match(stderr, /snapshots\/2d711642.* was not signed by this repository/, command.join(' '))
  }
  // Of the packs those that no index names are an unfinished run's or a stranger's: prune takes them, repair does not.
  assert.deepEqual(
    planted.filter((file) => !fs.existsSync(path.join(at('repo'), file))),
    [],
  )
  const status = await run('status')
  assert.equal(status.status, 0, `${String(status.stdout)}${status.stderr}`)
  assert.match(rescue(), /no damage/)
})

test('a snapshot that is cut short, or empty, is damage', async () => {
  for (const bytes of [0, 5, 200]) {
    using folder = temporaryDirectory()
    const { at, run, rescue } = await stage(folder.path)
    const [name] = fs.readdirSync(at('repo/snapshots'))
    fs.truncateSync(at(`repo/snapshots/${name}`), bytes)
    assert.equal((await run('snapshots')).status, 1)
    const verified = await run('verify')
    assert.equal(verified.status, 1)
    assert.match(verified.stderr, /DAMAGE/)
    assert.equal((await run('status')).status, 1)
    assert.throws(rescue)
    assert.equal((await run('repair')).status, 3)
    assert.ok(fs.existsSync(at(`repo/snapshots/${name}`)))
  }
})

// Goal: compiled code is cached where only the user who runs the program could have put it, and nowhere else. Method:
// the built program with homes of different owners and modes; who looks into the temporary folder is seen by what is in
// it.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { runCli } from './run-cli.ts'

async function caches(folder: string, env: Record<string, string>): Promise<{ own: boolean; shared: boolean }> {
  const shared = path.join(folder, 'tmp')
  fs.mkdirSync(shared, { recursive: true })
  const ran = await runCli(['--version'], { env: { TMPDIR: shared, ...env }, cwd: folder })
  assert.equal(ran.status, 0, ran.stderr)
  return {
    own: fs.existsSync(path.join(env['XDG_CACHE_HOME'] ?? path.join(env['HOME']!, '.cache'), 'neonpro-backup')),
    shared: fs.readdirSync(shared).length > 0,
  }
}

test('in the home, or where XDG_CACHE_HOME says', async () => {
  using folder = temporaryDirectory()
  const home = path.join(folder.path, 'home')
  fs.mkdirSync(home)
  assert.deepEqual(await caches(folder.path, { HOME: home }), { own: true, shared: false })
  assert.deepEqual(await caches(folder.path, { HOME: home, XDG_CACHE_HOME: path.join(folder.path, 'elsewhere') }), {
    own: true,
    shared: false,
  })
})

test("not where others may write, not in another user's home, and not at all without one", async (t) => {
  using folder = temporaryDirectory()
  const open = path.join(folder.path, 'open')
  fs.mkdirSync(open)
  fs.chmodSync(open, 0o777)
  assert.deepEqual(await caches(folder.path, { HOME: open }), { own: false, shared: false })
  assert.deepEqual(await caches(folder.path, { HOME: '/dev/null' }), { own: false, shared: false })
  if (process.getuid?.() !== 0) return t.skip('only root can give a folder to another user')
  const foreign = path.join(folder.path, 'foreign')
  fs.mkdirSync(foreign)
  fs.chownSync(foreign, 65534, 65534)
  assert.deepEqual(await caches(folder.path, { HOME: foreign }), { own: false, shared: false })
})

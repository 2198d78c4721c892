// Goal: "run NAME" from cron tells what it has to tell before it ends; a dead channel neither holds it nor loses it.
// Method: the built program, a real HTTP server.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { httpReceiver } from '../harness/http-receiver.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { runCli } from './run-cli.ts'

function place(folder: string): Readonly<Record<string, string>> {
  fs.mkdirSync(path.join(folder, 'data'))
  fs.writeFileSync(path.join(folder, 'data/a'), 'a')
  return {
    HOME: folder,
    NEONPRO_BACKUP_HOME: path.join(folder, 'state'),
    NEONPRO_REPOSITORY: path.join(folder, 'repository'),
    BACKUP_ENCRYPTION_KEY: `base64:${randomBytes(32).toString('base64')}`,
  }
}

test('the pings of a run have arrived when "run" ends', async () => {
  using folder = temporaryDirectory()
  await using receiver = await httpReceiver()
  const env = place(folder.path)
  const add = ['config', 'add', '--name', 'c', '--path', path.join(folder.path, 'data'), '--retention', '30']
  const added = await runCli([...add, '--healthcheck-url', `${receiver.url}/x`], { env })
  assert.equal(added.status, 0, added.stderr)
  const ran = await runCli(['run', 'c', '--json'], { env })
  assert.equal(ran.status, 0, ran.stderr)
  assert.ok(
    receiver.received.some(({ path }) => /^\/x(\?|$)/.test(path)),
    receiver.received.map(({ path }) => path).join(' '),
  )
  assert.doesNotMatch(ran.stderr, /outbox/)
})

test('a channel that never answers holds "run" some seconds only; what it did not take is said and sent by the next', async () => {
  using folder = temporaryDirectory()
  await using receiver = await httpReceiver()
  receiver.status = 0
  const env = place(folder.path)
  const add = ['config', 'add', '--name', 'c', '--path', path.join(folder.path, 'data'), '--retention', '30']
  await runCli([...add, '--healthcheck-url', `${receiver.url}/x`], { env })
  const ran = await runCli(['run', 'c', '--json'], { env })
  assert.equal(ran.status, 0, ran.stderr)
  assert.equal(ran.json?.['state'], 'COMPLETED')
  assert.match(ran.stderr, /1 notice could not be sent yet\. It stays queued/)
  const first = String(ran.json?.['id'])
  receiver.status = 200
  receiver.received.length = 0
  await runCli(['run', 'c', '--json'], { env })
  assert.ok(receiver.received.some(({ path }) => path.startsWith('/x?') && path.includes(first)))
})

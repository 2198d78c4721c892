// Goal: heads that several processes remember of one repository at once are all remembered: one that falls back could
// no longer tell the past from the present. Method: processes of their own that start at one word.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { ClientState } from '../../src/engine/index.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const CHILD = path.resolve(import.meta.dirname, '../harness/heads-child.ts')
const TIMES = 60

test('two processes that remember heads at once lose none of them, and leave no lock', async () => {
  using folder = temporaryDirectory()
  const children = ['aa', 'bb'].map((writer) =>
    spawn(process.execPath, [CHILD, folder.path, writer, String(TIMES)], { stdio: ['pipe', 'pipe', 'inherit'] }),
  )
  const ended = children.map((child) => once(child, 'exit'))
  await Promise.all(children.map((child) => once(child.stdout!, 'data')))
  for (const child of children) child.stdin!.write('go\n')
  assert.deepEqual(
    (await Promise.all(ended)).map(([code]) => code as unknown),
    [0, 0],
  )
  const heads = new ClientState(folder.path, Buffer.alloc(16, 7)).heads()
  assert.deepEqual([heads?.writers, heads?.deleteGeneration], [{ aa: TIMES, bb: TIMES }, TIMES])
  const left = fs.readdirSync(path.join(folder.path, Buffer.alloc(16, 7).toString('hex')))
  assert.deepEqual(left, ['heads.json'])
})

test('a lock that a killed process left behind keeps nobody', () => {
  using folder = temporaryDirectory()
  const id = Buffer.alloc(16, 7)
  const own = path.join(folder.path, id.toString('hex'))
  fs.mkdirSync(own)
  fs.writeFileSync(path.join(own, 'heads.lock'), '4194305 1 another-boot')
  const state = new ClientState(folder.path, id)
  state.remember({ keyGeneration: 3, deleteGeneration: 0, writers: {} })
  assert.equal(state.heads()?.keyGeneration, 3)
  assert.deepEqual(fs.readdirSync(own), ['heads.json'])
})

// Goal: a lock of the state folder keeps everybody else out while its owner lives, and nobody once the owner is dead;
// nobody takes another's away. Method: locks of living and dead owners, unreadable ones, real processes.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { ClientState } from '../../src/engine/index.ts'
import { takeStateLock } from '../../src/engine/repository/state-lock.ts'
import { bootId, processStart } from '../../src/kernel/machine.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const textOf = (pid: number, start: string, boot = bootId()) => `${pid} ${start} ${boot} 00`

test('a lock of a living process is held, and whoever lets go removes only its own', async () => {
  using folder = temporaryDirectory()
  const file = path.join(folder.path, 'x.lock')
  const child = spawn('sleep', ['60'])
  await once(child, 'spawn')
  const theirs = textOf(child.pid!, processStart(child.pid))
  fs.writeFileSync(file, theirs)
  assert.equal(takeStateLock(file), undefined)
  fs.rmSync(file)
  {
    using _mine = takeStateLock(file)
    assert.equal(takeStateLock(file), undefined, 'also for the process that has it')
    fs.rmSync(file)
    fs.writeFileSync(file, theirs)
  }
  assert.equal(fs.readFileSync(file, 'utf8'), theirs)
  child.kill()
  await once(child, 'exit')
  using mine = takeStateLock(file)
  assert.ok(mine, 'its owner is dead')
  assert.deepEqual(fs.readdirSync(folder.path), ['x.lock'])
})

test('the own process number says nothing: one that began at another time is dead', () => {
  using folder = temporaryDirectory()
  const file = path.join(folder.path, 'x.lock')
  fs.writeFileSync(file, textOf(process.pid, '1'))
  using lock = takeStateLock(file)
  assert.ok(lock)
})

test('one that can not be read, or does not say whose it is, is held', () => {
  using folder = temporaryDirectory()
  const file = path.join(folder.path, 'x.lock')
  const plants = [
    () => fs.writeFileSync(file, ''),
    () => fs.writeFileSync(file, 'not a lock'),
    () => fs.symlinkSync('/nowhere', file),
    () => fs.mkdirSync(file),
  ]
  for (const plant of plants) {
    plant()
    assert.equal(takeStateLock(file), undefined)
    assert.ok(fs.lstatSync(file), 'it stays')
    fs.rmSync(file, { recursive: true })
  }
})

test('heads are remembered where a lock is stuck, and what killed processes wrote aside goes', () => {
  using folder = temporaryDirectory()
  const id = Buffer.alloc(16, 7)
  const own = path.join(folder.path, id.toString('hex'))
  fs.mkdirSync(own)
  fs.writeFileSync(path.join(own, 'heads.lock'), 'stuck')
  const left = ['.heads.lock-0123456789ab', '.heads.json-77-0123456789ab', '.writer-0.lock-77-0123456789ab']
  for (const name of [...left, '.heads.json-78-0123456789ab']) fs.writeFileSync(path.join(own, name), '')
  for (const name of left) fs.utimesSync(path.join(own, name), 1, 1)
  const state = new ClientState(folder.path, id)
  state.remember({ keyGeneration: 3, deleteGeneration: 0, writers: {} })
  assert.equal(state.heads()?.keyGeneration, 3)
  {
    using _claim = state.claimWriter()
  }
  assert.deepEqual(fs.readdirSync(own).toSorted(), [
    '.heads.json-78-0123456789ab',
    'heads.json',
    'heads.lock',
    'writer-0.id',
  ])
})

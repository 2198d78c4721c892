// Goal: a source that moves while it is read gives no lie: what vanished or changed is named, what is stored is what
// was read. Method: a child keeps changing files while backups run; every snapshot that calls a file
// unchanged-while-read holds one of its whole states.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { bytesOfPathText, restoreSnapshot } from '../../src/engine/index.ts'
import { backup, lookAt, makeRepository, open, restored, verified } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const CHANGER = `
const fs = require('node:fs'), path = require('node:path'), folder = process.argv[1]
let n = 0
process.stdout.write('ready\\n')
for (;;) {
  n += 1
  // Whole states: a file of one repeated character, replaced by rename; one that grows in place; one that comes and
  // goes.
  fs.writeFileSync(path.join(folder, '.next'), String.fromCharCode(97 + (n % 26)).repeat(200000))
  fs.renameSync(path.join(folder, '.next'), path.join(folder, 'replaced'))
  fs.appendFileSync(path.join(folder, 'growing'), 'line ' + n + '\\n'.repeat(5000))
  if (fs.statSync(path.join(folder, 'growing')).size > 8e6) fs.truncateSync(path.join(folder, 'growing'), 0)
  fs.writeFileSync(path.join(folder, 'fleeting' + (n % 7)), 'x')
  fs.rmSync(path.join(folder, 'fleeting' + ((n + 3) % 7)), { force: true })
}`

test('a moving source: what vanished or changed is named, the rest is whole', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  fs.mkdirSync(source)
  for (let i = 0; i < 200; i += 1) fs.writeFileSync(path.join(source, `still-${i}`), `still ${i}`)
  const repository = await makeRepository(folder.path)
  const child = spawn(process.execPath, ['-e', CHANGER, source], { stdio: ['ignore', 'pipe', 'inherit'] })
  let named = 0
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve))
    // A child that gets no turn on a busy machine is waited for.
    for (let run = 0; run < 25 || (named === 0 && run < 250); run += 1) {
      const { snapshot, document } = await backup(repository, source, { source: `run ${run}` })
      named += document.changedCount + document.skippedCount
      const changed = new Set(document.changedWhileRead.map((text) => path.basename(bytesOfPathText(text))))
      const tree = await restored(repository, folder.path, { snapshot, source })
      for (let i = 0; i < 200; i += 1) assert.ok(tree.has(`/still-${i}`))
      const replaced = tree.get('/replaced')
      if (replaced && !changed.has('replaced'))
        assert.equal(replaced.split(' ')[3], '200000', 'a whole state or a name on the list')
    }
  } finally {
    child.kill('SIGKILL')
  }
  assert.ok(named > 0, 'the child was never in the way: the test proves nothing')
  await verified(repository)
})

test('100,000 entries in one directory and a sparse file of 10 GB', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  fs.mkdirSync(path.join(source, 'wide'), { recursive: true })
  for (let i = 0; i < 100_000; i += 1) fs.symlinkSync('x', path.join(source, 'wide', `entry-${i}`))
  const sparse = fs.openSync(path.join(source, 'sparse'), 'w')
  fs.writeSync(sparse, 'begin', 0)
  fs.writeSync(sparse, 'middle', 5_000_000_000)
  fs.ftruncateSync(sparse, 10_000_000_000)
  fs.closeSync(sparse)
  const repository = await makeRepository(folder.path)
  const { document } = await backup(repository, source)
  assert.equal(document.summary.bytesProcessed, 10_000_000_000)
  assert.ok(document.summary.bytesStored < 10_000_000, `stored ${document.summary.bytesStored}`)
  fs.renameSync(path.join(source, 'sparse'), path.join(folder.path, 'sparse'))
  const target = path.join(folder.path, 'target')
  await restoreInto(repository, document, { source, target })
  const back = path.join(target, 'sparse')
  const { size, blocks } = fs.statSync(back)
  assert.equal(size, 10_000_000_000)
  assert.ok(blocks * 512 < 20_000_000, `${blocks} blocks`)
  const bytes = Buffer.alloc(6)
  fs.readSync(fs.openSync(back, 'r'), bytes, 0, 6, 5_000_000_000)
  assert.equal(bytes.toString(), 'middle')
  fs.rmSync(back)
  assert.deepEqual([...lookAt(target).keys()], [...lookAt(source).keys()])
})

async function restoreInto(
  repository: Awaited<ReturnType<typeof makeRepository>>,
  document: Awaited<ReturnType<typeof backup>>['document'],
  places: { source: string; target: string },
): Promise<void> {
  await using opened = await open(repository)
  const { issueCount } = await restoreSnapshot(opened, document, { target: places.target, subtree: places.source })
  assert.equal(issueCount, 0)
}

test('a renamed directory is known again: only what changed in it is read', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  const write = (name: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(source, name)), { recursive: true })
    fs.writeFileSync(path.join(source, name), text)
  }
  for (let i = 0; i < 60; i += 1)
    for (const name of ['old/a', 'old/below/b', 'beside/c']) write(`${name}-${i}`, `${name} ${i}`)
  const repository = await makeRepository(folder.path)
  await backup(repository, source)
  fs.renameSync(path.join(source, 'old'), path.join(source, 'new'))
  write('new/below/b-7', 'other bytes')
  write('new/a-60', 'one more')
  write('old/a-1', 'another directory of the old name')
  const { snapshot, document } = await backup(repository, source)
  const { filesNew, filesChanged, filesUnmodified } = document.summary
  assert.deepEqual({ filesNew, filesChanged, filesUnmodified }, { filesNew: 1, filesChanged: 2, filesUnmodified: 179 })
  assert.deepEqual(await restored(repository, folder.path, { snapshot, source }), lookAt(source))
  await verified(repository)
})

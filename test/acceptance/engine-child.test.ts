// Goal: the engine's process starts from what is published: the compiled library, and the command line's bundle.
// Method: the build of this test run, its own entries, a real repository.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { makeRepository } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const dist = path.resolve(import.meta.dirname, '../../dist')
const skip = fs.existsSync(path.join(dist, 'bin/engine-child.js')) ? false : 'dist/ is not built (npm run build)'

test('the compiled library starts its own process', { skip }, async () => {
  using base = temporaryDirectory()
  const { folder, kek, stateFolder } = await makeRepository(base.path)
  const { runInEngine } = (await import(
    path.join(dist, 'services/execution/index.js')
  )) as typeof import('../../src/services/execution/index.ts')
  const holdings = await runInEngine(
    {
      location: { kind: 'LOCAL', basePath: folder },
      keks: [kek],
      stateDirectory: stateFolder,
      isWithheld: () => false,
    },
    { kind: 'survey', known: [] },
  )
  assert.deepEqual(holdings.points, [])
})

test('the bundle has the process beside it', { skip }, async () => {
  using base = temporaryDirectory()
  const { folder, kek, stateFolder } = await makeRepository(base.path)
  fs.writeFileSync(path.join(base.path, 'file'), 'content')
  const child = fork(path.join(dist, 'bin/engine-child.js'), [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exit = once(child, 'exit')
  const answer = new Promise<{ type: string; result?: { filesNew: number } }>((resolve) => {
    child.on('message', (message: { type: string }) => {
      if (message.type !== 'progress') resolve(message)
    })
  })
  child.send({
    type: 'job',
    repository: { location: { kind: 'LOCAL', basePath: folder }, keks: [kek], stateDirectory: stateFolder },
    job: {
      kind: 'backup',
      source: { kind: 'FILES', paths: [path.join(base.path, 'file')] },
      options: { source: 's', type: 'FULL', runId: 'run-1' },
    },
  })
  const { type, result } = await answer
  child.send({ type: 'end' })
  assert.deepEqual([type, result?.filesNew, (await exit)[0]], ['result', 1, 0])
})

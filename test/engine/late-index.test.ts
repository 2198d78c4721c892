// Goal: a second thread that begins before the index is loaded lists unchanged folders, and stores what is new once it
// has the index. Method: many folders, some with changed files, in a run whose worker begins at once; the snapshot
// restores to what is there, and nothing is stored twice.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { backup, lookAt, makeRepository, restored, verified } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const FOLDERS = 60
/** Directories above the source: others may change what is in them meanwhile. */
const PARENTS = 3

function write(source: string, folder: number, name: string, text: string): void {
  fs.mkdirSync(path.join(source, `d${folder}`), { recursive: true })
  fs.writeFileSync(path.join(source, `d${folder}`, name), text)
}

test('a worker that begins before the index is loaded', async () => {
  using base = temporaryDirectory()
  const source = path.join(base.path, 'source')
  for (let folder = 0; folder < FOLDERS; folder += 1)
    for (const name of ['a', 'b', 'c']) write(source, folder, name, `${folder} ${name}`)
  const repository = await makeRepository(base.path)
  await backup(repository, source, { workers: 1 })
  const unchanged = await backup(repository, source, { workers: 1, filesBeforeWorker: 1 })
  assert.equal(unchanged.document.summary.filesUnmodified, FOLDERS * 3)
  assert.ok(unchanged.document.summary.blobsAdded <= PARENTS)
  for (let folder = 0; folder < FOLDERS; folder += 3) write(source, folder, 'b', `changed ${folder}`)
  for (let folder = 1; folder < FOLDERS; folder += 3) write(source, folder, 'new', '0 a')
  const { snapshot, document } = await backup(repository, source, { workers: 1, filesBeforeWorker: 1 })
  const { filesChanged, filesNew, bytesAdded } = document.summary
  assert.deepEqual([filesChanged, filesNew], [FOLDERS / 3, FOLDERS / 3])
  assert.ok(bytesAdded > 0)
  const again = await backup(repository, source, { workers: 1, filesBeforeWorker: 1 })
  assert.equal(again.document.summary.filesUnmodified, FOLDERS * 3 + FOLDERS / 3)
  assert.ok(again.document.summary.blobsAdded <= PARENTS)
  assert.deepEqual(await restored(repository, base.path, { snapshot, source }), lookAt(source))
  await verified(repository)
})

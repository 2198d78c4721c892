// Goal: a run can be stopped and followed at any moment, also in the middle of one large folder or one large file, in
// any lane; what it had done is in the checkpoint and is not read again. Method: abort when the progress has come to a
// certain point; look at the checkpoint and at the next run.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { type BackupOptions, type BackupProgress, readHistory } from '../../src/engine/index.ts'
import { failsWith } from '../harness/refusal.ts'
import {
  backup,
  localStore,
  lookAt,
  makeRepository,
  open,
  restored,
  type TestRepository,
  verified,
} from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const KIB = 1024

function writeFiles(folder: string, count: number, bytes: number): void {
  fs.mkdirSync(folder, { recursive: true })
  for (let i = 0; i < count; i += 1) fs.writeFileSync(path.join(folder, `f${i}`), randomBytes(bytes))
}

/**
 * Runs until the condition holds, then stops it. Returns how far it was said to be, and where it had been when it
 * ended.
 */
async function stopWhen(
  repository: TestRepository,
  source: string,
  options: Partial<BackupOptions> & { when: (progress: BackupProgress) => boolean },
): Promise<BackupProgress[]> {
  const { when, ...rest } = options
  const controller = new AbortController()
  const seen: BackupProgress[] = []
  const run = backup(repository, source, {
    packBytes: 16 * KIB * KIB,
    ...rest,
    signal: controller.signal,
    onProgress: (progress) => {
      seen.push({ ...progress })
      if (when(progress)) controller.abort()
    },
  })
  await assert.rejects(run, failsWith('ABORTED'))
  return seen
}

async function checkpointFiles(repository: TestRepository): Promise<number> {
  await using opened = await open(repository)
  return (await readHistory(opened)).checkpoints[0]!.document.summary.filesNew
}

async function resumed(
  repository: TestRepository,
  source: string,
  base: string,
): Promise<{ unmodified: number; added: number }> {
  await using opened = await open(repository)
  assert.equal((await readHistory(opened)).checkpoints.length, 1, 'there is a checkpoint')
  const { document, snapshot } = await backup(repository, source, { packBytes: 16 * KIB * KIB })
  assert.deepEqual(await restored(repository, base, { snapshot, source }), lookAt(source))
  await verified(repository)
  assert.equal(document.summary.filesChanged, 0, 'what was not reached is new, not changed')
  return { unmodified: document.summary.filesUnmodified, added: document.summary.bytesAdded }
}

test('in the middle of one large folder', async () => {
  using base = temporaryDirectory()
  const source = path.join(base.path, 'source')
  writeFiles(source, 1500, 60 * KIB)
  fs.mkdirSync(path.join(source, 'z-sub'))
  fs.writeFileSync(path.join(source, 'z-sub/last'), 'last')
  const repository = await makeRepository(base.path)
  const seen = await stopWhen(repository, source, { when: ({ filesDone }) => filesDone > 200 })
  assert.ok(seen.at(-1)!.filesDone < 1300, `it went on to ${seen.at(-1)!.filesDone} files`)
  const { unmodified, added } = await resumed(repository, source, base.path)
  assert.ok(unmodified > 200, `only ${unmodified} files were carried over`)
  assert.ok(added < (1500 - unmodified + 100) * 62 * KIB)
})

test('in the middle of two large folders, one in each lane', async () => {
  using base = temporaryDirectory()
  const source = path.join(base.path, 'source')
  writeFiles(path.join(source, 'a'), 1100, 4 * KIB)
  for (const name of ['b', 'c', 'd']) writeFiles(path.join(source, name), 500, 60 * KIB)
  const repository = await makeRepository(base.path)
  await stopWhen(repository, source, { workers: 1, when: ({ filesDone }) => filesDone > 1200 })
  const files = await checkpointFiles(repository)
  assert.ok(files < 1600, `one lane went on to its folder's end: ${files} files`)
  const { unmodified } = await resumed(repository, source, base.path)
  assert.ok(unmodified > 1200, `only ${unmodified} files were carried over`)
})

test('in the middle of one large file, alone and with two lanes', async () => {
  for (const workers of [0, 1] as const) {
    using base = temporaryDirectory()
    const source = path.join(base.path, 'source')
    writeFiles(source, 1, 80 * KIB * KIB)
    fs.writeFileSync(path.join(source, 'a-small'), 'small')
    const repository = await makeRepository(base.path)
    const seen = await stopWhen(repository, source, { workers, when: ({ bytesDone }) => bytesDone > 10 * KIB * KIB })
    assert.ok(seen.at(-1)!.bytesDone < 70 * KIB * KIB, `it went on to ${seen.at(-1)!.bytesDone} bytes`)
    const { unmodified, added } = await resumed(repository, source, base.path)
    assert.equal(unmodified, 1, 'the small file is carried over')
    assert.ok(added < 78 * KIB * KIB, `${added} bytes were stored again`)
  }
})

test('in the middle of one large folder of a later run, with directories left for the other lane', async () => {
  using base = temporaryDirectory()
  const source = path.join(base.path, 'source')
  for (let i = 0; i < 60; i += 1) writeFiles(path.join(source, `d${i}`), 2, KIB)
  writeFiles(path.join(source, 'z'), 1500, 60 * KIB)
  const repository = await makeRepository(base.path)
  await backup(repository, source)
  writeFiles(path.join(source, 'z'), 1500, 60 * KIB)
  await stopWhen(repository, source, { workers: 1, filesBeforeWorker: 0, when: ({ filesDone }) => filesDone > 500 })
  await using opened = await open(repository)
  const { filesChanged } = (await readHistory(opened)).checkpoints[0]!.document.summary
  assert.ok(filesChanged > 100 && filesChanged < 1500, `${filesChanged} files are in the checkpoint`)
  const { document, snapshot } = await backup(repository, source, { packBytes: 16 * KIB * KIB })
  assert.ok(
    document.summary.filesUnmodified >= filesChanged,
    `only ${document.summary.filesUnmodified} files were carried over`,
  )
  assert.deepEqual(await restored(repository, base.path, { snapshot, source }), lookAt(source))
})

test('a checkpoint in the middle of one large file keeps no lane from it', async () => {
  using base = temporaryDirectory()
  const source = path.join(base.path, 'source')
  writeFiles(source, 1, 160 * KIB * KIB)
  const repository = await makeRepository(base.path)
  const store = localStore(repository.folder)
  const put = store.put.bind(store)
  let checkpoints = 0
  store.put = async (key, ...rest) => {
    if (key.startsWith('checkpoints/')) checkpoints += 1
    await put(key, ...rest)
  }
  const after = new Set<number>()
  const onProgress = ({ bytesDone, phase }: BackupProgress) => {
    if (checkpoints > 0 && phase === 'scan') after.add(bytesDone)
  }
  const { snapshot } = await backup(repository, source, {
    store,
    workers: 1,
    packBytes: 16 * KIB * KIB,
    checkpointMs: 60,
    onProgress,
  })
  // Kept from it, a lane would go on in one step, or in none.
  assert.ok(after.size > 3, `the file went on in ${after.size} steps after the first of ${checkpoints} checkpoints`)
  assert.deepEqual(await restored(repository, base.path, { snapshot, source }), lookAt(source))
  await verified(repository)
})

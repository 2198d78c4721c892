// Goal: a path that had files and has none is no success, since most likely something is not mounted.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { BackupOptions } from '../../src/engine/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { backup, makeRepository, type TestRepository } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

interface Place {
  readonly at: (name: string) => string
  readonly repository: TestRepository
}

async function place(base: string): Promise<Place> {
  const real = fs.realpathSync(base)
  const at = (name: string) => path.join(real, name)
  for (const folder of ['one', 'two/sub']) fs.mkdirSync(at(folder), { recursive: true })
  for (const file of ['one/a', 'two/sub/b']) fs.writeFileSync(at(file), file)
  return { at, repository: await makeRepository(base) }
}

/** Names of skipped paths with their reasons, of a backup of both folders. */
async function skippedOf({ at, repository }: Place, options: Partial<BackupOptions> = {}): Promise<string[]> {
  const { document } = await backup(repository, '', { paths: [at('one'), at('two')], ...options })
  return document.skipped.map(({ path: each, reason }) => `${path.relative(at(''), String(each))} ${reason}`)
}

test('an emptied path is named until it has files again or is taken as it is', async () => {
  using temporary = temporaryDirectory()
  const here = await place(temporary.path)
  assert.deepEqual(await skippedOf(here), [])
  fs.rmSync(here.at('two/sub/b'))
  assert.deepEqual([await skippedOf(here), await skippedOf(here)], [['two EMPTIED'], ['two EMPTIED']])
  assert.deepEqual(await skippedOf(here, { allowEmpty: true }), [])
  assert.deepEqual(await skippedOf(here), [], 'it was accepted')
  fs.writeFileSync(here.at('two/c'), 'c')
  assert.deepEqual(await skippedOf(here), [])
  fs.rmSync(here.at('two/c'))
  assert.deepEqual(await skippedOf(here), ['two EMPTIED'])
})

test('a path that never had files is no fault; nor is one of another source', async () => {
  using temporary = temporaryDirectory()
  const here = await place(temporary.path)
  await skippedOf(here)
  for (const file of ['one/a', 'two/sub/b']) fs.rmSync(here.at(file))
  assert.deepEqual(await skippedOf(here, { source: 'another' }), [])
  assert.deepEqual(await skippedOf(here), ['one EMPTIED', 'two EMPTIED'])
})

test('where no snapshot is good, the newest that had the files counts', async () => {
  using temporary = temporaryDirectory()
  const here = await place(temporary.path)
  const paths = ['one', 'two', 'gone'].map(here.at)
  assert.deepEqual(await skippedOf(here, { paths }), ['gone ENOENT'])
  fs.rmSync(here.at('two/sub/b'))
  assert.deepEqual(await skippedOf(here, { paths }), ['gone ENOENT', 'two EMPTIED'])
  assert.deepEqual(await skippedOf(here, { paths }), ['gone ENOENT', 'two EMPTIED'])
})

test('a link that leads to another, empty folder now is an emptied path', async () => {
  using temporary = temporaryDirectory()
  const here = await place(temporary.path)
  fs.symlinkSync('one', here.at('current'))
  await skippedOf(here, { paths: [here.at('current')] })
  fs.rmSync(here.at('current'))
  fs.mkdirSync(here.at('next'))
  fs.symlinkSync('next', here.at('current'))
  assert.deepEqual(await skippedOf(here, { paths: [here.at('current')] }), ['next EMPTIED'])
})

test('a file that is an empty folder now is an emptied path', async () => {
  using temporary = temporaryDirectory()
  const here = await place(temporary.path)
  const paths = [here.at('one/a')]
  assert.deepEqual(await skippedOf(here, { paths }), [])
  fs.rmSync(here.at('one/a'))
  fs.mkdirSync(here.at('one/a'))
  assert.deepEqual(await skippedOf(here, { paths }), ['one/a EMPTIED'])
})

test('a path that is back is not read again', async () => {
  using temporary = temporaryDirectory()
  const here = await place(temporary.path)
  await skippedOf(here)
  fs.renameSync(here.at('two'), here.at('away'))
  assert.deepEqual(await skippedOf(here), ['two ENOENT'])
  fs.renameSync(here.at('away'), here.at('two'))
  const { document } = await backup(here.repository, '', { paths: [here.at('one'), here.at('two')] })
  assert.deepEqual([document.skippedCount, document.summary.filesUnmodified, document.summary.filesNew], [0, 2, 0])
})

test('all paths away is an error', async () => {
  using temporary = temporaryDirectory()
  const here = await place(temporary.path)
  await assert.rejects(skippedOf(here, { paths: [here.at('no'), here.at('none')] }), (error) =>
    isBackupError(error, 'SOURCE_UNREADABLE'),
  )
})

const forRoot = { skip: process.getuid?.() === 0 ? false : 'only root may mount' }

test('a folder below a path that something was mounted on is named until that is back', forRoot, async () => {
  using temporary = temporaryDirectory()
  const here = await place(temporary.path)
  const disk = here.at('one/disk')
  for (const folder of [disk, here.at('one/spool')]) fs.mkdirSync(folder)
  fs.writeFileSync(here.at('one/spool/job'), 'job')
  // A bind mount stays whole when it is unmounted.
  fs.mkdirSync(here.at('other'))
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', here.at('other')])
  const mount = () => execFileSync('mount', ['--bind', here.at('other'), disk])
  const unmount = () => execFileSync('umount', [disk])
  try {
    fs.mkdirSync(here.at('other/deep'))
    fs.writeFileSync(here.at('other/deep/x'), 'x')
    mount()
    try {
      assert.deepEqual(await skippedOf(here), [])
    } finally {
      unmount()
    }
    fs.rmSync(here.at('one/spool/job'))
    assert.deepEqual([await skippedOf(here), await skippedOf(here)], [['one/disk EMPTIED'], ['one/disk EMPTIED']])
    const { document } = await backup(here.repository, '', { paths: [here.at('one'), here.at('two')], type: 'FULL' })
    assert.deepEqual([document.skippedCount, document.type], [1, 'FULL'])
    mount()
    try {
      assert.deepEqual(await skippedOf(here), [])
      fs.rmSync(here.at('other/deep'), { recursive: true })
      assert.deepEqual(await skippedOf(here), [], 'still mounted: it was emptied on purpose')
      fs.writeFileSync(here.at('other/y'), 'y')
      assert.deepEqual(await skippedOf(here), [])
    } finally {
      unmount()
    }
    assert.deepEqual(await skippedOf(here, { allowEmpty: true }), [])
    assert.deepEqual(await skippedOf(here), [], 'it was accepted')
  } finally {
    execFileSync('umount', [here.at('other')])
  }
})

test('an unmounted folder is named also where no snapshot of the source is good', forRoot, async () => {
  using temporary = temporaryDirectory()
  const here = await place(temporary.path)
  const paths = ['one', 'gone'].map(here.at)
  fs.mkdirSync(here.at('one/disk'))
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', here.at('one/disk')])
  try {
    fs.writeFileSync(here.at('one/disk/x'), 'x')
    assert.deepEqual(await skippedOf(here, { paths }), ['gone ENOENT'])
  } finally {
    execFileSync('umount', [here.at('one/disk')])
  }
  const named = ['gone ENOENT', 'one/disk EMPTIED']
  assert.deepEqual([await skippedOf(here, { paths }), await skippedOf(here, { paths })], [named, named])
})

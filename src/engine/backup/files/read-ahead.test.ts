// Goal: while reads are slow the next files of a folder are open and asked for; each descriptor is the file that it is
// taken for, and none stays open. Method: a real folder and the platform's own access, whose hints are counted; a read
// that takes a while stands for a disk.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../../../../test/harness/temporary-directory.ts'
import { EntryColumns } from '../../../contracts/index.ts'
import { createDirectoryScanner, createEntryAccess } from '../../../sources/index.ts'
import { ReadAhead, type UpcomingFiles } from './read-ahead.ts'

const BYTES_MAX = 1000

function listed(folder: string): UpcomingFiles {
  const columns = new EntryColumns()
  const directory = { descriptor: fs.openSync(folder, 'r'), path: folder }
  createDirectoryScanner().scan(directory, columns)
  return { directory, columns, isWanted: (entry) => columns.names[entry] !== 'f03' }
}

function makeFolder(folder: string): void {
  for (let i = 0; i < 40; i += 1) fs.writeFileSync(path.join(folder, `f${String(i).padStart(2, '0')}`), `content ${i}`)
  fs.writeFileSync(path.join(folder, 'f05'), '')
  fs.writeFileSync(path.join(folder, 'f06'), Buffer.alloc(BYTES_MAX + 1))
  fs.rmSync(path.join(folder, 'f07'))
  fs.mkdirSync(path.join(folder, 'f07'))
}

function slowly(): void {
  for (const until = performance.now() + 2; performance.now() < until; );
}

const openFiles = (): number => fs.readdirSync('/proc/self/fd').length

test('after a slow read the next files are asked for, in bounds, and closed', {
  skip: process.platform !== 'linux' && 'counts descriptors in /proc',
}, () => {
  using folder = temporaryDirectory()
  makeFolder(folder.path)
  const files = listed(folder.path)
  const asked: number[] = []
  const access = createEntryAccess()
  const ahead = new ReadAhead(
    Object.assign(Object.create(access) as typeof access, {
      openFile: access.openFile.bind(access),
      willRead: (descriptor: number) => void asked.push(descriptor),
    }),
    BYTES_MAX,
  )
  const before = openFiles()
  ahead.advance(0, files)
  assert.equal(ahead.take(1, files.columns), undefined, 'nothing is asked for before a read was slow')
  ahead.timed(false, slowly)
  ahead.advance(0, files)
  assert.ok(asked.length > 10 && asked.length < 36, `${asked.length} are open`)
  assert.deepEqual(
    [0, 3, 5, 6, 7].map((entry) => ahead.take(entry, files.columns)),
    Array(5).fill(undefined),
    'the present one, and what is not read: unwanted, empty, large, a folder',
  )
  for (const entry of [1, 2, 4]) {
    const descriptor = ahead.take(entry, files.columns)!
    assert.equal(fs.readFileSync(descriptor, 'utf8'), `content ${entry}`)
    fs.closeSync(descriptor)
  }
  const first = asked.length
  ahead.advance(4, files)
  assert.equal(asked.length, first + 3, 'as many more as were taken')
  ahead.close()
  assert.equal(openFiles(), before)
  fs.closeSync(files.directory.descriptor)
})

test('while files come fast nothing is asked for, and after many it is looked again', () => {
  using folder = temporaryDirectory()
  makeFolder(folder.path)
  const files = listed(folder.path)
  const ahead = new ReadAhead(createEntryAccess(), BYTES_MAX)
  ahead.timed(false, slowly)
  for (let i = 0; i < 1000; i += 1) ahead.timed(true, () => {})
  ahead.advance(0, files)
  assert.equal(ahead.take(1, files.columns), undefined)
  fs.closeSync(files.directory.descriptor)
})

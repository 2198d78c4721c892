// Goal: the active file always has its name, no line is lost or cut by rotation (also of another process), and neither
// a full disk nor a missing folder throws.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../../../test/harness/temporary-directory.ts'
import { RotatingFile, type RotatingFileOptions } from './rotating-file.ts'

interface Opened extends Disposable {
  readonly file: RotatingFile
  readonly fallen: string[]
  readonly outages: string[]
}

function open(directory: string, options: Partial<RotatingFileOptions> = {}): Opened {
  const fallen: string[] = []
  const outages: string[] = []
  const file = new RotatingFile({
    directory,
    filename: 'backup.log',
    bytesMax: 1000,
    keep: 5,
    retryMs: 0,
    fallback: (line) => void fallen.push(line),
    onOutage: (_, cause) => void outages.push(cause),
    ...options,
  })
  return { file, fallen, outages, [Symbol.dispose]: () => file[Symbol.dispose]() }
}

const numbered = (directory: string) =>
  fs.readdirSync(directory).flatMap((name) =>
    fs
      .readFileSync(path.join(directory, name), 'utf8')
      .split('\n')
      .filter((line) => line !== ''),
  )

test('the active file keeps its name, is never longer than the limit, and five older ones stay', () => {
  using folder = temporaryDirectory()
  using opened = open(path.join(folder.path, 'made'))
  for (let i = 0; i < 500; i += 1) {
    opened.file.write(`line ${String(i).padStart(4, '0')} ${'x'.repeat(40)}\n`)
    assert.ok(fs.statSync(opened.file.path).size <= 1000)
  }
  const names = fs.readdirSync(path.join(folder.path, 'made')).sort()
  assert.deepEqual(names, [
    'backup.1.log',
    'backup.2.log',
    'backup.3.log',
    'backup.4.log',
    'backup.5.log',
    'backup.log',
  ])
  assert.match(fs.readFileSync(opened.file.path, 'utf8'), /line 0499/)
  assert.match(fs.readFileSync(path.join(folder.path, 'made/backup.1.log'), 'utf8'), /line 04\d\d x+\n$/)
  assert.deepEqual(opened.fallen, [])
  assert.equal(fs.statSync(opened.file.path).mode & 0o007, 0)
})

test('a line longer than the limit is written whole', () => {
  using folder = temporaryDirectory()
  using opened = open(folder.path)
  opened.file.write(`${'y'.repeat(5000)}\n`)
  opened.file.write('short\n')
  assert.equal(fs.readFileSync(path.join(folder.path, 'backup.1.log'), 'utf8').length, 5001)
})

test('a file that somebody else renamed or removed is made anew under its name', () => {
  using folder = temporaryDirectory()
  using opened = open(folder.path, { bytesMax: 1_000_000 })
  opened.file.write('one\n')
  fs.renameSync(opened.file.path, path.join(folder.path, 'taken'))
  for (let i = 0; i < 100; i += 1) opened.file.write('two\n')
  assert.match(fs.readFileSync(opened.file.path, 'utf8'), /^(two\n)+$/)
  fs.rmSync(folder.path, { recursive: true })
  for (let i = 0; i < 101; i += 1) opened.file.write('three\n')
  assert.match(fs.readFileSync(opened.file.path, 'utf8'), /^(three\n)+$/)
  assert.deepEqual(opened.outages, [])
})

const WRITER = `
import { RotatingFile } from ${JSON.stringify(path.join(import.meta.dirname, 'rotating-file.ts'))}
const file = new RotatingFile({ directory: process.argv[1], filename: 'backup.log', bytesMax: 600, keep: 200, fallback: () => { throw new Error('fallback') }, onOutage: () => {} })
for (let i = 0; i < 2000; i += 1) file.write(process.argv[2] + ' ' + i + '\\n')
`

test('three processes that rotate one file lose and cut no line', async () => {
  using folder = temporaryDirectory()
  const children = ['a', 'b', 'c'].map((name) =>
    spawn(process.execPath, ['--input-type=module-typescript', '--eval', WRITER, folder.path, name], {
      stdio: ['ignore', 'inherit', 'inherit'],
    }),
  )
  const ends = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number))
  assert.deepEqual(ends, [0, 0, 0])
  const lines = numbered(folder.path)
  const expected = ['a', 'b', 'c'].flatMap((name) => Array.from({ length: 2000 }, (_, i) => `${name} ${i}`))
  assert.deepEqual(lines.sort(), expected.sort())
  assert.ok(fs.readdirSync(folder.path).length > 2)
})

test('while another process renames, lines go on into the file; what a dead one left does not last', () => {
  using folder = temporaryDirectory()
  using opened = open(folder.path)
  const lock = `${opened.file.path}.rotating`
  const isRenamed = () => fs.existsSync(path.join(folder.path, 'backup.1.log'))
  fs.symlinkSync(String(process.pid), lock)
  for (let i = 0; i < 3; i += 1) opened.file.write(`${'x'.repeat(600)}\n`)
  assert.deepEqual([fs.statSync(opened.file.path).size, isRenamed()], [1803, false])
  fs.rmSync(lock)
  fs.symlinkSync('4194305', lock)
  for (let i = 0; i < 2; i += 1) opened.file.write(`${'x'.repeat(600)}\n`)
  assert.deepEqual(
    [isRenamed(), opened.fallen, fs.readdirSync(folder.path).sort()],
    [true, [], ['backup.1.log', 'backup.log']],
  )
})

test('what is no file of ours is left alone: a link, a folder, a pipe; the lines fall back with one warning', () => {
  for (const make of [
    (at: string) => fs.symlinkSync('/etc/hostname', at),
    (at: string) => fs.mkdirSync(at),
    (at: string) => void spawnSync('mkfifo', [at]),
  ]) {
    using folder = temporaryDirectory()
    make(path.join(folder.path, 'backup.log'))
    using opened = open(folder.path)
    opened.file.write('one\n')
    opened.file.write('two\n')
    assert.deepEqual([opened.fallen, opened.outages.length], [['one\n', 'two\n'], 1])
  }
})

test("a folder that can't be made: lines fall back, and are written again when it can", () => {
  using folder = temporaryDirectory()
  const at = path.join(folder.path, 'logs')
  fs.writeFileSync(at, 'in the way')
  using opened = open(at)
  opened.file.write('one\n')
  opened.file.write('two\n')
  assert.deepEqual([opened.fallen, opened.outages.length], [['one\n', 'two\n'], 1])
  fs.rmSync(at)
  opened.file.write('three\n')
  assert.equal(fs.readFileSync(opened.file.path, 'utf8'), 'three\n')
})

const canMount =
  process.getuid?.() === 0 &&
  spawnSync('sh', ['-c', 'd=$(mktemp -d) && mount -t tmpfs tmpfs $d && umount $d && rmdir $d']).status === 0

test('a full disk throws nothing, and what it cut is told apart from the next line', {
  skip: canMount ? false : 'mounting a tmpfs needs root',
}, () => {
  using folder = temporaryDirectory()
  assert.equal(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder.path]).status, 0)
  try {
    using opened = open(folder.path, { bytesMax: 1_000_000 })
    const ballast = path.join(folder.path, 'ballast')
    fs.writeFileSync(ballast, Buffer.alloc(40 * 1024))
    for (let i = 0; i < 400; i += 1) opened.file.write(`line ${i} ${'z'.repeat(200)}\n`)
    assert.ok(opened.fallen.length > 100 && opened.outages.includes('ENOSPC'), JSON.stringify(opened.outages))
    fs.rmSync(ballast)
    opened.file.write('after\n')
    assert.match(fs.readFileSync(opened.file.path, 'utf8'), /\nafter\n$/)
  } finally {
    spawnSync('umount', ['-l', folder.path])
  }
})

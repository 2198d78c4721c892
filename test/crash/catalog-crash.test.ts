// Goal: what the embedded database has acknowledged is there after the process was killed and after the power was cut;
// being made is whole or not at all. Method: a process commits rows and says so; it is killed at random moments, or,
// for the power cut, the image of the file system under it is copied while it runs, so that only what was written
// through is in the copy. The copy is mounted and opened as it is. NEONPRO_TEST_LONG=1 does more rounds.
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { type Catalog, openCatalog } from '../../src/catalog/index.ts'
import { directoryCatalog } from '../harness/catalog.ts'
import { seededRandom, testSeed } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until } from '../harness/until.ts'

const isLong = process.env['NEONPRO_TEST_LONG'] === '1'
const program = path.join(import.meta.dirname, 'catalog-child.ts')
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface Writer {
  readonly child: ChildProcess
  /** The newest number whose commit was acknowledged; -1 before the first. */
  readonly acknowledged: () => number
}

async function startWriter(directory: string, mode = 'rows'): Promise<Writer> {
  const child = spawn(process.execPath, [program, directory, mode], { stdio: ['ignore', 'pipe', 'inherit'] })
  let last = -1
  const ready = new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the writer ended by itself')))
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (line === 'ready') resolve()
      else last = Number(line)
    })
  })
  await ready
  return { child, acknowledged: () => last }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'close')
  child.kill('SIGKILL')
  await gone
}

/** Every acknowledged row, no gap, and both rows of each transaction or none. */
async function check(catalog: Catalog, acknowledged: number): Promise<number> {
  const rows = await catalog.db.selectFrom('settings').select('name').orderBy('name').execute()
  const beside = await catalog.db.selectFrom('audit_actors').select('pseudonym as name').orderBy('pseudonym').execute()
  assert.deepEqual(
    rows.map(({ name }) => Number(name)),
    rows.map((_, i) => i),
  )
  assert.deepEqual(beside, rows, 'a transaction was torn')
  assert.ok(rows.length > acknowledged, `acknowledged up to ${acknowledged}, found ${rows.length} rows`)
  return rows.length
}

test('kill -9 while committing loses nothing that was acknowledged', async () => {
  using folder = temporaryDirectory()
  const directory = path.join(folder.path, 'catalog')
  await (await directoryCatalog(directory))[Symbol.asyncDispose]()
  const random = seededRandom(testSeed())
  let rows = 0
  for (let round = 0; round < (isLong ? 40 : 3); round += 1) {
    const writer = await startWriter(directory, round % 2 ? 'checkpoints' : 'rows')
    await until('rows are acknowledged', () => writer.acknowledged() >= rows + 10)
    await wait(random() * 300)
    await kill(writer.child)
    await using catalog = await openCatalog({ directory })
    rows = await check(catalog, writer.acknowledged())
  }
  assert.ok(rows > 20)
})

test('kill -9 while the database is being made leaves nothing half', async () => {
  using folder = temporaryDirectory()
  const random = seededRandom(testSeed())
  const rounds = isLong ? 25 : 2
  let isHit = false
  // A kill that waits for the files may still come too late: it is tried again until one is hit.
  for (let round = 0; round < rounds || (!isHit && round < 30); round += 1) {
    const directory = path.join(folder.path, `at-${round}`, 'catalog')
    const child = spawn(process.execPath, [program, directory, 'stop'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const parent = path.dirname(directory)
    // The first round waits for the files to be there, so that the kill falls between them and the rename.
    if (round === 0 || round >= rounds)
      while (
        child.exitCode === null &&
        !(fs.existsSync(parent) && fs.readdirSync(parent).some((name) => name.includes('.new-')))
      )
        await wait(2)
    else await wait((round / rounds) * 5000 * (0.5 + random()))
    await kill(child)
    const left = fs.existsSync(parent) ? fs.readdirSync(parent) : []
    if (left.some((name) => name.includes('.new-'))) isHit = true
    await using catalog = await directoryCatalog(directory)
    await catalog.ping()
    assert.deepEqual(
      fs.readdirSync(parent).filter((name) => name.includes('.new-')),
      [],
    )
  }
  assert.ok(isHit, 'no kill fell into the making')
})

test('a power cut loses nothing that was acknowledged', { skip: noLoop() }, async () => {
  using folder = temporaryDirectory()
  const random = seededRandom(testSeed())
  const image = path.join(folder.path, 'disk')
  const disk = path.join(folder.path, 'mounted')
  fs.mkdirSync(disk)
  fs.writeFileSync(image, '')
  fs.truncateSync(image, 400 * 1024 * 1024)
  execFileSync('mkfs.ext4', ['-q', image])
  using _mount = mounted(image, disk)
  const directory = path.join(disk, 'catalog')
  await (await directoryCatalog(directory))[Symbol.asyncDispose]()
  // Made and written through: a cut right now finds it whole.
  await afterCut(image, folder.path, (found) => check(found, -1))
  for (let round = 0; round < (isLong ? 15 : 2); round += 1) {
    const writer = await startWriter(directory, round % 2 ? 'checkpoints' : 'rows')
    try {
      const first = writer.acknowledged()
      await until('rows are acknowledged', () => writer.acknowledged() >= first + 20)
      await wait(random() * (isLong ? 8000 : 1500))
      // Stopped for the copy: what the copy lacks must not have been acknowledged before it.
      writer.child.kill('SIGSTOP')
      await wait(50)
      const acknowledged = writer.acknowledged()
      await afterCut(image, folder.path, (found) => check(found, acknowledged))
    } finally {
      await kill(writer.child)
    }
  }
})

/** The blocks that have reached the image, and no others, as a disk of their own. */
async function afterCut(image: string, folder: string, look: (catalog: Catalog) => Promise<unknown>): Promise<void> {
  const copy = path.join(folder, 'disk-after')
  const disk = path.join(folder, 'after')
  fs.mkdirSync(disk, { recursive: true })
  execFileSync('cp', ['--sparse=always', '--reflink=never', image, copy])
  using _mount = mounted(copy, disk)
  await using catalog = await openCatalog({ directory: path.join(disk, 'catalog') })
  await look(catalog)
}

function mounted(image: string, folder: string): Disposable {
  execFileSync('mount', ['-o', 'loop', image, folder])
  return { [Symbol.dispose]: () => void execFileSync('umount', [folder]) }
}

function noLoop(): string | false {
  if (process.getuid?.() !== 0) return 'mounting a disk image needs root'
  using folder = temporaryDirectory()
  const image = path.join(folder.path, 'disk')
  const disk = path.join(folder.path, 'mounted')
  fs.mkdirSync(disk)
  fs.writeFileSync(image, '')
  fs.truncateSync(image, 16 * 1024 * 1024)
  if (spawnSync('mkfs.ext4', ['-q', image]).status !== 0) return 'there is no mkfs.ext4'
  if (spawnSync('mount', ['-o', 'loop', image, disk]).status !== 0) return 'a disk image can not be mounted here'
  spawnSync('umount', [disk])
  return false
}

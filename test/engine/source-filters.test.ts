// Goal: a backup leaves out what its filters say and no more, says what met nothing, and bows to no stranger's ignore
// file. Method: back up with filters and list what the snapshot holds, by an inspector.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { type BackupOptions, type BackupResult, Inspector, readHistory } from '../../src/engine/index.ts'
import { backup, makeRepository, open, type TestRepository } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const forRoot = { skip: process.getuid?.() === 0 ? false : 'only root may mount and make devices' }

interface Place {
  readonly base: string
  readonly source: string
  readonly repository: TestRepository
}

async function place(base: string, files: readonly string[]): Promise<Place> {
  const source = path.join(fs.realpathSync(base), 'source')
  write(source, files)
  return { base, source, repository: await makeRepository(base) }
}

function write(folder: string, files: readonly string[]): void {
  fs.mkdirSync(folder, { recursive: true })
  for (const each of files) {
    const file = path.join(folder, each)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, `content of ${each}`)
  }
}

/** Files of the snapshot, relative to the source. */
async function held({ repository: test, source }: Place, { snapshot }: BackupResult): Promise<string[]> {
  await using repository = await open(test)
  const entry = (await readHistory(repository)).snapshots.find(({ name }) => name === snapshot)!
  await using inspector = await Inspector.open(repository)
  const files: string[] = []
  for await (const { path: at, type } of inspector.list(entry, source, { recursive: true }))
    if (type === 'file') files.push(path.relative(source, at))
  return files.sort()
}

async function keptBy(here: Place, filters: BackupOptions['filters'] & {}): Promise<string[]> {
  return await held(here, await backup(here.repository, here.source, { filters, source: JSON.stringify(filters) }))
}

const told = ({ document }: BackupResult) => (document.warnings ?? []).map(({ code, subject }) => `${code} ${subject}`)

test('patterns that take back are honoured, on both lanes', async () => {
  using temporary = temporaryDirectory()
  const here = await place(temporary.path, ['logs/app.log', 'logs/audit.log', 'agenda.txt', 'build/a', 'keep/build/b'])
  for (const workers of [0, 1] as const) {
    const filters = { excludePatterns: ['*.log', '!audit.log', 'build', '!keep/build/'] }
    const result = await backup(here.repository, here.source, { filters, workers, source: `w${workers}` })
    assert.deepEqual(await held(here, result), ['agenda.txt', 'keep/build/b', 'logs/audit.log'])
    assert.deepEqual(told(result), [])
  }
  assert.equal((await keptBy(here, { excludePatterns: ['!agenda.txt'] })).length, 5)
})

test('a path that is named below another is stored, whatever leaves out the folders above it', async () => {
  using temporary = temporaryDirectory()
  const here = await place(temporary.path, ['skip/a', 'skip/deep/named/b', 'skip/deep/c', 'cache/CACHEDIR.TAG', 'd'])
  fs.writeFileSync(path.join(here.source, 'cache/CACHEDIR.TAG'), 'Signature: 8a477f597d28d172789f06886806bc55\n')
  write(here.source, ['cache/in/e', 'cache/f'])
  const named = ['', 'skip/deep/named', 'cache/in'].map((each) => path.join(here.source, each))
  const result = await backup(here.repository, here.source, {
    paths: named,
    filters: { excludePatterns: ['skip', 'named', 'in'], excludeCaches: true },
  })
  assert.deepEqual(await held(here, result), ['cache/in/e', 'd', 'skip/deep/named/b'])
  assert.deepEqual([result.document.skippedCount, result.document.paths], [0, [here.source]])
})

test('a path on another file system below the first is stored with --one-file-system', forRoot, async () => {
  using temporary = temporaryDirectory()
  const here = await place(temporary.path, ['a', 'mounted/hidden'])
  const mounted = path.join(here.source, 'mounted')
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', mounted])
  try {
    write(mounted, ['other', 'named/b'])
    const run = (paths: readonly string[], source: string) =>
      backup(here.repository, here.source, { paths, source, filters: { oneFileSystem: true } })
    assert.deepEqual(await held(here, await run([here.source], 'one')), ['a'])
    assert.deepEqual(await held(here, await run([here.source, mounted], 'two')), [
      'a',
      'mounted/named/b',
      'mounted/other',
    ])
    // A folder on it brings its device along, as a path of the backup.
    const below = await run([here.source, path.join(mounted, 'named')], 'three')
    assert.ok((await held(here, below)).includes('mounted/named/b'))
  } finally {
    execFileSync('umount', [mounted])
  }
})

test('an including pattern that names a folder brings it; one that meets nothing is told', async () => {
  using temporary = temporaryDirectory()
  const here = await place(temporary.path, ['invoices/2026/a.txt', 'x/invoices/b.txt', 'c.txt'])
  for (const pattern of ['invoices/', 'invoices', path.join(here.source, 'invoices')]) {
    const result = await backup(here.repository, here.source, {
      filters: { includePatterns: [pattern] },
      source: pattern,
    })
    const wanted = pattern.startsWith('/') ? ['invoices/2026/a.txt'] : ['invoices/2026/a.txt', 'x/invoices/b.txt']
    assert.deepEqual([await held(here, result), told(result), result.document.skippedCount], [wanted, [], 0])
  }
  const mixed = await backup(here.repository, here.source, { filters: { includePatterns: ['c.txt', '*.PDF'] } })
  assert.deepEqual([told(mixed), mixed.document.skippedCount], [['INCLUDE_UNMATCHED *.PDF'], 0])
})

test('including patterns that all meet nothing make the snapshot partial', async () => {
  using temporary = temporaryDirectory()
  const here = await place(temporary.path, ['a.pdf'])
  const { document } = await backup(here.repository, here.source, { filters: { includePatterns: ['*.PDF'] } })
  assert.deepEqual(document.skipped, [{ path: here.source, reason: 'NOTHING_INCLUDED' }])
  assert.deepEqual(
    document.warnings?.map(({ code }) => code),
    ['INCLUDE_UNMATCHED', 'NOTHING_LEFT'],
  )
})

test('an absolute path that is not there to be left out is told, a name is not', async () => {
  using temporary = temporaryDirectory()
  const here = await place(temporary.path, ['spool/a', 'logs/b', 'logs/audit.log', 'c'])
  const at = (name: string) => path.join(here.source, name)
  const result = await backup(here.repository, here.source, {
    filters: { excludePatterns: [at('spool'), at('typo'), '/tmpp', '*.tmp', 'logs', at('logs/b'), '!logs/audit.log'] },
  })
  assert.deepEqual(await held(here, result), ['c'])
  assert.deepEqual(told(result), [
    'NOT_TAKEN_BACK !logs/audit.log',
    `EXCLUDE_UNMATCHED ${at('typo')}`,
    'EXCLUDE_UNMATCHED /tmpp',
  ])
})

test('the rules of an ignore file reach both lanes', async () => {
  using temporary = temporaryDirectory()
  const folders = Array.from({ length: 40 }, (_, i) => `folder-${String(i).padStart(2, '0')}`)
  const here = await place(
    temporary.path,
    folders.flatMap((folder) => [`${folder}/a.log`, `${folder}/keep.log`, `${folder}/b`]),
  )
  fs.writeFileSync(path.join(here.source, '.neonproignore'), '*.log\n!keep.log\n')
  for (const workers of [0, 1] as const) {
    const result = await backup(here.repository, here.source, { workers, source: `w${workers}`, filesBeforeWorker: 1 })
    const files = await held(here, result)
    assert.deepEqual([files.length, files.filter((file) => file.endsWith('a.log'))], [81, []])
  }
})

test('an ignore file is a stranger: bad lines, kinds and sizes are named, and nothing is left out for them', async () => {
  using temporary = temporaryDirectory()
  const folders = ['line', 'fifo', 'link', 'folder', 'huge', 'many', 'bytes']
  const here = await place(
    temporary.path,
    folders.map((folder) => `${folder}/a.log`),
  )
  const at = (folder: string) => path.join(here.source, folder, '.neonproignore')
  fs.writeFileSync(at('line'), '*.tmp\n[\n/\n{old\n')
  execFileSync('mkfifo', [at('fifo')])
  fs.symlinkSync('/etc/passwd', at('link'))
  fs.mkdirSync(at('folder'))
  fs.writeFileSync(at('huge'), Buffer.alloc(1024 * 1024))
  fs.writeFileSync(at('many'), '*.log\n'.repeat(30_000))
  fs.writeFileSync(at('bytes'), Buffer.from('*.x\xff\n', 'latin1'))
  const before = process.cpuUsage().user
  const result = await backup(here.repository, here.source)
  assert.ok(process.cpuUsage().user - before < 10_000_000, 'seconds of work')
  const files = await held(here, result)
  assert.deepEqual(
    folders.filter((folder) => !files.includes(`${folder}/a.log`)),
    [],
  )
  assert.equal(result.document.skippedCount, 0)
  const lines = (result.document.warnings ?? []).map(
    ({ code, subject, line, why }) => `${code} ${path.relative(here.source, String(subject))} ${line ?? '-'} ${why}`,
  )
  assert.deepEqual(lines.sort(), [
    'IGNORE_FILE fifo/.neonproignore - is no regular file, and is not used',
    'IGNORE_FILE folder/.neonproignore - is no regular file, and is not used',
    'IGNORE_FILE huge/.neonproignore - is too large, and is not used',
    'IGNORE_FILE line/.neonproignore 2 has an open "["',
    'IGNORE_FILE line/.neonproignore 3 is empty',
    'IGNORE_FILE line/.neonproignore 4 has an open "{"',
    'IGNORE_FILE link/.neonproignore - is no regular file, and is not used',
    'IGNORE_FILE many/.neonproignore 2001 has more patterns than are taken, and is not used',
  ])
})

test('a mark of a cache that is no file marks nothing; a device in its place is not read', forRoot, async () => {
  using temporary = temporaryDirectory()
  const here = await place(temporary.path, ['zero/a', 'fifo/a', 'real/a'])
  execFileSync('mknod', [path.join(here.source, 'zero/CACHEDIR.TAG'), 'c', '1', '5'])
  execFileSync('mknod', [path.join(here.source, 'zero/.neonproignore'), 'c', '1', '5'])
  execFileSync('mkfifo', [path.join(here.source, 'fifo/CACHEDIR.TAG')])
  fs.writeFileSync(path.join(here.source, 'real/CACHEDIR.TAG'), 'Signature: 8a477f597d28d172789f06886806bc55')
  assert.deepEqual(await keptBy(here, { excludeCaches: true }), ['fifo/a', 'zero/a'])
})

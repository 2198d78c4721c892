// Goal: paths and patterns may come from files, their order counts, and a dry run says what would be stored and writes
// nothing at all. Method: the built program; a dry run is held against what every file of repository and home was.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { lookAt } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { CLI, type Ran, runCli } from './run-cli.ts'

interface Bench {
  readonly at: (name: string) => string
  readonly env: Record<string, string>
  readonly run: (...args: string[]) => Promise<Ran>
  /** Files of the newest snapshot below the source; of one source where there are several. */
  readonly held: (source?: string) => Promise<string[]>
}

async function bench(folder: string, files: readonly string[]): Promise<Bench> {
  const base = fs.realpathSync(folder)
  const at = (name: string) => path.join(base, name)
  for (const file of files) {
    fs.mkdirSync(path.dirname(at(`source/${file}`)), { recursive: true })
    fs.writeFileSync(at(`source/${file}`), file)
  }
  fs.mkdirSync(at('home'))
  const env = {
    HOME: at('home'),
    BACKUP_ENCRYPTION_KEY: `base64:${randomBytes(32).toString('base64')}`,
    NEONPRO_REPOSITORY: at('repo'),
  }
  const run = (...args: string[]) => runCli([...args, '--json', '--progress', 'none'], { env, cwd: base })
  const held = async (source?: string) => {
    const named = source === undefined ? [] : ['--source', source]
    const { json } = await run('ls', 'latest', at('source'), '--recursive', ...named)
    const entries = json?.['entries'] as Array<{ path: string; type: string }> | undefined
    return (entries ?? []).filter(({ type }) => type === 'file').map((entry) => path.relative(at('source'), entry.path))
  }
  assert.equal((await run('init')).status, 0)
  return { at, env, run, held }
}

test('paths come from files, by line and by NUL, from standard input, and beside arguments', async () => {
  using temporary = temporaryDirectory()
  const { at, env, run, held } = await bench(temporary.path, ['a b', 'c\nd', 'sub/e', 'f'])
  fs.writeFileSync(at('lines'), `\ufeffsource/a b\r\n\n${at('source/sub')}\n`)
  fs.writeFileSync(at('nul'), `${at('source/c\nd')}\0`)
  const both = await run('backup', '--files-from', 'lines', '--files-from0', 'nul', 'source/f', '--source', 'one')
  assert.deepEqual([both.status, await held()], [0, ['a b', 'c\nd', 'f', 'sub/e'].map(shown)])
  const listed = await run('backup', '--files-from', 'lines')
  assert.equal(listed.status, 0)
  const snapshots = (await run('snapshots')).json?.['snapshots'] as Array<{ source: string }> | undefined
  const sources = snapshots?.map(({ source }) => source) ?? []
  assert.ok(sources[1]?.endsWith(`:@${at('lines')}`), sources[1])
  const piped = spawnSync(process.execPath, [CLI, 'backup', '--files-from', '-', '--source', 'piped', '--json'], {
    env: { PATH: process.env['PATH'] ?? '', LANG: 'C', ...env },
    input: `${at('source/f')}\n${at('source/gone')}\n`,
  })
  assert.deepEqual([piped.status, await held('piped')], [3, ['f']])
})

const shown = (name: string) => name.replace('\n', '\\x0a')

test('a name that is no UTF-8 can be listed, and be left out', async () => {
  using temporary = temporaryDirectory()
  const { at, run, held } = await bench(temporary.path, ['plain'])
  const odd = (name: string) => Buffer.from(`${at('source')}/${name}`, 'latin1')
  for (const name of ['caf\xe9', 'th\xe9']) fs.writeFileSync(odd(name), name)
  fs.writeFileSync(at('list'), Buffer.concat([odd('caf\xe9'), Buffer.from('\n'), odd('th\xe9')]))
  fs.writeFileSync(at('patterns'), Buffer.from('th\xe9\n', 'latin1'))
  assert.equal((await run('backup', '--files-from', at('list'), '--source', 'listed')).status, 0)
  assert.equal((await held()).length, 2)
  assert.equal((await run('backup', at('source'), '--exclude-file', at('patterns'))).status, 0)
  assert.deepEqual(await held(), ['caf\\xe9', 'plain'].sort())
})

test('excluding options count in the order in which they stand', async () => {
  using temporary = temporaryDirectory()
  const { at, run, held } = await bench(temporary.path, ['a.TMP', 'keep.tmp', 'b.log', 'audit.log', 'c'])
  fs.writeFileSync(at('patterns'), '# logs\n*.log\n!audit.log\n')
  await run('backup', 'source', '--iexclude', '*.tmp', '--exclude', '!keep.tmp', '--exclude-file', 'patterns')
  assert.deepEqual(await held(), ['audit.log', 'c', 'keep.tmp'])
  await run('backup', 'source', '--exclude', '!keep.tmp', '--exclude-file', 'patterns', '--iexclude', '*.tmp')
  assert.deepEqual(await held(), ['audit.log', 'c'])
})

test('lists that can not be taken are refused by name', async () => {
  using temporary = temporaryDirectory()
  const { at, run } = await bench(temporary.path, ['a'])
  fs.writeFileSync(at('empty'), '\n\n')
  fs.writeFileSync(at('bad'), '*.o\n[\n')
  const refusals: ReadonlyArray<readonly [args: string[], names: RegExp]> = [
    [['backup'], /--files-from/],
    [['backup', '--files-from', 'none'], /--files-from .*ENOENT/],
    [['backup', '--files-from', 'empty'], /list of paths is empty/],
    [['backup', 'source', '--exclude-file', 'none'], /--exclude-file .*ENOENT/],
    [['backup', 'source', '--exclude-file', 'bad'], /Line 2 of bad/],
    [['backup', 'source', '--exclude', './a'], /pattern "\.\/a" has a part that is "\."/],
    [['backup', 'source', '--iexclude', ''], /--iexclude|--exclude/],
  ]
  for (const [args, names] of refusals) {
    const { status, stderr } = await run(...args)
    assert.equal(status, 2, args.join(' '))
    assert.match(stderr, names)
  }
})

test('a dry run says what would be stored and writes nothing', async () => {
  using temporary = temporaryDirectory()
  const { at, run } = await bench(temporary.path, ['a', 'sub/b', 'c.tmp'])
  await run('backup', 'source')
  fs.writeFileSync(at('source/a'), 'changed')
  fs.writeFileSync(at('source/new'), 'new')
  const look = () => [...lookAt(at('repo')), ...lookAt(at('home'))]
  const before = look()
  const dry = ['backup', 'source', '--exclude', '*.tmp', '--exclude', '/none', '--dry-run']
  const { status, json, stderr } = await run(...dry)
  assert.equal(status, 0, stderr)
  assert.deepEqual(json?.['files'], [
    { path: at('source/a'), change: 'changed', bytes: 7 },
    { path: at('source/new'), change: 'new', bytes: 3 },
  ])
  const { dryRun, filesNew, filesChanged, filesUnmodified, filesFiltered, bytesToRead, warnings } = json ?? {}
  assert.deepEqual(
    [dryRun, filesNew, filesChanged, filesUnmodified, filesFiltered, bytesToRead],
    [true, 1, 1, 1, 1, 10],
  )
  assert.deepEqual(warnings, [{ code: 'EXCLUDE_UNMATCHED', subject: '/none' }])
  for (const file of ['a', 'new', 'sub/b', 'c.tmp']) fs.rmSync(at(`source/${file}`))
  const emptied = await run(...dry)
  assert.equal(emptied.status, 3)
  assert.deepEqual(emptied.json?.['skipped'], [{ path: at('source'), reason: 'EMPTIED' }])
  assert.deepEqual(look(), before)
})

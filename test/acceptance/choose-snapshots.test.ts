// Goal: what users of restic look for: the snapshots of one machine, tag, path or source and the newest of each; what is
// stored for what; names found whatever their case and accents; a key that another program hands over. Method: the built
// program over a small repository.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { after, before, test } from 'node:test'
import { backup, makeRepository } from '../harness/repository.ts'
import { backUpStreams } from '../harness/stream-entries.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { runCli } from './run-cli.ts'

const folder = temporaryDirectory()
const at = (name: string) => `${folder.path}/${name}`
const env = { HOME: folder.path, NEONPRO_REPOSITORY: at('repository'), BACKUP_ENCRYPTION_KEY: `file:${at('key')}` }
const run = (args: readonly string[], more: Record<string, string> = {}) =>
  runCli([...args, '--json'], { env: { ...env, ...more }, cwd: folder.path })

before(async () => {
  for (const name of ['agenda', 'laudos']) {
    fs.mkdirSync(at(name))
    fs.writeFileSync(at(`${name}/${name}.txt`), name.repeat(1000))
  }
  // Decomposed, as a Mac writes it.
  fs.writeFileSync(at('laudos/Cli\u0301nica Sa\u0303o Jose\u0301.PDF'), 'x')
  assert.equal((await run(['key', 'generate', at('key')])).status, 0)
  assert.equal((await run(['init'])).status, 0)
  for (const [name, tag] of [
    ['agenda', 'noite'],
    ['laudos', 'noite'],
    ['agenda', 'manual'],
  ] as const)
    assert.equal((await run(['backup', at(name), '--source', name, '--tag', tag])).status, 0)
})
after(() => folder[Symbol.dispose]())

async function chosen(...args: string[]): Promise<string[]> {
  const { json, stderr } = await run(['snapshots', ...args])
  assert.ok(json?.['snapshots'], stderr)
  return (json['snapshots'] as Array<{ source: string; tags: string[] }>).map(({ source, tags }) => `${source}:${tags}`)
}

test('snapshots by host, tag, path and source, and the newest of each group', async () => {
  assert.deepEqual(await chosen('--tag', 'noite'), ['agenda:noite', 'laudos:noite'])
  assert.deepEqual(await chosen('--tag', 'noite', '--tag', 'manual', '--source', 'agenda'), [
    'agenda:noite',
    'agenda:manual',
  ])
  assert.deepEqual(await chosen('--path', at('laudos')), ['laudos:noite'])
  assert.deepEqual(await chosen('--latest', '1'), ['laudos:noite', 'agenda:manual'])
  assert.deepEqual(await chosen('--latest', '1', '--group-by', 'host'), ['agenda:manual'])
  assert.deepEqual(await chosen('--host', 'another'), [])
  const wrong = await run(['snapshots', '--group-by', 'colour'])
  assert.deepEqual([wrong.status, /host, source, path and tag/.test(wrong.stderr)], [2, true])
})

test('forget looks at what was chosen alone', async () => {
  const { json } = await run(['forget', '--keep-last', '1', '--tag', 'noite', '--dry-run'])
  assert.deepEqual([(json?.['kept'] as unknown[] | undefined)?.length, json?.['forgotten']], [2, []])
  const all = await run(['forget', '--keep-last', '1', '--group-by', 'host', '--dry-run'])
  assert.equal((all.json?.['forgotten'] as unknown[] | undefined)?.length, 2)
})

test('what came as streams is of a source by its name and kind, whatever groups are asked for', async () => {
  fs.mkdirSync(at('streams'))
  const repository = await makeRepository(at('streams'))
  assert.ok(repository.kek.kind === 'raw')
  const more = {
    NEONPRO_REPOSITORY: repository.folder,
    BACKUP_ENCRYPTION_KEY: `hex:${repository.kek.key.toString('hex')}`,
  }
  const made = [{ path: '/a', content: Buffer.from('a') }]
  const points = [
    ['shop', 'TOY'],
    ['books', 'TOY'],
    ['shop', 'OTHER'],
  ] as const
  for (const [source, sourceKind] of points) await backUpStreams(repository, made, { source, sourceKind })
  await backup(repository, at('agenda'), { source: 'shop' })
  for (const groups of [[], ['host,path'], ['host'], ['tag'], ['source'], ['path,tag,source']]) {
    const flags = groups.flatMap((by) => ['--group-by', by])
    const { json, stderr } = await run(['forget', '--keep-last', '1', ...flags, '--dry-run'], more)
    assert.deepEqual([(json?.['kept'] as unknown[] | undefined)?.length, json?.['forgotten']], [4, []], stderr)
  }
  const plain = await runCli(['snapshots', '--group-by', 'source'], { env: { ...env, ...more }, cwd: folder.path })
  for (const name of ['shop', 'shop (TOY)', 'books (TOY)', 'shop (OTHER)'])
    assert.ok(plain.stdout.toString().split('\n').includes(name), plain.stdout.toString())
})

test('find takes no notice of case and accents, however they are written; --exact does', async () => {
  const found = async (...args: string[]) =>
    ((await run(['find', ...args])).json?.['found'] as unknown[] | undefined)?.length
  assert.equal(await found('*clinica sao jose*'), 1)
  assert.equal(await found('*CL\u00cdNICA*.pdf'), 1)
  assert.equal(await found('*clinica*', '--exact'), 0)
  assert.equal(await found('*Cl\u00ednica S\u00e3o Jos\u00e9.PDF', '--exact'), 1)
  assert.equal(await found('agenda.txt'), 2)
  assert.equal(await found('agenda.txt', '--latest', '1'), 1)
})

test('stats: what is stored, and what sameness and compression saved', async () => {
  const { json, status } = await run(['stats'])
  const repository = json?.['repository'] as {
    bytesStored: number
    bytesLogical: number
    bytesUnique: number
    ratios: { deduplication: number; compression: number }
  }
  let onDisk = 0
  // The room that is kept free for a full disk is no object.
  for (const entry of fs.readdirSync(at('repository'), { recursive: true, withFileTypes: true }))
    if (entry.isFile() && !entry.name.startsWith('.') && !entry.parentPath.includes('/.'))
      onDisk += fs.statSync(`${entry.parentPath}/${entry.name}`).size
  assert.deepEqual([status, repository.bytesStored], [0, onDisk])
  assert.equal(repository.bytesLogical, 3 * 6000 + 1)
  assert.ok(repository.ratios.deduplication > 1.4 && repository.ratios.compression > 2, JSON.stringify(repository))
  assert.deepEqual(
    (json!['sources'] as Array<{ source: string; snapshots: number }>).map(({ source, snapshots }) => [
      source,
      snapshots,
    ]),
    [
      ['agenda', 2],
      ['laudos', 1],
    ],
  )
})

test('a key that a command prints: no shell, no output shown, its failures named', async () => {
  const keyless = { BACKUP_ENCRYPTION_KEY: '' }
  fs.writeFileSync(at('print key.sh'), `#!/bin/sh\nprintf '%s\\n' "$(cat "$1")"\n`, { mode: 0o755 })
  const good = `'${at('print key.sh')}' ${at('key')}`
  assert.equal((await run(['snapshots', '--password-command', good], keyless)).status, 0)
  assert.equal((await run(['snapshots'], { ...keyless, BACKUP_ENCRYPTION_KEY_COMMAND: good })).status, 0)
  assert.equal((await run(['status', '--password-command', good], keyless)).status, 0)
  for (const [command, why] of [
    ['sh -c "echo PLANTED-secret; exit 3"', /exit code 3/],
    ['/no/such/program', /ENOENT/],
    ['true', /printed nothing/],
    [`cat ${at('key')} ; touch ${at('surprise')}`, /exit code 1/],
  ] as const) {
    const ran = await run(['snapshots', '--password-command', command], keyless)
    assert.deepEqual(
      [ran.status, (ran.json?.['error'] as { code?: string } | undefined)?.code],
      [2, 'KEY_REFUSED'],
      command,
    )
    assert.match(ran.stderr, why)
    assert.ok(!`${ran.stderr}${ran.stdout}`.includes('PLANTED'))
  }
  assert.equal(fs.existsSync(at('surprise')), false)
  assert.equal((await run(['snapshots', '--password-command', good, '--key-file', at('key')])).status, 2)
})

test('two groups that only read alike are two: a policy counts the points of each', async () => {
  fs.mkdirSync(at(`agenda ${folder.path}/laudos`), { recursive: true })
  for (const args of [
    [at('laudos'), at('agenda'), '--tag', 'a', '--tag', 'b'],
    [at(`agenda ${folder.path}/laudos`), '--tag', 'a,b'],
  ])
    assert.equal((await run(['backup', ...args, '--source', 'parecidos'])).status, 0)
  for (const field of ['path', 'tag'])
    assert.equal((await chosen('--source', 'parecidos', '--latest', '1', '--group-by', field)).length, 2, field)
})

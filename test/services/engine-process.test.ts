// Goal: work in a process of its own gives what the engine gives; its end is never silent; nobody is left behind; no
// key is seen outside of it. Method: real processes on real folders; killed, frozen, orphaned and stopped; /proc shows
// their arguments and environment.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { runTool } from '../../src/cli/system-service/tool.ts'
import { isProcessAlive } from '../../src/kernel/machine.ts'
import { parseFromEngine, parseToEngine } from '../../src/services/execution/engine-protocol.ts'
import { EngineProcess, runInEngine } from '../../src/services/execution/index.ts'
import { isSecretVariable, VARIABLE_REFERENCE, withheldFrom } from '../../src/system/system-config.ts'
import { pacedEngine } from '../harness/engine-children.ts'
import { failsWith } from '../harness/refusal.ts'
import { lookAt, makeRepository, restored, sampleTree, type TestRepository, verified } from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until } from '../harness/until.ts'

const accessOf = ({ folder, kek, stateFolder }: TestRepository) => ({
  location: { kind: 'LOCAL' as const, basePath: folder },
  keks: [kek],
  stateDirectory: stateFolder,
  isWithheld: withheldFrom({ kind: 'LOCAL' }),
})
const executionUrl = new URL('../../src/services/execution/index.ts', import.meta.url).href
const SLOW_FILES = 30
const backupJob = (source: string, runId: string) => ({
  kind: 'backup' as const,
  source: { kind: 'FILES' as const, paths: [source] },
  options: { source: 'clinic', type: 'INCREMENTAL' as const, runId, compressionLevel: 9 },
})

/** Text that the highest level takes its time for. */
function slowTree(folder: string, files: number): void {
  const random = seededRandom(7)
  const words = Array.from({ length: 3000 }, () => Math.floor(random() * 2 ** 40).toString(36))
  for (let i = 0; i < files; i += 1) {
    fs.mkdirSync(path.join(folder, `folder-${i}`), { recursive: true })
    fs.writeFileSync(
      path.join(folder, `folder-${i}/file`),
      Array.from({ length: 30_000 }, () => words[Math.floor(random() * words.length)]).join(' '),
    )
  }
}

test('backup, restore, survey and verify in one process give what the engine gives', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  const source = path.join(base.path, 'source')
  sampleTree(source, seededRandom(1))
  await using engine = new EngineProcess(accessOf(repository))
  const outcome = await engine.run(backupJob(source, 'run-1'))
  assert.equal(outcome.isRepeat, false)
  assert.equal(outcome.filesNew, 13)
  assert.deepEqual(
    [outcome.point.runId, outcome.point.source, outcome.point.isComplete, outcome.skippedCount],
    ['run-1', 'clinic', true, 0],
  )
  assert.deepEqual(await restored(repository, base.path, { snapshot: outcome.snapshot, source }), lookAt(source))
  const again = await engine.run(backupJob(source, 'run-1'))
  assert.deepEqual([again.isRepeat, again.snapshot], [true, outcome.snapshot], 'a run is committed once')
  const target = path.join(base.path, 'target')
  const back = await engine.run({
    kind: 'restore',
    snapshot: outcome.snapshot,
    target,
    include: [],
    overwrite: 'always',
    deleteExtra: false,
    verify: true,
    isRepeat: false,
  })
  assert.deepEqual([back.filesRestored, back.filesVerified, back.issueCount], [14, 13, 0])
  assert.deepEqual(lookAt(path.join(target, source)), lookAt(source))
  const holdings = await engine.run({ kind: 'survey', known: ['0'.repeat(64)] })
  assert.deepEqual([holdings.points.map(({ snapshot }) => snapshot), holdings.gone], [[outcome.snapshot], []])
  assert.deepEqual((await engine.run({ kind: 'verify', readShare: 1 })).problems, [])
})

test('an error crosses with code, sentence and context; the process goes on', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  await using engine = new EngineProcess(accessOf(repository))
  const missing = path.join(base.path, 'nothing')
  await assert.rejects(
    engine.run(backupJob(missing, 'run-1')),
    failsWith('SOURCE_UNREADABLE', { path: missing, cause: 'ENOENT' }),
  )
  assert.deepEqual((await engine.run({ kind: 'survey', known: [] })).points, [])
})

test('a wrong key is refused in the process', async () => {
  using base = temporaryDirectory()
  using other = temporaryDirectory()
  const repository = await makeRepository(base.path)
  const { kek } = await makeRepository(other.path)
  await assert.rejects(
    runInEngine({ ...accessOf(repository), keks: [kek] }, { kind: 'survey', known: [] }),
    failsWith('KEY_WRONG'),
  )
})

test('no secret stands in arguments or environment; the flags are those of the command line', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  const secrets = [
    ...Object.keys(VARIABLE_REFERENCE).filter((name) => VARIABLE_REFERENCE[name]!.secret !== undefined),
    // What the libraries of other providers would take for credentials, whether we read it or not.
    ...['AWS_SESSION_TOKEN', 'AWS_WEB_IDENTITY_TOKEN_FILE', 'GOOGLE_APPLICATION_CREDENTIALS', 'AZURE_CLIENT_SECRET'],
    ...['PGPASSWORD', 'PGPASSFILE'],
  ]
  assert.ok(
    ['BACKUP_ENCRYPTION_KEY_COMMAND', 'WEBHOOK_URL', 'HEALTHCHECK_URL', 'AZURE_STORAGE_KEY'].every((name) =>
      secrets.includes(name),
    ),
  )
  const before = { ...process.env }
  for (const name of secrets) process.env[name] = `canary-of-${name}`
  await using engine = new EngineProcess(accessOf(repository))
  const { stdout } = runTool('env', [])
  for (const name of secrets) {
    delete process.env[name]
    if (before[name] !== undefined) process.env[name] = before[name]
  }
  assert.ok(stdout.includes('PATH='))
  // Keys of other providers' storage stay: a tool of the machine is no library that would take them.
  const kept = secrets.filter((name) => /^(?:AWS|GOOGLE|AZURE)_/.test(name) && !isSecretVariable(name))
  assert.deepEqual(stdout.match(/(?<=canary-of-).*/g)?.sort(), kept.sort())
  await engine.run({ kind: 'survey', known: [] })
  const shown = `${fs.readFileSync(`/proc/${engine.pid}/cmdline`, 'latin1')}${fs.readFileSync(`/proc/${engine.pid}/environ`, 'latin1')}`
  assert.ok(shown.includes('engine-child'))
  const [launched] = /(?<=exec node ).+(?= -- )/.exec(
    fs.readFileSync(path.resolve(import.meta.dirname, '../../scripts/launcher.js'), 'utf8'),
  )!
  assert.ok(
    launched.split(' ').every((flag) => shown.includes(`${flag}\0`)),
    'it is started with the flags of the command line',
  )
  assert.ok(
    !shown.includes('canary') &&
      repository.kek.kind === 'raw' &&
      !shown.includes(repository.kek.key.toString('base64')),
  )
})

test('a stopped backup writes its checkpoint, fails with ABORTED and ends its process; the next takes over what was stored', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  const source = path.join(base.path, 'source')
  slowTree(source, SLOW_FILES)
  const stop = new AbortController()
  using pace = pacedEngine()
  const engine = new EngineProcess(accessOf(repository))
  const seen: number[] = []
  await assert.rejects(
    engine.run(backupJob(source, 'run-1'), {
      signal: stop.signal,
      onProgress: ({ bytesDone }) => {
        seen.push(bytesDone)
        if (bytesDone > 1e6) stop.abort()
      },
    }),
    failsWith('ABORTED'),
  )
  await engine[Symbol.asyncDispose]()
  assert.ok(!isProcessAlive(engine.pid!))
  pace.lift()
  assert.ok(seen.length > 0 && seen.every((bytes, i) => i === 0 || bytes >= seen[i - 1]!))
  assert.equal(fs.readdirSync(path.join(repository.folder, 'checkpoints')).length, 1)
  assert.deepEqual(fs.readdirSync(path.join(repository.folder, 'sessions')), [])
  const outcome = await runInEngine(accessOf(repository), backupJob(source, 'run-1'))
  assert.ok(
    outcome.filesUnmodified > 0 && outcome.filesUnmodified + outcome.filesNew === SLOW_FILES,
    `taken over: ${outcome.filesUnmodified}`,
  )
  assert.deepEqual(await restored(repository, base.path, { snapshot: outcome.snapshot, source }), lookAt(source))
})

test('a process that is killed, or does not stop in time, is told as WORKER_LOST or ABORTED', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  const source = path.join(base.path, 'source')
  slowTree(source, SLOW_FILES)
  using pace = pacedEngine()
  const killed = new EngineProcess(accessOf(repository))
  await assert.rejects(
    killed.run(backupJob(source, 'run-1'), { onProgress: () => process.kill(killed.pid!, 'SIGKILL') }),
    failsWith('WORKER_LOST', { cause: 'SIGKILL' }),
  )
  await assert.rejects(killed.run({ kind: 'survey', known: [] }), failsWith('WORKER_LOST'))
  await killed[Symbol.asyncDispose]()
  const frozen = new EngineProcess(accessOf(repository))
  const stop = new AbortController()
  const onProgress = () => {
    process.kill(frozen.pid!, 'SIGSTOP')
    stop.abort()
  }
  await assert.rejects(
    frozen.run(backupJob(source, 'run-1'), { signal: stop.signal, onProgress, graceMs: 100 }),
    failsWith('ABORTED'),
  )
  await frozen[Symbol.asyncDispose]()
  pace.lift()
  assert.ok(!isProcessAlive(frozen.pid!))
  const outcome = await runInEngine(accessOf(repository), backupJob(source, 'run-1'))
  assert.deepEqual(await restored(repository, base.path, { snapshot: outcome.snapshot, source }), lookAt(source))
  assert.deepEqual(await verified(repository), [outcome.snapshot])
})

test('a child whose parent was killed stops at a checkpoint and ends', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  const source = path.join(base.path, 'source')
  slowTree(source, SLOW_FILES)
  assert.ok(repository.kek.kind === 'raw')
  const key = repository.kek.key.toString('base64')
  using _pace = pacedEngine()
  const parent = spawn(
    process.execPath,
    [path.join(import.meta.dirname, 'engine-parent.ts'), repository.folder, repository.stateFolder, source],
    { env: { ...process.env, TEST_KEY: key }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let said = ''
  parent.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const [, child] = await until('it works', () => /^(\d+) working$/m.exec(said))
  parent.kill('SIGKILL')
  await until('the child has ended', () => !isProcessAlive(Number(child)))
  assert.deepEqual(fs.readdirSync(path.join(repository.folder, 'sessions')), [], 'it ended in order')
  assert.equal(fs.readdirSync(path.join(repository.folder, 'checkpoints')).length, 1)
})

test('a child that has nothing in hand and does not end is killed', async () => {
  using base = temporaryDirectory()
  const repository = await makeRepository(base.path)
  const engine = new EngineProcess(accessOf(repository))
  assert.deepEqual((await engine.run({ kind: 'survey', known: [] })).points, [])
  process.kill(Number(engine.pid), 'SIGSTOP')
  await engine[Symbol.asyncDispose]()
  assert.ok(!isProcessAlive(Number(engine.pid)))
})

test('a machine that gives no descriptor for another process is told as that', () => {
  const script = `
    const fs = await import('node:fs')
    const { EngineProcess } = await import(${JSON.stringify(executionUrl)})
    try { for (;;) fs.openSync('/dev/null') } catch {}
    const engine = new EngineProcess({ location: {}, keks: [], stateDirectory: '', isWithheld: () => false })
    const code = await engine.run({ kind: 'survey', known: [] }).catch(({ code, context }) => code + ' ' + context.cause)
    await engine[Symbol.asyncDispose]()
    fs.writeSync(1, String(code))`
  const { stdout, stderr } = spawnSync(
    '/bin/sh',
    ['-c', 'ulimit -n 128 && exec "$0" --input-type=module -e "$1"', process.execPath, script],
    { encoding: 'utf8', timeout: 60_000 },
  )
  assert.equal(stdout, 'PROCESS_LIMIT EMFILE', stderr)
})

test('what is no message is refused on both sides', () => {
  for (const message of [
    undefined,
    null,
    'end',
    { type: 'job' },
    { type: 'job', repository: { location: {}, keks: [], stateDirectory: '' }, job: { kind: 'toString' } },
    { type: 'job', repository: {}, job: { kind: 'survey', known: [] } },
  ]) {
    assert.throws(() => parseToEngine(message), failsWith('INTERNAL'))
  }
  for (const message of [
    undefined,
    { type: 'result', kind: 'survey', result: {} },
    { type: 'progress', progress: { filesDone: 'many' } },
    { type: 'failed', error: 'bad' },
    { type: 'result', kind: '__proto__' },
  ]) {
    assert.throws(() => parseFromEngine(message), failsWith('INTERNAL'))
  }
})

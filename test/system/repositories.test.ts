// Goal: a system with several repositories, as an application and an operator use it: what is written, listed, restored,
// pinned and let go where it belongs; one whose disk is away stops nothing else and is named; nothing is lost by
// forgetting one; the database is made again from the first, whether the others are there or not.
// Method: the library is the owner, the command line its client; the folders themselves are opened to see what lies where.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { listRecords, parseKek, Repository, readHistory } from '../../src/engine/index.ts'
import { openStore, parseLocation } from '../../src/system/compose.ts'
import { type BackupSystem, getBackupSystem, initializeBackupSystem } from '../../src/system/index.ts'
import { type Ran, runCli } from '../acceptance/run-cli.ts'
import { type LibraryPlace, libraryPlace, newKey } from '../harness/library-place.ts'
import { until } from '../harness/until.ts'

let at: LibraryPlace
let system: BackupSystem

before(async () => {
  at = libraryPlace({})
  fs.mkdirSync(at.at('photos'))
  fs.writeFileSync(at.at('photos/p.jpg'), 'picture')
  system = await started()
})
after(async () => {
  await getBackupSystem().shutdown()
  at[Symbol.dispose]()
})

async function started(): Promise<BackupSystem> {
  return (await initializeBackupSystem(at.config)).unwrap()
}

const cli = (...args: readonly string[]): Promise<Ran> =>
  runCli([...args, '--home', at.at('home'), '--json'], {
    env: { BACKUP_ENCRYPTION_KEY: `file:${at.at('key')}` },
    cwd: at.path,
  })

function errorOf(ran: Ran): { readonly code: string; readonly message: string; readonly guidance: string } {
  return ran.json?.['error'] as ReturnType<typeof errorOf>
}

async function ran(configId: string): Promise<{ state: string; code: string | undefined; id: string }> {
  const run = (await system.waitForRun((await system.runBackupNow(configId)).unwrap())).unwrap()
  return { state: run.state, code: run.error?.code, id: run.id }
}

async function configId(name: string): Promise<string> {
  return (await system.manager.listConfigs()).unwrap().find((config) => config.name === name)!.id
}

const points = async () =>
  (await system.recover.getRecoveryPoints())
    .unwrap()
    .map(({ source, repository }) => `${source} in ${repository}`)
    .sort()

/** What really lies in a folder. */
async function inside<T>(name: string, look: (repository: Repository) => Promise<T>, key = 'key'): Promise<T> {
  await using repository = await Repository.open(openStore(parseLocation(at.at(name))), [
    parseKek(`file:${at.at(key)}`, 'key'),
  ])
  return await look(repository)
}

const sourcesIn = (name: string) =>
  inside(name, async (repository) => (await readHistory(repository)).snapshots.map(({ document }) => document.source))

const recordsIn = (name: string, record: string) =>
  inside(name, async (repository) =>
    (await listRecords(repository, { record })).records.map(({ document }) => document.value),
  )

test('one is added when it opens, and is refused when it is another thing', async () => {
  ;(await system.setupFileBackup('clinic', [at.source], { timezone: 'UTC' })).unwrap()
  const absent = await cli('repository', 'add', 'second', '--repo', 'second')
  assert.deepEqual([absent.status, errorOf(absent).code], [10, 'REPOSITORY_NOT_FOUND'])
  assert.match(errorOf(absent).guidance, /repository add NAME --repo LOCATION --init/)
  assert.equal(fs.existsSync(at.at('second')), false)
  const added = await cli('repository', 'add', 'second', '--repo', 'second', '--init')
  assert.equal(added.status, 0, added.stderr)
  assert.deepEqual(
    [added.json?.['name'], added.json?.['role'], added.json?.['location'], added.json?.['isReachable']],
    ['second', 'FURTHER', at.at('second'), true],
  )
  const refused: ReadonlyArray<readonly [name: string, place: string, code: string]> = [
    ['second', 'elsewhere', 'ALREADY_EXISTS'],
    ['main', 'elsewhere', 'ALREADY_EXISTS'],
    ['third', 'second', 'REPOSITORY_EXISTS'],
    ['third', 'backups', 'REPOSITORY_EXISTS'],
    ['third', 'source/inside', 'TARGET_REFUSED'],
    ['third', 'second/inside', 'USAGE'],
    ['a/b', 'elsewhere', 'CONFIG_INVALID'],
  ]
  for (const [name, place, code] of refused) {
    const again = await cli('repository', 'add', name, '--repo', place, '--init')
    assert.equal(errorOf(again)?.code, code, `${name} ${place}: ${again.stderr}`)
    assert.equal(fs.existsSync(at.at(place)) && place !== 'second' && place !== 'backups', false, `${place} was made`)
  }
  assert.deepEqual(
    (await system.listRepositories()).unwrap().map(({ name, role, configs }) => ({ name, role, configs })),
    [
      { name: 'main', role: 'FIRST', configs: ['clinic'] },
      { name: 'second', role: 'FURTHER', configs: [] },
    ],
  )
})

test('a configuration writes to the one that it names; an unknown one is refused, and nothing is saved', async () => {
  const unknown = await system.setupFileBackup('photos', [at.at('photos')], { timezone: 'UTC', repository: 'nowhere' })
  assert.equal(unknown.success, false)
  assert.equal(unknown.error?.code, 'REPOSITORY_UNKNOWN')
  assert.match(String(unknown.error?.guidance), /repository add NAME --repo LOCATION/)
  const other = await cli('config', 'add', '--name', 'photos', '--path', 'photos', '--repo', './elsewhere')
  assert.deepEqual([other.status, errorOf(other).code], [2, 'REPOSITORY_UNKNOWN'])
  const saved = await cli('config', 'add', '--name', 'photos', '--path', 'photos', '--repo', './second')
  assert.equal(saved.status, 0, saved.stderr)
  assert.equal(saved.json?.['repository'], 'second')
  assert.deepEqual(saved.json?.['warnings'], [{ code: 'NO_RETENTION', message: saved.stderr.trim() }].slice(0, 1))
  for (const name of ['clinic', 'photos']) assert.equal((await ran(await configId(name))).state, 'COMPLETED')
  assert.deepEqual([await sourcesIn('backups'), await sourcesIn('second')], [['clinic'], ['photos']])
  assert.deepEqual(await points(), ['clinic in main', 'photos in second'])
  const named = async (folder: string) =>
    (await recordsIn(folder, 'configuration')).map((value) => [value!['name'], Boolean(value!['repository'])])
  assert.deepEqual((await named('backups')).sort(), [
    ['clinic', false],
    ['photos', true],
  ])
  assert.deepEqual(await named('second'), [['photos', true]])
})

test('a point is looked into, restored, pinned and held where it lies', async () => {
  const all = (await system.recover.getRecoveryPoints()).unwrap()
  const [photo, clinic] = ['photos', 'clinic'].map((source) => all.find((point) => point.source === source)!.id)
  assert.deepEqual(
    (await system.recover.browsePoint(photo!, at.at('photos'))).unwrap().entries.map((entry) => entry.path),
    [at.at('photos/p.jpg')],
  )
  assert.deepEqual(
    (await system.recover.findFiles('*.{jpg,txt}'))
      .unwrap()
      .found.map((entry) => path.basename(entry.path))
      .sort(),
    ['a.txt', 'p.jpg'],
  )
  assert.equal((await system.recover.comparePoints(photo!, clinic!)).error?.code, 'USAGE')
  const request = await system.recover.createRecoveryRequest(photo!, 'FULL_RESTORE', { targetPath: at.at('back') })
  const done = await until('the recovery is over', async () => {
    const state = (await system.recover.getRecoveryStatus(request.unwrap().id)).unwrap()
    return state.finishedAt === null ? undefined : state
  })
  assert.equal(done.state, 'COMPLETED', JSON.stringify(done))
  assert.equal(fs.readFileSync(at.at(path.join('back', at.at('photos/p.jpg'))), 'utf8'), 'picture')

  ;(await system.recover.pinPoint(photo!, 'the first')).unwrap()
  assert.deepEqual([(await recordsIn('backups', 'pin')).length, (await recordsIn('second', 'pin')).length], [0, 1])
  const pinned = (await system.recover.getRecoveryPoints()).unwrap().filter((point) => point.pinned)
  assert.deepEqual(
    pinned.map(({ id }) => id),
    [photo],
  )
  // One on a source holds it wherever it is written to.
  const hold = (await system.recover.addHold({ source: 'photos', reason: 'case 7' })).unwrap()
  assert.deepEqual([(await recordsIn('backups', 'hold')).length, (await recordsIn('second', 'hold')).length], [1, 1])
  ;(await system.recover.liftHold(hold.id)).unwrap()
  assert.deepEqual([(await recordsIn('backups', 'hold')).length, (await recordsIn('second', 'hold')).length], [0, 0])
  ;(await system.recover.unpinPoint(photo!)).unwrap()
})

test('retention lets go where a configuration writes to, and nowhere else', async () => {
  const [clinic, photos] = [await configId('clinic'), await configId('photos')]
  ;(await system.manager.updateConfig(photos, { retention: { last: 1 } })).unwrap()
  fs.writeFileSync(at.at('photos/q.jpg'), 'another')
  assert.equal((await ran(photos)).state, 'COMPLETED')
  assert.equal((await ran(clinic)).state, 'COMPLETED')
  await until('the older point of photos is let go', async () => (await sourcesIn('second')).length === 1)
  await until('and is listed no more', async () => (await points()).length === 3)
  assert.deepEqual(
    [(await sourcesIn('backups')).length, await points()],
    [2, ['clinic in main', 'clinic in main', 'photos in second']],
  )
})

test('one whose disk is away stops nothing else: its runs fail by name, and status and health say which', async () => {
  const [clinic, photos] = [await configId('clinic'), await configId('photos')]
  ;(await system.manager.updateConfig(photos, { performance: { retryAttempts: 0 } })).unwrap()
  fs.renameSync(at.at('second'), at.at('away'))
  try {
    assert.deepEqual(await ran(photos).then(({ state, code }) => [state, code]), ['FAILED', 'REPOSITORY_MISSING'])
    assert.equal((await ran(clinic)).state, 'COMPLETED')
    const status = (await system.getStatus()).unwrap()
    assert.deepEqual(
      [status.repositoryError, status.repositories.map(({ name, errorCode }) => [name, errorCode])],
      [
        null,
        [
          ['main', null],
          ['second', 'REPOSITORY_MISSING'],
        ],
      ],
    )
    assert.deepEqual(status.verdict.reasons.find(({ code }) => code === 'REPOSITORY_NOT_WHOLE')?.names, [
      'second: REPOSITORY_MISSING',
    ])
    const { checks } = await system.monitor.performHealthCheck()
    const health = Object.fromEntries(checks.map(({ name, status: each }) => [name, each]))
    assert.deepEqual([health['repository'], health['repository:second']], ['HEALTHY', 'UNHEALTHY'])
    const listed = await cli('repository', 'list')
    assert.deepEqual(
      (listed.json!['repositories'] as Array<{ errorCode: string | null }>).map(({ errorCode }) => errorCode),
      [null, 'REPOSITORY_MISSING'],
    )
    const said = await runCli(['status', '--home', at.at('home')], {
      env: { BACKUP_ENCRYPTION_KEY: `file:${at.at('key')}` },
      cwd: at.path,
    })
    assert.match(said.stdout.toString(), /Repository second \(.*\): does not open \(REPOSITORY_MISSING\).*photos/)
    // Whatever else is put there is not it.
    fs.cpSync(at.at('backups'), at.at('second'), { recursive: true })
    assert.equal((await ran(photos)).code, 'REPOSITORY_MISSING')
    fs.rmSync(at.at('second'), { recursive: true })
    // What only can't be reached is not damaged, and its points are still listed.
    assert.equal((await points()).filter((point) => point === 'photos in second').length, 1)
    const record = (await system.manager.updateConfig(photos, { tags: ['away'] })).warnings
    assert.deepEqual(
      record.map(({ code }) => code),
      ['RECORD_PENDING'],
    )
    // A hold that can't be put where the points are is none.
    assert.equal((await system.recover.addHold({ source: 'photos', reason: 'x' })).error?.code, 'REPOSITORY_MISSING')
    assert.equal((await recordsIn('backups', 'hold')).length, 0)
  } finally {
    fs.renameSync(at.at('away'), at.at('second'))
  }
  assert.equal((await ran(photos)).state, 'COMPLETED')
})

test('one with a key of its own: its file is remembered, never the key; gone, its runs alone fail', async () => {
  const key = newKey(at.at('other-key'))
  const added = await cli('repository', 'add', 'vault', '--repo', 'vault', '--key-file', 'other-key', '--init')
  assert.equal(added.status, 0, added.stderr)
  assert.equal(added.json?.['keyFile'], key)
  const secret = fs.readFileSync(key, 'utf8').trim()
  assert.equal(added.stdout.includes(secret) || added.stderr.includes(secret), false)
  const beside = await cli(
    'repository',
    'add',
    'x',
    '--repo',
    'vault2',
    '--key-file',
    newKey(at.at('home/k')),
    '--init',
  )
  assert.equal(errorOf(beside).code, 'KEY_REFUSED')
  const { id } = (
    await system.setupFileBackup('films', [at.at('photos')], {
      ...{ timezone: 'UTC', repository: 'vault' },
      performance: { retryAttempts: 0 },
    })
  ).unwrap()
  assert.equal((await ran(id)).state, 'COMPLETED')
  assert.deepEqual(
    await inside('vault', async (repository) => (await readHistory(repository)).snapshots.length, 'other-key'),
    1,
  )
  await assert.rejects(
    inside('vault', async () => {}),
    /KEY_WRONG|key/i,
  )
  fs.renameSync(key, at.at('gone'))
  assert.deepEqual(await ran(id).then(({ state, code }) => [state, code]), ['FAILED', 'KEY_MISSING'])
  assert.equal((await ran(await configId('clinic'))).state, 'COMPLETED')
  fs.renameSync(at.at('gone'), key)
  assert.equal((await ran(id)).state, 'COMPLETED')
  ;(await system.manager.deleteConfig(id)).unwrap()
})

test('one that is written to is not removed; removed, its points go from the lists alone, and come again', async () => {
  const photos = await configId('photos')
  const inUse = await cli('repository', 'remove', 'second')
  assert.deepEqual([inUse.status, errorOf(inUse).code], [1, 'REPOSITORY_IN_USE'])
  assert.match(errorOf(inUse).message, /photos/)
  assert.match(errorOf(inUse).guidance, /repository use CONFIG NAME/)
  assert.equal((await system.removeRepository('main')).error?.code, 'REPOSITORY_IN_USE')
  assert.equal((await system.removeRepository('nowhere')).error?.code, 'REPOSITORY_UNKNOWN')

  const former = (await system.recover.getRecoveryPoints()).unwrap().find(({ source }) => source === 'photos')!
  const used = await cli('repository', 'use', 'photos', 'main')
  assert.equal(used.json?.['repository'], 'main', used.stderr)
  assert.equal((await ran(photos)).state, 'COMPLETED')
  assert.deepEqual(
    (await points()).filter((point) => point.startsWith('photos')),
    ['photos in main', 'photos in second'],
  )
  const request = await system.recover.createRecoveryRequest(former.id, 'FULL_RESTORE', { targetPath: at.at('former') })
  const done = await until('the recovery is over', async () => {
    const state = (await system.recover.getRecoveryStatus(request.unwrap().id)).unwrap()
    return state.finishedAt === null ? undefined : state
  })
  assert.equal(done.state, 'COMPLETED')

  const removed = await cli('repository', 'remove', 'second')
  assert.deepEqual([removed.status, removed.json?.['points']], [0, 1], removed.stderr)
  assert.equal((await points()).includes('photos in second'), false)
  assert.deepEqual(await sourcesIn('second'), ['photos'])
  const lost = await system.useRepository(photos, 'second')
  assert.equal(lost.error?.code, 'REPOSITORY_UNKNOWN')
  const again = await cli('repository', 'add', 'second', '--repo', 'second')
  assert.deepEqual([again.status, again.json?.['points']], [0, 1], again.stderr)
  assert.ok((await points()).includes('photos in second'))
  const acts = (await system.listAuditEntries({ limit: 200 })).unwrap().entries
  const told = acts
    .filter(({ action }) => action.startsWith('repository.'))
    .map(({ action, result }) => `${action} ${result}`)
  for (const act of [
    'repository.add SUCCESS',
    'repository.remove SUCCESS',
    'repository.remove REFUSED',
    'repository.use SUCCESS',
  ])
    assert.ok(told.includes(act), `${act} in ${told.join(', ')}`)
})

test('the database is made again from the first; a further one that is away is named, and its points come later', async () => {
  const photos = await configId('photos')
  ;(await system.useRepository(photos, 'second')).unwrap()
  assert.equal((await ran(photos)).state, 'COMPLETED')
  const seen = await points()
  await system.shutdown()
  fs.rmSync(at.at('home'), { recursive: true })
  fs.renameSync(at.at('second'), at.at('away'))
  const rebuilt = await cli('system', 'rebuild', '--repo', at.at('backups'))
  assert.equal(rebuilt.status, 0, rebuilt.stderr)
  assert.deepEqual(rebuilt.json?.['repositoriesNotOpened'], [
    { name: 'second', location: at.at('second'), errorCode: 'REPOSITORY_NOT_FOUND' },
  ])
  assert.match(rebuilt.stderr, /second/)
  system = await started()
  assert.equal((await system.manager.getConfig(photos)).unwrap().repository, 'second')
  assert.equal((await ran(photos)).code, 'REPOSITORY_MISSING')
  fs.renameSync(at.at('away'), at.at('second'))
  const whole = (await system.rebuild()).unwrap()
  assert.deepEqual([whole.repositoriesNotOpened, await points()], [undefined, seen])
  assert.deepEqual((await system.rebuild()).unwrap(), whole)
  assert.equal((await ran(photos)).state, 'COMPLETED')
  assert.deepEqual((await system.verifyAudit()).unwrap().problems, [])
})

test('the first is lost for good: the system goes on from a further one, which is the first then', async () => {
  await system.shutdown()
  fs.rmSync(at.at('backups'), { recursive: true })
  const rebuilt = await cli('system', 'rebuild', '--repo', at.at('second'), '--force')
  assert.equal(rebuilt.status, 0, rebuilt.stderr)
  const config = { ...at.config, local: { basePath: at.at('second') } }
  system = (await initializeBackupSystem(config)).unwrap()
  assert.equal((await system.manager.getConfig(await configId('photos'))).unwrap().repository, 'main')
  assert.equal((await ran(await configId('photos'))).state, 'COMPLETED')
  assert.deepEqual(
    (await system.listRepositories())
      .unwrap()
      .flatMap(({ name, location }) => (name === null ? [] : [[name, location]])),
    [
      ['main', at.at('second')],
      ['vault', at.at('vault')],
    ],
  )
})

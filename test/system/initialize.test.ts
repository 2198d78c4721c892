// Goal: the life of the library's system as documented: key first, a repository made once and never anew, one
// configuration at a time, an end that lets the process go.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, test } from 'node:test'
import { getBackupSystem, initializeBackupSystem } from '../../src/system/index.ts'
import { libraryPlace, newKey, useKey } from '../harness/library-place.ts'
import { until } from '../harness/until.ts'

const root = path.resolve(import.meta.dirname, '../..')

afterEach(async () => {
  await getBackupSystem().shutdown()
})

test('before, twice, otherwise, and again after the end', async () => {
  using at = libraryPlace({ scheduler: false })
  assert.equal((await getBackupSystem().runBackupNow('x')).error?.code, 'NOT_INITIALIZED')
  const [first, same] = await Promise.all([initializeBackupSystem(at.config), initializeBackupSystem({ ...at.config })])
  assert.equal(first.success, true, JSON.stringify(first.error))
  assert.equal(first.data, same.data)
  assert.equal(getBackupSystem(), first.data)
  assert.equal((await initializeBackupSystem({ ...at.config, scheduler: true })).error?.code, 'ALREADY_INITIALIZED')
  const made = await first.data.setupFileBackup('a', [at.source], {
    frequency: 'DAILY',
    time: '02:00',
    timezone: 'America/Sao_Paulo',
  })
  assert.equal(made.success, true, JSON.stringify(made.error))
  assert.equal(made.data.schedulerAlive, false)
  await getBackupSystem().shutdown()
  assert.equal((await getBackupSystem().manager.listConfigs()).error?.code, 'NOT_INITIALIZED')
  const again = await initializeBackupSystem(at.config)
  assert.equal((await again.data.manager.listConfigs()).data.length, 1)
})

test('key first: nothing is made without one, with a placeholder, or with one beside the data', async () => {
  using at = libraryPlace({ scheduler: false })
  const good = process.env['BACKUP_ENCRYPTION_KEY']
  fs.mkdirSync(at.config.local.basePath)
  fs.copyFileSync(path.join(at.path, 'key'), path.join(at.config.local.basePath, 'key'))
  const cases = [
    [undefined, 'KEY_MISSING', /key generate/],
    ['your_32_character_encryption_key', 'KEY_PLACEHOLDER', /key generate/],
    [`file:${path.join(at.config.local.basePath, 'key')}`, 'KEY_REFUSED', /another folder/],
  ] as const
  for (const [key, code, advice] of cases) {
    if (key === undefined) delete process.env['BACKUP_ENCRYPTION_KEY']
    else process.env['BACKUP_ENCRYPTION_KEY'] = key
    const result = await initializeBackupSystem(at.config)
    assert.equal(result.error?.code, code)
    assert.match(result.error!.guidance, advice)
  }
  assert.deepEqual(fs.readdirSync(at.config.local.basePath), ['key'])
  process.env['BACKUP_ENCRYPTION_KEY'] = good
})

test('a repository is made only in an empty place; one that was there and is gone is not made anew', async () => {
  using at = libraryPlace({ scheduler: false })
  fs.mkdirSync(at.config.local.basePath)
  fs.writeFileSync(path.join(at.config.local.basePath, 'other'), '')
  assert.equal((await initializeBackupSystem(at.config)).error?.code, 'TARGET_REFUSED')
  fs.rmSync(path.join(at.config.local.basePath, 'other'))
  assert.equal((await initializeBackupSystem(at.config)).success, true)
  await getBackupSystem().shutdown()
  fs.renameSync(at.config.local.basePath, path.join(at.path, 'unmounted'))
  for (const remains of ['absent', 'empty']) {
    if (remains === 'empty') fs.mkdirSync(at.config.local.basePath)
    assert.equal((await initializeBackupSystem(at.config)).error?.code, 'REPOSITORY_MISSING', remains)
  }
  assert.deepEqual(fs.readdirSync(at.config.local.basePath), [])
  fs.rmdirSync(at.config.local.basePath)
  fs.renameSync(path.join(at.path, 'unmounted'), at.config.local.basePath)
  assert.equal((await initializeBackupSystem(at.config)).success, true)
})

test('another key, and another repository in the place of the known one, are refused', async () => {
  using at = libraryPlace({ scheduler: false })
  assert.equal((await initializeBackupSystem(at.config)).success, true)
  await getBackupSystem().shutdown()
  const good = process.env['BACKUP_ENCRYPTION_KEY']
  useKey(newKey(at.at('key2')))
  assert.equal((await initializeBackupSystem(at.config)).error?.code, 'KEY_WRONG')
  process.env['BACKUP_ENCRYPTION_KEY'] = good
  fs.renameSync(at.config.local.basePath, path.join(at.path, 'first'))
  assert.equal((await initializeBackupSystem({ ...at.config, home: path.join(at.path, 'home2') })).success, true)
  await getBackupSystem().shutdown()
  assert.equal((await initializeBackupSystem(at.config)).error?.code, 'REPOSITORY_MISSING')
})

test('a manual run in a process without scheduler waits; with one it ends, and its point restores', async () => {
  using at = libraryPlace({ scheduler: false })
  const { data: system } = await initializeBackupSystem({ ...at.config, scheduler: true })
  const config = await system.setupFileBackup('a', [at.source])
  const runId = await system.runBackupNow(config.data.id, 'ana')
  assert.equal(typeof runId.data, 'string', JSON.stringify(runId.error))
  const run = await system.waitForRun(runId.data)
  assert.equal(run.data.state, 'COMPLETED', JSON.stringify(run))
  const [point] = (await system.recover.getRecoveryPoints(config.data.id)).data
  assert.equal(point?.runId, runId.data)
  const target = path.join(at.path, 'back')
  const request = await system.recover.createRecoveryRequest(
    point!.id,
    'FULL_RESTORE',
    { targetPath: target, overwrite: true, priority: 'HIGH' },
    'ana',
  )
  let status = request
  await until('the restore is over', async () => {
    status = await system.recover.getRecoveryStatus(request.data.id)
    return !status.success || !['PENDING', 'RUNNING'].includes(status.data.state)
  })
  assert.equal(status.data.state, 'COMPLETED', JSON.stringify(status))
  assert.equal(status.data.progress, 100)
  assert.equal(fs.readFileSync(path.join(target, at.source, 'a.txt'), 'utf8'), 'a')
  const audit = await system.verifyAudit()
  assert.equal(audit.data.isIntact, true, JSON.stringify(audit))
  assert.ok(audit.data.entries >= 4)
})

test('a second process is a client with the same results, and goes on when the owner ends', async () => {
  using at = libraryPlace({ scheduler: false })
  const { data: system } = await initializeBackupSystem(at.config)
  const made = await system.setupFileBackup('a', [at.source])
  const script = `
    import { getBackupSystem, initializeBackupSystem } from ${JSON.stringify(path.join(root, 'src/system/index.ts'))}
    const result = await initializeBackupSystem(${JSON.stringify(at.config)})
    const list = async () => console.log(JSON.stringify((await getBackupSystem().manager.listConfigs()).data.map(({ id }) => id)))
    if (!result.success) throw new Error(JSON.stringify(result.error))
    await list()
    process.stdin.once('data', async () => { await list(); await getBackupSystem().shutdown(); process.exit(0) })`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: process.env,
  })
  const lines: string[] = []
  child.stdout.setEncoding('utf8').on('data', (text: string) => lines.push(...text.trim().split('\n')))
  while (lines.length < 1) await once(child.stdout, 'data')
  await system.shutdown()
  const ended = once(child, 'exit')
  child.stdin.write('go\n')
  assert.deepEqual(await ended, [0, null])
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as string[]),
    [[made.data.id], [made.data.id]],
  )
})

test('a client with another key is refused as the owner would be, and the owner goes on', async () => {
  using at = libraryPlace({ scheduler: false })
  const { data: system } = await initializeBackupSystem(at.config)
  newKey(at.at('key2'))
  const script = `
    import { getBackupSystem, initializeBackupSystem } from ${JSON.stringify(path.join(root, 'src/system/index.ts'))}
    console.log((await initializeBackupSystem(${JSON.stringify(at.config)})).error?.code)
    await getBackupSystem().shutdown()`
  const codeWith = async (key: string) => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, BACKUP_ENCRYPTION_KEY: `file:${path.join(at.path, key)}` },
      timeout: 60_000,
    })
    const said = child.stdout.setEncoding('utf8').toArray()
    assert.deepEqual(await once(child, 'exit'), [0, null])
    return (await said).join('').trim()
  }
  assert.deepEqual([await codeWith('key2'), await codeWith('key')], ['KEY_WRONG', 'undefined'])
  assert.equal((await system.manager.listConfigs()).success, true)
})

test('a client that names another repository than the owner has is refused; the same by another name is the same', async () => {
  using at = libraryPlace({ scheduler: false })
  assert.equal((await initializeBackupSystem(at.config)).success, true)
  fs.symlinkSync(at.config.local.basePath, path.join(at.path, 'other-name'))
  const answerWith = async (name: string) => {
    const config = { ...at.config, local: { basePath: path.join(at.path, name) } }
    const script = `
      import { getBackupSystem, initializeBackupSystem } from ${JSON.stringify(path.join(root, 'src/system/index.ts'))}
      console.log(JSON.stringify((await initializeBackupSystem(${JSON.stringify(config)})).error ?? null))
      await getBackupSystem().shutdown()`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 60_000,
    })
    const said = child.stdout.setEncoding('utf8').toArray()
    assert.deepEqual(await once(child, 'exit'), [0, null])
    return JSON.parse((await said).join('')) as { code: string; message: string } | null
  }
  const refused = await answerWith('another')
  assert.equal(refused?.code, 'REPOSITORY_OTHER')
  assert.ok(
    refused.message.includes(at.config.local.basePath) && refused.message.includes(path.join(at.path, 'another')),
    refused.message,
  )
  assert.ok(!fs.existsSync(path.join(at.path, 'another')), 'nothing was made there')
  assert.equal(await answerWith('other-name'), null)
})

test('the process ends by itself after shutdown', async () => {
  using at = libraryPlace({ scheduler: false })
  const script = `
    import { initializeBackupSystem } from ${JSON.stringify(path.join(root, 'src/system/index.ts'))}
    const { data: system } = await initializeBackupSystem(${JSON.stringify({ ...at.config, scheduler: true })})
    await system.shutdown()
    console.log('done')`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: process.env,
    timeout: 60_000,
  })
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  assert.deepEqual([code, signal], [0, null])
})

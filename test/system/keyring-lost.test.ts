// Goal: a repository whose newest keyring may be lost says so where nobody looks at a terminal: in the library's answer,
// and in the log of the process that serves. Method: both copies damaged, a system in a HOME that never saw them.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { changeKeyring, parseKek, Repository } from '../../src/engine/index.ts'
import { openStore, parseLocation } from '../../src/system/compose.ts'
import { getBackupSystem, initializeBackupSystem } from '../../src/system/index.ts'
import { startSystem } from '../../src/system/start-system.ts'
import { libraryPlace } from '../harness/library-place.ts'

test('the library warns and the log has an error, once, of a keyring that may have been the newest', async () => {
  using at = libraryPlace({ scheduler: false })
  const repository = at.config.local.basePath
  const kek = parseKek(`file:${at.at('key')}`, 'test')
  {
    await using made = await Repository.create(openStore(parseLocation(repository)), kek, 'test')
    await changeKeyring(made.store, made.keys, { newEpoch: true, keks: [kek], now: '2026-11-23T00:00:00.000Z' })
  }
  const keys = path.join(repository, 'keys')
  const newest = fs.readdirSync(keys).filter((name) => name.startsWith('00000002'))
  assert.ok(newest.length > 0)
  for (const name of newest) fs.truncateSync(path.join(keys, name), 40)
  const named = new RegExp(`keys/(${newest.join('|')}) can not be read and may have been the newest keyring`)
  const lostOf = (warnings: ReadonlyArray<{ readonly code: string; readonly message: string }>) =>
    warnings.filter(({ code }) => code === 'KEYRING_LOST').map(({ message }) => named.test(message))

  const library = await initializeBackupSystem(at.config)
  assert.equal(library.success, true, JSON.stringify(library.error))
  assert.deepEqual(lostOf(library.warnings), [true])
  await getBackupSystem().shutdown()

  {
    await using started = await startSystem({
      argument: at.config,
      cwd: at.path,
      env: { BACKUP_ENCRYPTION_KEY: `file:${at.at('key')}` },
      role: 'serve',
      actor: 'test',
      mustOwn: true,
    })
    assert.deepEqual(lostOf(started.warnings), [true])
  }
  const log = fs.readFileSync(path.join(at.config.home, 'backup.log'), 'utf8')
  const errors = log.split('\n').filter((line) => line.includes('"level":"error"') && named.test(line))
  assert.equal(errors.length, 2, 'one of each start')
})

// Goal: text that a database does not take is refused at the door of every call, before anything is written anywhere;
// and a repository that an earlier version poisoned rebuilds and lets go all the same. Method: every text member of
// every call; a record written past the door.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CALLS, type CallName, parseCall } from '../../src/contracts/system/index.ts'
import { schemaPaths } from '../../src/contracts/system/validation.ts'
import { listRecords, putRecord, writeRecord } from '../../src/engine/index.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import { isoTime } from '../../src/kernel/clock.ts'
import { applyRetention, syncPoints } from '../../src/services/execution/index.ts'
import { rebuildSystem } from '../../src/services/rebuild/index.ts'
import { getRecoveryPoints, pinPoint } from '../../src/services/recovery/index.ts'
import { backup, makeRepository, open } from '../harness/repository.ts'
import { addConfig } from '../harness/rows.ts'
import { inFirst, plantSnapshots, testSystem } from '../harness/system.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const BAD = { NUL: 'a\0b', 'high half': 'a\ud800', 'low half': '\udc00b' } as const
const CONTROL = { escape: 'a\u001b[2Jb', newline: 'a\nb', C1: 'a\u009bb' } as const

function at(path: string, value: unknown): unknown {
  const [first, ...rest] = path.split('.')
  const inner = rest.length === 0 ? value : at(rest.join('.'), value)
  return first!.endsWith('[]') ? { [first!.slice(0, -2)]: [inner] } : { [first!]: inner }
}

test('every member of every call refuses NUL, half characters and, but in paths, controls, naming itself', () => {
  let tried = 0
  for (const name of Object.keys(CALLS) as CallName[]) {
    const members = [...schemaPaths(CALLS[name].input)].filter((path) => !path.includes('policy'))
    for (const member of members) {
      const isPath = /(^|\.)(path|paths|prefix|pattern|targetPath|includePatterns|excludePatterns)(\[\])?$/.test(member)
      for (const [what, text] of Object.entries({ ...BAD, ...(!isPath && CONTROL) })) {
        tried += 1
        assert.throws(
          () => parseCall(name, at(member, text)),
          (error) => isBackupError(error, 'CONFIG_INVALID') && /a NUL|no path has/.test(String(error.context['why'])),
          `${name} ${member} ${what}`,
        )
      }
    }
  }
  assert.ok(tried > 200, `only ${tried}`)
  assert.throws(() => parseCall('config.get', { id: 'x', ['a\0']: 1 }), /NUL/)
})

test('a record and a snapshot refuse it too, and nothing is written', async () => {
  using folder = temporaryDirectory()
  const made = await makeRepository(folder.path)
  await using repository = await open(made)
  for (const bad of Object.values(BAD)) {
    const refused = (error: unknown) => isBackupError(error, 'USAGE')
    const change = { record: 'hold', subject: 'one', by: 'test', value: { reason: bad } }
    await assert.rejects(writeRecord(repository, change), refused)
    await assert.rejects(writeRecord(repository, { ...change, by: bad, value: {} }), refused)
    await assert.rejects(backup(made, folder.path, { source: bad }), refused)
    await assert.rejects(backup(made, folder.path, { tags: [bad] }), refused)
  }
  assert.deepEqual((await listRecords(repository)).records, [])
})

test('a pin that the database refuses leaves none in the repository', async () => {
  await using system = await testSystem()
  const [snapshot] = await plantSnapshots(system.repository, [{ source: 's', atMs: Date.now(), isGood: true }])
  await syncPoints(inFirst(system.parts))
  await assert.rejects(pinPoint(system.parts, snapshot!, { by: 'test', reason: 'bad\0reason' }))
  await using repository = await open(system.repository)
  assert.deepEqual((await listRecords(repository, { record: 'pin' })).records, [])
})

test('what an earlier version let into the repository stops neither retention nor rebuild, and is named', async () => {
  await using system = await testSystem()
  const config = await addConfig(system.parts, { paths: ['/'], retention: { last: 1 } })
  const names = await plantSnapshots(
    system.repository,
    [3, 2, 1].map((days) => ({ configId: config, source: 's', atMs: Date.now() - days * 86_400_000, isGood: true })),
  )
  {
    await using repository = await open(system.repository)
    const poison = { generation: 1, at: isoTime(Date.now()), by: 'ol\0d' }
    await putRecord(repository, { ...poison, record: 'pin', subject: names[0]!, value: { reason: 'bad\0reason' } })
    await putRecord(repository, {
      ...{ ...poison, record: 'configuration', subject: '5f0c3a9e-0000-4000-8000-000000000001' },
      value: {
        ...{ tenant: system.parts.tenantId, name: 'x\0y', kind: 'FILES', enabled: true, settings: {}, source: null },
        ...{ createdBy: 'a', createdAt: poison.at, updatedAt: poison.at },
      },
    })
  }
  const { points } = await applyRetention(system.parts)
  const kept = points
    .filter(({ snapshot, isKept }) => names.includes(snapshot) && isKept)
    .map(({ snapshot }) => snapshot)
  assert.deepEqual(new Set(kept), new Set([names[0], names[2]]))
  const [pinned] = (await getRecoveryPoints(system.parts)).filter((each) => each.pinned)
  assert.equal(pinned?.snapshot, names[0])
  await system.parts.catalog.db.deleteFrom('configs').execute()
  const summary = await rebuildSystem(system.parts, { force: true })
  assert.deepEqual(
    [summary.pins, summary.unstorable],
    [1, ['configuration 5f0c3a9e-0000-4000-8000-000000000001', `pin ${names[0]}`]],
  )
})

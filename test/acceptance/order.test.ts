// Goal: a wrong clock or a partial run neither hides nor drops what is good, and the time that decides is the time that
// is shown. Method: repositories with snapshots of other days, planted as their writers would have made them; the built
// program in processes of its own.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { ObjectType } from '../../src/engine/crypto/index.ts'
import type { SnapshotDocument } from '../../src/engine/index.ts'
import { backup, makeRepository, open, type TestRepository } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { type Ran, runCli } from './run-cli.ts'

interface Place extends Disposable {
  readonly repository: TestRepository
  readonly first: SnapshotDocument
  /** Of the one writer, in turn: each by its end, and its beginning where that is told. */
  plant(change: Partial<SnapshotDocument>): Promise<string>
  run(...args: string[]): Promise<Ran>
}

/** A repository whose only real backup is forgotten by nobody, and is of another source. */
async function place(): Promise<Place> {
  const folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  fs.mkdirSync(source)
  const repository = await makeRepository(folder.path)
  const { document: first, snapshot } = await backup(repository, source, { source: 'real' })
  assert.ok(repository.kek.kind === 'raw')
  const env = {
    HOME: folder.path,
    TZ: 'UTC',
    BACKUP_ENCRYPTION_KEY: `base64:${Buffer.from(repository.kek.key).toString('base64')}`,
    NEONPRO_REPOSITORY: repository.folder,
  }
  let sequence = 1
  let previous = snapshot
  const writer = 'ab'.repeat(16)
  return {
    repository,
    first,
    async plant({ finishedAt = first.finishedAt, ...change }) {
      await using again = await open(repository)
      const isFirst = sequence === 1
      const document = {
        ...{ ...first, source: 'test', writer, startedAt: finishedAt, finishedAt, sequence },
        ...{ previous: isFirst ? null : previous, parent: null, seen: {}, ...change },
      }
      sequence += 1
      previous = await again.writeDocument(document, {
        type: ObjectType.SNAPSHOT,
        folder: 'snapshots',
        signer: again.keys.writer(Buffer.from(writer, 'hex')),
      })
      return previous
    },
    run: (...args) => runCli(args, { env, cwd: folder.path }),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}

interface ForgetJson {
  readonly forgotten: string[]
  readonly kept: ReadonlyArray<{ snapshot: string; reasons: string[] }>
  readonly oddPoints: ReadonlyArray<{ snapshot: string; doubt: string }>
}

const forgetJson = (ran: Ran) => ran.json as unknown as ForgetJson

test('a point of a clock that was ahead is older than what came after it, and is named everywhere', async () => {
  using made = await place()
  const before = await made.plant({ finishedAt: '2026-05-10T02:00:00.000Z' })
  const ahead = await made.plant({ finishedAt: '2031-01-01T00:00:00.000Z' })
  const after = await made.plant({ finishedAt: '2026-05-11T02:00:00.000Z' })
  const listed = await made.run('snapshots', '--source', 'test', '--json')
  assert.deepEqual(
    (listed.json!['snapshots'] as Array<{ snapshot: string }>).map(({ snapshot }) => snapshot),
    [before, ahead, after],
  )
  const forget = forgetJson(await made.run('forget', '--keep-last', '1', '--dry-run', '--json'))
  assert.deepEqual(new Set(forget.forgotten), new Set([before, ahead]))
  assert.deepEqual(
    forget.oddPoints.map(({ snapshot, doubt }) => [snapshot, doubt]),
    [[ahead, 'AHEAD']],
  )
  for (const command of [['snapshots'], ['forget', '--keep-last', '1', '--dry-run'], ['verify']]) {
    const { stderr } = await made.run(...command)
    assert.match(stderr, new RegExp(`${ahead.slice(0, 12)} .*clock was ahead`), command.join(' '))
  }
})

test('a point in the future pushes nothing out while nothing has come after it', async () => {
  using made = await place()
  const points = [
    await made.plant({ finishedAt: '2026-05-10T02:00:00.000Z' }),
    await made.plant({ finishedAt: '2026-05-11T02:00:00.000Z' }),
    await made.plant({ finishedAt: '2131-01-01T00:00:00.000Z' }),
  ]
  const { forgotten, kept } = forgetJson(await made.run('forget', '--keep-daily', '1', '--dry-run', '--json'))
  assert.deepEqual(forgotten, [points[0]])
  assert.deepEqual(kept.find(({ snapshot }) => snapshot === points[2])!.reasons, ['dated in the future', 'last good'])
  const ran = await made.run('forget', '--keep-daily', '1', '--dry-run')
  assert.match(ran.stderr, /is dated in the future/)
})

test('a partial point takes no place of a good one: neither of its day nor among the last', async () => {
  using made = await place()
  const good = await made.plant({ finishedAt: '2026-05-10T10:00:00.000Z' })
  const partial = await made.plant({ finishedAt: '2026-05-10T20:00:00.000Z', skippedCount: 1 })
  const alone = await made.plant({ finishedAt: '2026-05-11T20:00:00.000Z', skippedCount: 1 })
  const newest = await made.plant({ finishedAt: '2026-05-12T20:00:00.000Z' })
  const forgottenBy = async (...policy: string[]) =>
    new Set(forgetJson(await made.run('forget', ...policy, '--dry-run', '--json')).forgotten)
  assert.deepEqual(await forgottenBy('--keep-daily', '7'), new Set([partial]))
  assert.deepEqual(await forgottenBy('--keep-last', '2'), new Set([partial, alone]))
  assert.deepEqual(await forgottenBy('--keep-monthly', '1'), new Set([good, partial, alone]))
  const emptied = await made.plant({ finishedAt: '2026-05-12T21:00:00.000Z', skippedCount: 1 })
  const last = forgetJson(await made.run('forget', '--keep-last', '1', '--dry-run', '--json'))
  assert.deepEqual(
    last.kept.filter(({ snapshot }) => [newest, emptied].includes(snapshot)).map(({ reasons }) => reasons),
    [['newest'], ['last 1/1', 'last good']],
  )
})

test('the time that decides is shown, in the zone that decides, with the end where that is another day', async () => {
  using made = await place()
  await made.plant({ startedAt: '2026-05-11T22:59:59.600Z', finishedAt: '2026-05-11T23:00:00.200Z' })
  await made.plant({ startedAt: '2026-05-12T14:59:59.600Z', finishedAt: '2026-05-12T15:00:00.200Z' })
  const tokyo = (
    await made.run('forget', '--keep-daily', '5', '--dry-run', '--timezone', 'Asia/Tokyo')
  ).stdout.toString()
  assert.match(tokyo, /^Plan +Snapshot +Time \(Asia\/Tokyo\)/)
  assert.match(tokyo, / 2026-05-12 07:59:59 {2}.*\n/)
  assert.match(tokyo, /2026-05-12 23:59:59 – 2026-05-13 00:00:00/)
  const daily = forgetJson(
    await made.run('forget', '--keep-daily', '5', '--dry-run', '--timezone', 'Asia/Tokyo', '--json'),
  )
  assert.equal(daily.forgotten.length, 1, 'both began on 12 May in Tokyo')
  const hourly = await made.run('forget', '--keep-hourly', '5', '--dry-run')
  assert.match(hourly.stdout.toString(), /2026-05-11 22:59:59 – 2026-05-11 23:00:00/)
  const listed = (await made.run('snapshots', '--timezone', 'America/Sao_Paulo')).stdout.toString()
  assert.match(listed, /Time \(America\/Sao_Paulo\)/)
  assert.match(listed, /2026-05-11 19:59:59 /)
  for (const command of [['snapshots'], ['forget', '--keep-last', '1']])
    assert.equal((await made.run(...command, '--timezone', 'Mars/Base')).status, 2)
})

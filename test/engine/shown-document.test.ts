// Goal: of a document only what is known to open nothing is shown, whatever a later version puts into it.
// Method: a full repository with secrets planted under names that nobody has heard of, each object looked at.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { listObjects, OBJECT_FOLDERS, type ObjectKind, readObject, writeRecord } from '../../src/engine/index.ts'
import { StreamKind, StreamReceiver, walPosition } from '../../src/engine/streams/index.ts'
import { everyKind, objectsOf } from '../harness/every-kind.ts'
import { open } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const PLANTED = 'planted-secret'
const ENTRY = {
  v: 1,
  action: 'config.update',
  resource: `postgres://a:${PLANTED}@host/db`,
  details: { token: PLANTED, list: [`smtp://b:${PLANTED}@host`] },
  later: PLANTED,
}

test('sealed and unknown members are left out of every kind, and each kind is there', async () => {
  using folder = temporaryDirectory()
  const stage = await everyKind(folder.path, (at) => {
    fs.mkdirSync(at)
    fs.writeFileSync(path.join(at, 'changing'), 'x'.repeat(6000))
  })
  await using repository = await open(stage.made)
  const values = {
    configuration: { name: 'c', source: PLANTED, settings: { healthcheckSealed: PLANTED, later: { deep: PLANTED } } },
    pin: { reason: 'why', later: PLANTED },
    'control-key': { id: 'a', recipients: [{ id: 'b', wrapped: PLANTED, later: PLANTED }] },
    audit: { from: 1, entries: [JSON.stringify(ENTRY), PLANTED] },
    'of-a-later-version': { name: PLANTED },
  }
  for (const [record, value] of Object.entries(values))
    await writeRecord(repository, { record, subject: 'planted', by: 'test', value })
  const identity = { kind: StreamKind.POSTGRESQL_WAL, system: '7312345678901234567', branch: '1' }
  const receiver = await StreamReceiver.open(repository, { identity, source: 'clinic', writer: Buffer.alloc(16, 1) })
  await receiver.take({ from: walPosition(0n), to: walPosition(1n), bytes: Buffer.alloc(1) })
  await receiver.beat(Date.now())
  const sealed = objectsOf(stage)
    .filter((name) => name.startsWith('keys/'))
    .flatMap((name) => [
      ...fs
        .readFileSync(path.join(stage.made.folder, name), 'latin1')
        .matchAll(/"(?:wrapped|bundle|salt|commitment)":"([0-9a-f]+)"/g),
    ])
    .map(([, value]) => value!)
  assert.ok(sealed.length >= 4, String(sealed.length))
  const seen = new Map<string, number>()
  let said = ''
  for (const kind of Object.keys(OBJECT_FOLDERS) as ObjectKind[])
    for await (const { key } of listObjects(repository, kind)) {
      seen.set(kind, (seen.get(kind) ?? 0) + 1)
      if (kind === 'parity' || kind === 'user') continue
      const text = JSON.stringify(await readObject(repository, key))
      for (const each of [PLANTED, ...sealed]) assert.ok(!text.includes(each), `${key}: ${text}`)
      said += text
    }
  const mayLack = ['audit', 'locks', 'parity', 'user']
  for (const kind of Object.keys(OBJECT_FOLDERS).filter((each) => !mayLack.includes(each)))
    assert.ok((seen.get(kind) ?? 0) > 0, `no ${kind}: ${[...seen.keys()].join()}`)
  for (const shown of [
    '"reason":"why"',
    '"record":"of-a-later-version"',
    'config.update',
    '"subject":"planted"',
    '"kind":"beat"',
  ])
    assert.ok(said.includes(shown), shown)
})

// Goal: a snapshot that has the right seal and no right signature is never believed, wherever it stands in its writer's
// chain. Method: documents signed by a stranger under the writer's id, stored beside, on top of and below a real chain,
// and named by one another.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { ObjectType } from '../../src/engine/crypto/index.ts'
import { readHistory } from '../../src/engine/index.ts'
import { backup, makeRepository, open } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

test('beside, on top of and below a chain, and in a chain of their own', async () => {
  using base = temporaryDirectory()
  const source = path.join(base.path, 'source')
  fs.mkdirSync(source)
  const made = await makeRepository(base.path)
  const names: string[] = []
  for (let i = 0; i < 5; i += 1) {
    fs.writeFileSync(path.join(source, 'file'), String(i))
    names.push((await backup(made, source)).snapshot)
  }
  await using repository = await open(made)
  const before = await readHistory(repository)
  const { document } = before.snapshots.at(-1)!
  const signer = { id: Buffer.from(document.writer, 'hex'), ...generateKeyPairSync('ed25519') }
  const forge = (previous: string | null, sequence: number) =>
    repository.writeDocument(
      { ...document, previous, sequence, tags: [`forged ${sequence}`] },
      { type: ObjectType.SNAPSHOT, folder: 'snapshots', signer },
    )
  const beside = await forge(names[2]!, 4)
  const onTop = await forge(names[4]!, 6)
  const below = await forge(null, 1)
  const onForged = await forge(onTop, 7)
  const after = await readHistory(repository)
  assert.deepEqual(
    after.snapshots.map(({ name }) => name),
    names,
  )
  assert.deepEqual(
    after.problems.map(({ key, error }) => [key, error.code, error.context['rotten']]).sort(),
    [beside, onTop, below, onForged].map((name) => [`snapshots/${name}`, 'DAMAGED', undefined]).sort(),
  )
  assert.deepEqual(after.rollbacks, [])
})

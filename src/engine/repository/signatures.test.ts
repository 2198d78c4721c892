import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { parseBody, type Signer, signDocument, splitDocument, writerSigner } from '../crypto/index.ts'
import { type OpenedDocument, signedNames } from './signatures.ts'

const repositoryId = randomBytes(16)
const root = randomBytes(32)
const ana = writerSigner(root, Buffer.alloc(16, 1))
const bia = writerSigner(root, Buffer.alloc(16, 2))
const stranger = writerSigner(randomBytes(32), ana.id)

let looks = 0
const expect = {
  purpose: '5',
  repositoryId,
  signerOf: (id: Buffer): Signer => {
    looks += 1
    return writerSigner(root, id)
  },
}

function made(signer: Signer, previous: OpenedDocument | null): OpenedDocument {
  const bytes = signDocument(
    { previous: previous?.name ?? null, salt: randomBytes(4).toString('hex') },
    { purpose: '5', repositoryId, signer },
  )
  const document = splitDocument(bytes)
  const name = createHash('sha256').update(bytes).digest('hex')
  return { name, key: `snapshots/${name}`, body: parseBody(document.body), document, modifiedMs: 0 }
}

function chain(signer: Signer, length: number, first: OpenedDocument | null = null): OpenedDocument[] {
  const documents: OpenedDocument[] = []
  for (let i = 0; i < length; i += 1) documents.push(made(signer, documents.at(-1) ?? first))
  return documents
}

async function signed(documents: readonly OpenedDocument[]): Promise<string[]> {
  looks = 0
  const names = await signedNames(
    documents.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    expect,
    ({ previous }) => previous,
  )
  return documents.filter(({ name }) => names.has(name)).map(({ name }) => name)
}

const namesOf = (documents: readonly OpenedDocument[]): string[] => documents.map(({ name }) => name)

test('one signature stands for a whole chain of its writer, and each writer has its own', async () => {
  const documents = [...chain(ana, 30), ...chain(bia, 20)]
  assert.deepEqual(await signed(documents), namesOf(documents))
  assert.equal(looks, 2)
})

test('a chain with a gap is as many chains', async () => {
  const documents = chain(ana, 10).filter((_, i) => i !== 4)
  assert.deepEqual(await signed(documents), namesOf(documents))
  assert.equal(looks, 2)
})

test('what nobody signed is not believed: beside a chain, as its newest, or alone', async () => {
  const documents = chain(ana, 5)
  const beside = made(stranger, documents[2]!)
  const newest = made(stranger, documents[4]!)
  const alone = made(stranger, null)
  assert.deepEqual(await signed([...documents, beside, newest, alone]), namesOf(documents))
})

test('what an unsigned document names needs a signature of its own', async () => {
  const forged = made(stranger, null)
  const forgedAfter = chain(stranger, 2, forged)
  const real = chain(ana, 3)
  const namesReal = made(stranger, real[2]!)
  assert.deepEqual(await signed([forged, ...forgedAfter, ...real, namesReal]), namesOf(real))
})

test("a writer's word stands for its own documents only", async () => {
  const forged = made(stranger, null)
  const other = made(bia, forged)
  const real = made(ana, null)
  const namesReal = made(bia, real)
  assert.deepEqual(await signed([forged, other, real, namesReal]), namesOf([other, real, namesReal]))
  assert.equal(looks, 4)
})

test('without a chain every signature is looked at', async () => {
  const documents = chain(ana, 6)
  looks = 0
  assert.equal((await signedNames(documents, expect)).size, 6)
  assert.equal(looks, 6)
})

// Goal: what a repository requires of its readers, writers and deleters is heeded: one unknown word refuses that kind
// of work, and no other. Method: the configuration of a real repository is signed anew with other words in it.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import {
  copySnapshots,
  dropDamage,
  findSnapshot,
  forgetSnapshots,
  prune,
  type Repository,
  readHistory,
  repairRepository,
  restoreSnapshot,
  verifyRepository,
  writeRecord,
} from '../../src/engine/index.ts'
import { newConfig, type RepositoryConfig, writeConfig } from '../../src/engine/repository/config.ts'
import { isBackupError } from '../../src/kernel/backup-error.ts'
import {
  backedUpSample,
  backup,
  localStore,
  makeRepository,
  open,
  stateOf,
  type TestRepository,
} from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

interface Stage {
  readonly base: string
  readonly source: string
  readonly made: TestRepository
}

async function stage(base: string): Promise<Stage> {
  const { source, repository: made } = await backedUpSample(base, 61)
  return { base, source, made }
}

async function configured({ made }: Stage, change: Partial<RepositoryConfig>): Promise<void> {
  await using repository = await open(made)
  const config = { ...newConfig(repository.config.repositoryId, repository.config.createdAt), ...change }
  fs.rmSync(path.join(made.folder, 'config'), { recursive: true })
  await writeConfig(localStore(made.folder), config, repository.keys.maintenance)
}

/** What can be asked of a repository, by the kind of work that it is. */
function works({
  base,
  source,
  made,
}: Stage): Readonly<Record<'read' | 'write' | 'delete', ReadonlyArray<(repository: Repository) => Promise<unknown>>>> {
  const state = (repository: Repository) => stateOf(made, repository)
  return {
    read: [
      (repository) => readHistory(repository),
      (repository) => verifyRepository(repository, { readShare: 1 }),
      async (repository) =>
        restoreSnapshot(repository, findSnapshot(await readHistory(repository), 'latest').document, {
          target: fs.mkdtempSync(path.join(base, 'back-')),
          subtree: source,
        }),
    ],
    write: [
      () => backup(made, source),
      (repository) => writeRecord(repository, { record: 'pin', subject: 'a'.repeat(64), by: 'test', value: null }),
      async (repository) => copySnapshots(repository, await second(base), { snapshots: [], state: state(repository) }),
    ],
    delete: [
      (repository) => prune(repository),
      (repository) => repairRepository(repository),
      (repository) => dropDamage(repository, Buffer.alloc(16, 1)),
      async (repository) => forgetSnapshots(repository, await readHistory(repository), { names: [], by: 'test' }),
    ],
  }
}

/** A repository whose own configuration refuses to be written to. */
async function second(base: string): Promise<Repository> {
  const made = await makeRepository(fs.mkdtempSync(path.join(base, 'second-')))
  await configured({ base, source: '', made }, { features: { read: [], write: ['isolate'], delete: [] } })
  return open(made)
}

const unsupported = (error: unknown) => isBackupError(error, 'FEATURE_UNSUPPORTED') || assert.fail(String(error))

test('a feature that is required for a kind of work, and is not known, refuses it', async () => {
  using folder = temporaryDirectory()
  const made = await stage(folder.path)
  await configured(made, { features: { read: [], write: ['isolate'], delete: [] } })
  {
    await using repository = await open(made.made)
    for (const work of works(made).read) await work(repository)
    for (const work of works(made).write) await assert.rejects(work(repository), unsupported)
    await prune(repository)
  }
  await configured(made, { features: { read: [], write: [], delete: ['worm'] } })
  {
    await using repository = await open(made.made)
    for (const work of works(made).read) await work(repository)
    await backup(made.made, made.source)
    for (const work of works(made).delete) await assert.rejects(work(repository), unsupported)
  }
  await configured(made, { features: { read: ['subject-frames'], write: [], delete: [] } })
  await assert.rejects(open(made.made), unsupported)
})

test('another hash, cipher, derivation or format refuses to open; another chunker only writing', async () => {
  using folder = temporaryDirectory()
  const made = await stage(folder.path)
  for (const change of [{ hash: 'blake3' }, { aead: 'aes-256-gcm-siv' }, { kdf: 'argon2' }]) {
    const before = fs.mkdtempSync(path.join(folder.path, 'before-'))
    fs.cpSync(path.join(made.made.folder, 'config'), before, { recursive: true })
    await configured(made, change)
    await assert.rejects(open(made.made), unsupported, JSON.stringify(change))
    fs.rmSync(path.join(made.made.folder, 'config'), { recursive: true })
    fs.cpSync(before, path.join(made.made.folder, 'config'), { recursive: true })
  }
  await configured(made, { chunker: 'window48-v2' })
  await using repository = await open(made.made)
  for (const work of works(made).read) await work(repository)
  await assert.rejects(backup(made.made, made.source), unsupported)
})

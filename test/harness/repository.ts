/** A small repository on a real folder, and an independent look at trees. */
import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import {
  type BackupOptions,
  type BackupResult,
  backupFiles,
  ClientState,
  forgetSnapshots,
  type Kek,
  parseKek,
  prune,
  Repository,
  readHistory,
  restoreSnapshot,
  verifyRepository,
} from '../../src/engine/index.ts'
import type { ObjectStore } from '../../src/storage/index.ts'
import { openStore, parseLocation } from '../../src/system/compose.ts'
import { seededRandom } from './seeded-random.ts'

export function rawKey(): Kek {
  return parseKek(`base64:${randomBytes(32).toString('base64')}`, 'test key')
}

export interface TestRepository {
  readonly folder: string
  readonly kek: Kek
  readonly stateFolder: string
}

export function localStore(folder: string): ObjectStore {
  return openStore(parseLocation(folder))
}

/** Makes a repository in `base/repository`. */
export async function makeRepository(base: string): Promise<TestRepository> {
  const folder = path.join(base, 'repository')
  const kek = rawKey()
  await using _repository = await Repository.create(localStore(folder), kek, 'test')
  return { folder, kek, stateFolder: path.join(base, 'state') }
}

/** A sample tree in `base/source`, and a repository that holds a backup of it. */
export async function backedUpSample(
  base: string,
  seed: number,
): Promise<{ readonly source: string; readonly repository: TestRepository; readonly snapshot: string }> {
  const source = path.join(base, 'source')
  sampleTree(source, seededRandom(seed))
  const repository = await makeRepository(base)
  const { snapshot } = await backup(repository, source)
  return { source, repository, snapshot }
}

export interface SavedSources {
  readonly sources: readonly string[]
  readonly snapshots: readonly string[]
}

/** Folders below `base`, one a seed, with content of their own, each with a snapshot of a source of its name. */
export async function saveSources(test: TestRepository, base: string, seeds: readonly number[]): Promise<SavedSources> {
  const sources = seeds.map((seed) => path.join(base, `source-${seed}`))
  const snapshots: string[] = []
  for (const [i, source] of sources.entries()) {
    sampleTree(source, seededRandom(seeds[i]!))
    snapshots.push((await backup(test, source, { source: path.basename(source) })).snapshot)
  }
  return { sources, snapshots }
}

export async function pruned(test: TestRepository, store: ObjectStore = localStore(test.folder)): Promise<void> {
  await using repository = await open(test, store)
  await prune(repository)
}

export async function forget(test: TestRepository, name: string): Promise<void> {
  await using repository = await open(test)
  await forgetSnapshots(repository, await readHistory(repository), { names: [name], by: 'test' })
}

export function open(test: TestRepository, store: ObjectStore = localStore(test.folder)): Promise<Repository> {
  return Repository.open(store, [test.kek], { workspace: `${test.stateFolder}-workspace` })
}

export function stateOf(test: TestRepository, repository: Repository): ClientState {
  return new ClientState(test.stateFolder, repository.keys.repositoryId)
}

export async function backup(
  test: TestRepository,
  source: string,
  options: Partial<BackupOptions> & { store?: ObjectStore } = {},
): Promise<BackupResult> {
  const { store, ...rest } = options
  await using repository = await open(test, store)
  return await backupFiles(repository, {
    paths: [source],
    source: 'test',
    program: 'test',
    workers: 0,
    packBytes: 256 * 1024,
    state: stateOf(test, repository),
    ...rest,
  })
}

/** What a tree holds: path → type, mode, owner, mtime in nanoseconds, content. Reads with node:fs alone. */
export function lookAt(folder: string): Map<string, string> {
  const found = new Map<string, string>()
  const visit = (directory: Buffer, prefix: string): void => {
    for (const name of fs.readdirSync(directory, { encoding: 'buffer' })) {
      const file = Buffer.concat([directory, Buffer.from('/'), name])
      const stat = fs.lstatSync(file, { bigint: true })
      const content = stat.isFile()
        ? createHash('sha256').update(fs.readFileSync(file)).digest('hex')
        : stat.isSymbolicLink()
          ? fs.readlinkSync(file, 'latin1')
          : ''
      const key = `${prefix}/${name.toString('latin1')}`
      found.set(
        key,
        `${stat.mode.toString(8)} ${stat.uid}:${stat.gid} ${stat.mtimeNs} ${stat.isDirectory() ? '' : stat.size} ${stat.rdev} ${content}`,
      )
      if (stat.isDirectory()) visit(file, key)
    }
  }
  visit(Buffer.from(folder), '')
  return found
}

/** Restores one snapshot's folder into a fresh target and looks at it. */
export async function restored(
  test: TestRepository,
  base: string,
  options: { snapshot: string; source: string },
): Promise<Map<string, string>> {
  await using repository = await open(test)
  const { snapshots } = await readHistory(repository)
  const entry = snapshots.find(({ name }) => name === options.snapshot)
  if (!entry) throw new Error(`the snapshot ${options.snapshot} is gone`)
  const target = fs.mkdtempSync(path.join(base, 'restored-'))
  const result = await restoreSnapshot(repository, entry.document, {
    target: path.join(target, 'tree'),
    subtree: options.source,
  })
  if (result.issueCount > 0) throw new Error(`restore had issues: ${JSON.stringify(result.issues)}`)
  const seen = lookAt(path.join(target, 'tree'))
  fs.rmSync(target, { recursive: true })
  return seen
}

/** Names of all snapshots; throws when verification of every byte finds anything. */
export async function verified(test: TestRepository): Promise<string[]> {
  await using repository = await open(test)
  const result = await verifyRepository(repository, { readShare: 1 })
  if (result.problems.length + result.hits.length > 0)
    throw new Error(`verify found ${JSON.stringify({ problems: result.problems, hits: result.hits })}`)
  return (await readHistory(repository)).snapshots.map(({ name }) => name)
}

/** A small tree with a few directories, small and chunked files. */
export function sampleTree(folder: string, random: () => number): void {
  for (const name of ['a', 'b/c', 'b/d']) fs.mkdirSync(path.join(folder, name), { recursive: true })
  for (let i = 0; i < 12; i += 1)
    fs.writeFileSync(
      path.join(folder, ['a', 'b', 'b/c', 'b/d'][i % 4]!, `file-${i}.txt`),
      `text ${i} ${'x'.repeat(Math.floor(random() * 3000))}`,
    )
  fs.writeFileSync(
    path.join(folder, 'chunked.bin'),
    Buffer.from(Array.from({ length: 300_000 }, () => Math.floor(random() * 256))),
  )
  fs.symlinkSync('a/file-0.txt', path.join(folder, 'link'))
}

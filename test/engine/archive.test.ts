// Goal: an archive holds what the snapshot holds, and one whose content can't be read or that is stopped is an error,
// never a shorter archive. Method: the engine writes into memory; tar reads it back; then packs are damaged, and the
// run is aborted.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { ArchiveFormat, findSnapshot, Inspector, readHistory, writeArchive } from '../../src/engine/index.ts'
import { failsWith } from '../harness/refusal.ts'
import { backup, lookAt, makeRepository, open, sampleTree, type TestRepository } from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

async function archive(
  made: TestRepository,
  options: { path: string; format: ArchiveFormat; signal?: AbortSignal },
): Promise<{ bytes: Buffer; issues: string[] }> {
  await using repository = await open(made)
  const snapshot = findSnapshot(await readHistory(repository), 'latest')
  await using inspector = await Inspector.open(repository)
  const output = new PassThrough()
  const bytes = buffer(output)
  bytes.catch(() => {})
  const { issues } = await writeArchive(inspector, output, { snapshot, ...options }).finally(() => output.end())
  return { bytes: await bytes, issues: issues.map(({ what }) => what) }
}

async function backedUp(base: string): Promise<{ made: TestRepository; source: string }> {
  const source = path.join(base, 'source')
  sampleTree(source, seededRandom(91))
  fs.linkSync(path.join(source, 'a/file-0.txt'), path.join(source, 'hard'))
  execFileSync('mkfifo', [path.join(source, 'pipe')])
  const made = await makeRepository(base)
  await backup(made, source)
  return { made, source }
}

test('tar holds files, folders, links of both kinds and pipes; zip says what it has no place for', async () => {
  using folder = temporaryDirectory()
  const { made, source } = await backedUp(folder.path)
  const tar = await archive(made, { path: source, format: ArchiveFormat.TAR })
  const target = path.join(folder.path, 'untarred')
  fs.mkdirSync(target)
  execFileSync('tar', ['xpf', '-', '-C', target], { input: tar.bytes })
  const inSeconds = (tree: Map<string, string>) =>
    [...tree].map(([name, facts]) => `${name} ${facts.replace(/(\d{10})\d{9}/, '$1')}`)
  assert.deepEqual(inSeconds(lookAt(path.join(target, source))), inSeconds(lookAt(source)))
  assert.equal(
    fs.statSync(path.join(target, source, 'hard')).ino,
    fs.statSync(path.join(target, source, 'a/file-0.txt')).ino,
  )
  const zip = await archive(made, { path: source, format: ArchiveFormat.ZIP })
  assert.deepEqual([tar.issues, zip.issues], [[], ['a device or pipe has no place in a zip archive']])
})

test('content that can not be read, and a stop, are errors in both formats', async () => {
  using folder = temporaryDirectory()
  const { made, source } = await backedUp(folder.path)
  for (const format of Object.values(ArchiveFormat))
    await assert.rejects(archive(made, { path: source, format, signal: AbortSignal.abort() }), failsWith('ABORTED'))
  const packs = fs
    .readdirSync(path.join(made.folder, 'packs'), { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(made.folder, 'packs', name))
    .filter((file) => fs.statSync(file).isFile())
  const largest = packs.sort((a, b) => fs.statSync(b).size - fs.statSync(a).size)[0]!
  const bytes = fs.readFileSync(largest)
  bytes[bytes.length >> 1]! ^= 1
  fs.writeFileSync(largest, bytes)
  for (const format of Object.values(ArchiveFormat))
    await assert.rejects(archive(made, { path: source, format }), failsWith('DAMAGED'), format)
})

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
import { systemCalls } from '../../src/kernel/system-calls.ts'
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
  assert.deepEqual(lookAt(path.join(target, source)), lookAt(source))
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

/** What Python's tarfile says of each member, by its last name. */
const LIST = `
import sys, json, tarfile
found = {}
for m in tarfile.open(fileobj=sys.stdin.buffer, mode='r|', errors='surrogateescape'):
    raw = lambda text: text.encode('utf8', 'surrogateescape').hex()
    attributes = {k: raw(v) for k, v in m.pax_headers.items() if k.startswith('SCHILY')}
    found[raw(m.name.rsplit('/', 1)[-1])] = [m.type.decode(), str(m.pax_headers.get('mtime', m.mtime)), raw(m.linkname), m.mode, m.uid, attributes, m.devmajor, m.devminor]
print(json.dumps(found))
`

test('tar keeps times of any year to the nanosecond, bytes of names and links, attributes, access lists, devices', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  fs.mkdirSync(source)
  const at = (name: string | Buffer) => Buffer.concat([Buffer.from(`${source}/`), Buffer.from(name)])
  const dates = [
    ['old', '1965-03-04 05:06:07.5 UTC', '-152391232.5'],
    ['far', '2446-05-10 22:38:55 UTC', '15032385535'],
    ['fine', '2024-01-02 03:04:05.123456789 UTC', '1704164645.123456789'],
  ] as const
  for (const [name, date] of dates) execFileSync('touch', ['-d', date, path.join(source, name)])
  const latin = Buffer.from('caf\xe9', 'latin1')
  fs.writeFileSync(at(latin), 'x')
  fs.writeFileSync(at(`${'long '.repeat(40)}é`), 'y')
  fs.symlinkSync(latin, at('latin-link'))
  fs.symlinkSync('two\nlines', at('line-link'))
  fs.symlinkSync(`/${'far/'.repeat(40)}é`, at('far-link'))
  fs.writeFileSync(at('attributed'), 'x', { mode: 0o640 })
  const descriptor = fs.openSync(at('attributed'), 'r')
  systemCalls()!.fsetxattr(descriptor, 'user.raw', Buffer.from([0xff, 0x0a, 0x3d, 0x80]))
  systemCalls()!.fsetxattr(
    descriptor,
    'system.posix_acl_access',
    Buffer.from('0200000001000600ffffffff02000500d204000004000400ffffffff10000500ffffffff20000000ffffffff', 'hex'),
  )
  fs.closeSync(descriptor)
  const isRoot = process.getuid?.() === 0
  if (isRoot) {
    execFileSync('mknod', [path.join(source, 'device'), 'b', '7', '200'])
    fs.chownSync(at('attributed'), 3_000_000, 3_000_000)
  }
  const made = await makeRepository(folder.path)
  await backup(made, source)
  const { bytes, issues } = await archive(made, { path: source, format: ArchiveFormat.TAR })
  assert.deepEqual(issues, [])
  type Listed = [string, string, string, number, number, Record<string, string>, number, number]
  const listed = JSON.parse(
    execFileSync('python3', ['-c', LIST], { input: bytes, encoding: 'utf8', env: { ...process.env, PYTHONUTF8: '1' } }),
  ) as Record<string, Listed>
  const of = (name: string | Buffer) => listed[Buffer.from(name).toString('hex')]!
  for (const [name, , mtime] of dates) assert.equal(of(name)[1], mtime)
  assert.ok(of(latin) && of(`${'long '.repeat(40)}é`), Object.keys(listed).join())
  assert.equal(of('latin-link')[2], latin.toString('hex'))
  assert.equal(of('line-link')[2], Buffer.from('two\nlines').toString('hex'))
  assert.equal(of('far-link')[2], Buffer.from(`/${'far/'.repeat(40)}é`).toString('hex'))
  const attributes = of('attributed')[5]
  assert.equal(attributes['SCHILY.xattr.user.raw'], 'ff0a3d80')
  assert.equal(
    Buffer.from(attributes['SCHILY.acl.access']!, 'hex').toString(),
    'user::rw-,user:1234:r-x,group::r--,mask::r-x,other::---',
  )
  if (!isRoot) return
  assert.equal(of('attributed')[4], 3_000_000)
  assert.deepEqual([of('device')[0], ...of('device').slice(6)], ['4', 7, 200])
  // What tar unpacks is what was there, to the nanosecond.
  const target = path.join(folder.path, 'untarred')
  fs.mkdirSync(target)
  execFileSync('tar', ['xpf', '-', '-C', target], { input: bytes })
  assert.deepEqual(lookAt(path.join(target, source)), lookAt(source))
})

test('zip takes times before 1980 and after 2107 as near as it can, and says what it has no place for', async () => {
  using folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  fs.mkdirSync(source)
  for (const [name, date] of [
    ['1965', '1965-01-01 UTC'],
    ['1981', '1981-01-01 UTC'],
    ['2200', '2200-01-01 UTC'],
  ] as const)
    execFileSync('touch', ['-d', date, path.join(source, name)])
  const descriptor = fs.openSync(path.join(source, '1981'), 'r')
  systemCalls()!.fsetxattr(descriptor, 'user.x', Buffer.from('y'))
  fs.closeSync(descriptor)
  const made = await makeRepository(folder.path)
  await backup(made, source)
  const { bytes, issues } = await archive(made, { path: source, format: ArchiveFormat.ZIP })
  const far = 'a zip archive holds times from 1980 to 2107: the nearest is written'
  assert.deepEqual(issues, [far, 'a zip archive holds no extended attributes', far])
  assert.equal(bytes.subarray(0, 2).toString(), 'PK')
})

// Goal: a restore into what is there brings back everything or says what it could not: mode, owner and attributes also
// of what it leaves unchanged and of the target itself, names of one file as one file, folders that stand where the
// snapshot has a file; a dry run says what the real run then does; what the restore needs is never replaced.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import {
  ClientState,
  Needed,
  neededState,
  Repository,
  type RestoreOptions,
  type RestoreResult,
  readHistory,
  restoreSnapshot,
} from '../../src/engine/index.ts'
import { systemCalls } from '../../src/kernel/system-calls.ts'
import { failsWith } from '../harness/refusal.ts'
import { backup, localStore, lookAt, makeRepository, open, type TestRepository } from '../harness/repository.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const isRoot = process.getuid?.() === 0
const forRoot = { skip: isRoot ? false : 'only root may change owners and make files immutable' }
const calls = systemCalls()!

interface Made extends Disposable {
  readonly base: string
  readonly source: string
  readonly repository: TestRepository
  /** The source as it was backed up. */
  readonly sight: Map<string, string>
}

async function made(fill: (source: string) => void): Promise<Made> {
  const folder = temporaryDirectory()
  const source = path.join(folder.path, 'source')
  fs.mkdirSync(source)
  fill(source)
  const repository = await makeRepository(folder.path)
  await backup(repository, source)
  return {
    base: folder.path,
    source,
    repository,
    sight: lookAt(source),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}

async function restore({ repository, source }: Made, options: Partial<RestoreOptions> = {}): Promise<RestoreResult> {
  await using opened = await open(repository)
  const { snapshots } = await readHistory(opened)
  return await restoreSnapshot(opened, snapshots[0]!.document, { target: source, subtree: source, ...options })
}

/** What is counted and told, without how long it took. */
function deeds({ durationMs: _, ...rest }: RestoreResult): Omit<RestoreResult, 'durationMs'> {
  return rest
}

/** Restores after a dry run, which has to say the same and write nothing. */
async function foreseen(made: Made, options: Partial<RestoreOptions> = {}): Promise<RestoreResult> {
  const before = lookAt(made.source)
  const dry = await restore(made, { ...options, dryRun: true })
  assert.deepEqual(lookAt(made.source), before, 'a dry run writes nothing')
  const real = await restore(made, options)
  assert.deepEqual(deeds(dry), deeds(real))
  return real
}

function attributes(file: string): Record<string, string> {
  const descriptor = fs.openSync(file, 'r')
  try {
    return Object.fromEntries(
      calls.flistxattr(descriptor).map((name) => [name, calls.fgetxattr(descriptor, name).toString('hex')]),
    )
  } finally {
    fs.closeSync(descriptor)
  }
}

/**
 * Linux, include/uapi/linux/posix_acl_xattr.h: version 2, then tag, permissions and id: user 1234 may do everything.
 */
function defaultAccess(): Buffer {
  const entries = [
    [0x01, 7, -1],
    [0x02, 7, 1234],
    [0x04, 5, -1],
    [0x10, 7, -1],
    [0x20, 5, -1],
  ] as const
  const bytes = Buffer.alloc(4 + entries.length * 8)
  bytes.writeUInt32LE(2, 0)
  for (const [i, [tag, permissions, id]] of entries.entries()) {
    bytes.writeUInt16LE(tag, 4 + i * 8)
    bytes.writeUInt16LE(permissions, 6 + i * 8)
    bytes.writeInt32LE(id, 8 + i * 8)
  }
  return bytes
}

function setAttribute(file: string, name: string, value: string | Buffer): void {
  const descriptor = fs.openSync(file, 'r')
  calls.fsetxattr(descriptor, name, Buffer.from(value))
  fs.closeSync(descriptor)
}

test(
  'mode, owner and attributes come back to files, links and folders that are unchanged, and to the target',
  forRoot,
  async () => {
    using it = await made((source) => {
      fs.chmodSync(source, 0o2750)
      fs.mkdirSync(path.join(source, 'd'), { mode: 0o750 })
      fs.writeFileSync(path.join(source, 'd/a'), 'a', { mode: 0o640 })
      fs.writeFileSync(path.join(source, 'program'), 'b')
      fs.chownSync(path.join(source, 'program'), 1000, 1001)
      fs.chmodSync(path.join(source, 'program'), 0o6755)
      setAttribute(path.join(source, 'd/a'), 'user.kept', 'as it was')
      fs.symlinkSync('d/a', path.join(source, 'link'))
      fs.lchownSync(path.join(source, 'link'), 1000, 1000)
      execFileSync('mkfifo', ['-m', '600', path.join(source, 'pipe')])
    })
    execFileSync('chmod', ['-R', '777', it.source])
    execFileSync('chown', ['-R', '-h', '5:6', it.source])
    setAttribute(path.join(it.source, 'd/a'), 'user.kept', 'changed')
    setAttribute(path.join(it.source, 'd/a'), 'user.more', 'of another')
    setAttribute(it.source, 'user.more', 'of another')
    const result = await foreseen(it)
    assert.deepEqual(lookAt(it.source), it.sight)
    assert.equal(fs.statSync(it.source).mode & 0o7777, 0o2750)
    assert.deepEqual(attributes(path.join(it.source, 'd/a')), { 'user.kept': Buffer.from('as it was').toString('hex') })
    assert.deepEqual(attributes(it.source), {})
    assert.deepEqual(
      [result.filesRestored, result.filesUnchanged, result.metadataRestored, result.issueCount],
      [0, 4, 6, 0],
    )
    assert.equal((await restore(it)).metadataRestored, 0, 'what is right is left alone')
  },
)

test('what stays by wish keeps its mode, too', async () => {
  using it = await made((source) => fs.writeFileSync(path.join(source, 'a'), 'a', { mode: 0o640 }))
  fs.chmodSync(path.join(it.source, 'a'), 0o600)
  for (const overwrite of ['never', 'if-newer'] as const) await foreseen(it, { overwrite })
  assert.equal(fs.statSync(path.join(it.source, 'a')).mode & 0o7777, 0o600)
})

test('names of one file are one file again: one gone, all but one gone, parted, of links and pipes alike', async () => {
  const names = ['a/1', 'b/2', 'b/3']
  using it = await made((source) => {
    for (const folder of ['a', 'b']) fs.mkdirSync(path.join(source, folder))
    fs.writeFileSync(path.join(source, 'a/1'), 'x'.repeat(70_000))
    fs.symlinkSync('1', path.join(source, 'a/l1'))
    execFileSync('mkfifo', [path.join(source, 'a/p1')])
    for (const [from, to] of [
      ['a/1', 'b/2'],
      ['a/1', 'b/3'],
      ['a/l1', 'b/l2'],
      ['a/p1', 'b/p2'],
    ] as const)
      fs.linkSync(path.join(source, from), path.join(source, to))
  })
  const inodes = (...each: string[]) => new Set(each.map((name) => fs.lstatSync(path.join(it.source, name)).ino)).size
  const damages: Array<() => void> = [
    () => fs.rmSync(path.join(it.source, 'b/3')),
    () => {
      for (const name of ['a/1', 'b/3']) fs.rmSync(path.join(it.source, name))
    },
    () => {
      for (const name of ['b/3', 'b/l2', 'b/p2']) {
        const file = path.join(it.source, name)
        execFileSync('cp', ['-a', '--remove-destination', file, `${file}.copy`])
        fs.renameSync(`${file}.copy`, file)
      }
    },
    () => {
      for (const name of ['a/l1', 'a/p1']) fs.rmSync(path.join(it.source, name))
    },
  ]
  for (const damage of damages)
    for (const overwrite of ['if-changed', 'always'] as const) {
      damage()
      await foreseen(it, { overwrite })
      assert.deepEqual([inodes(...names), inodes('a/l1', 'b/l2'), inodes('a/p1', 'b/p2')], [1, 1, 1])
      assert.deepEqual(lookAt(it.source), it.sight)
    }
})

test('a full folder where the snapshot has a file stays and is named, and with delete makes room', async () => {
  using it = await made((source) => {
    fs.writeFileSync(path.join(source, 'file'), 'f')
    fs.symlinkSync('file', path.join(source, 'link'))
    fs.writeFileSync(path.join(source, 'twin'), 't')
    fs.linkSync(path.join(source, 'twin'), path.join(source, 'twin2'))
  })
  const spoil = () => {
    for (const name of ['file', 'link', 'twin2']) {
      fs.rmSync(path.join(it.source, name), { force: true })
      fs.mkdirSync(path.join(it.source, name, 'deep'), { recursive: true })
      fs.writeFileSync(path.join(it.source, name, 'deep/x'), 'x')
    }
  }
  spoil()
  const kept = await foreseen(it)
  assert.deepEqual(
    kept.issues.map(({ path: at, reason }) => [path.basename(at), reason]),
    [
      ['file', 'ENOTEMPTY'],
      ['link', 'ENOTEMPTY'],
      ['twin2', 'ENOTEMPTY'],
    ],
  )
  const replaced = await foreseen(it, { delete: true })
  assert.deepEqual([replaced.deleted, replaced.issueCount], [3, 0])
  assert.deepEqual(lookAt(it.source), it.sight)
})

test('immutable files and folders are named, and the rest goes on', forRoot, async (t) => {
  using it = await made((source) => {
    for (const name of ['changed', 'mode', 'other']) fs.writeFileSync(path.join(source, name), name)
    fs.mkdirSync(path.join(source, 'closed'))
    fs.writeFileSync(path.join(source, 'closed/in'), 'in')
  })
  const at = (name: string) => path.join(it.source, name)
  fs.writeFileSync(at('changed'), 'something else')
  fs.chmodSync(at('mode'), 0o600)
  fs.rmSync(at('other'))
  fs.rmSync(at('closed/in'))
  fs.writeFileSync(at('extra'), 'not in the snapshot')
  fs.writeFileSync(at('extra2'), 'not in the snapshot')
  const held = ['changed', 'mode', 'closed', 'extra'].map(at)
  try {
    execFileSync('chattr', ['+i', ...held], { stdio: 'ignore' })
  } catch {
    return t.skip('this file system has no immutable files')
  }
  try {
    const result = await foreseen(it, { delete: true })
    assert.deepEqual(result.issues.map(({ path: where, reason }) => [path.relative(it.source, where), reason]).sort(), [
      ['changed', 'IMMUTABLE'],
      ['closed', 'metadata: IMMUTABLE'],
      ['closed/in', 'IMMUTABLE'],
      ['extra', 'IMMUTABLE'],
      ['mode', 'metadata: IMMUTABLE'],
    ])
    assert.equal(fs.readFileSync(at('other'), 'utf8'), 'other')
    assert.ok(!fs.existsSync(at('extra2')))
  } finally {
    execFileSync('chattr', ['-i', ...held])
  }
})

test('verify reads what seems unchanged: other bytes of equal size and time are replaced, or told where they stay', async () => {
  using it = await made((source) => {
    for (const name of ['same', 'other']) {
      fs.writeFileSync(path.join(source, name), `content of ${name.padEnd(5)}`)
      fs.utimesSync(path.join(source, name), 1_600_000_000, 1_600_000_000)
    }
  })
  const spoil = () => {
    fs.writeFileSync(path.join(it.source, 'other'), 'encrypted!!!!!!!')
    fs.utimesSync(path.join(it.source, 'other'), 1_600_000_000, 1_600_000_000)
  }
  spoil()
  assert.equal((await foreseen(it, { verify: false })).filesUnchanged, 2, 'by size and time nothing is to be seen')
  const kept = await foreseen(it, { verify: true, overwrite: 'never' })
  assert.deepEqual(
    kept.issues.map(({ path: at, reason }) => [path.basename(at), reason]),
    [['other', 'RESTORE_MISMATCH']],
  )
  const result = await foreseen(it, { verify: true })
  assert.deepEqual([result.filesRestored, result.filesUnchanged, result.filesVerified], [1, 1, 2])
  assert.deepEqual(lookAt(it.source), it.sight)
})

test('a link of equal length and time that leads elsewhere is replaced', async () => {
  using it = await made((source) => {
    fs.symlinkSync('aaaa', path.join(source, 'link'))
    fs.lutimesSync(path.join(source, 'link'), 1_600_000_000, 1_600_000_000)
  })
  fs.rmSync(path.join(it.source, 'link'))
  fs.symlinkSync('bbbb', path.join(it.source, 'link'))
  fs.lutimesSync(path.join(it.source, 'link'), 1_600_000_000, 1_600_000_000)
  await foreseen(it)
  assert.equal(fs.readlinkSync(path.join(it.source, 'link')), 'aaaa')
})

test('access lists that a target hands down do not stay on what is restored', forRoot, async (t) => {
  using it = await made((source) => {
    fs.mkdirSync(path.join(source, 'd'))
    fs.writeFileSync(path.join(source, 'd/a'), 'a', { mode: 0o640 })
    fs.symlinkSync('a', path.join(source, 'd/l'))
  })
  const target = path.join(it.base, 'shared')
  fs.mkdirSync(target)
  try {
    setAttribute(target, 'system.posix_acl_default', defaultAccess())
  } catch {
    return t.skip('this file system has no access lists')
  }
  await restore(it, { target: path.join(target, 'inside') })
  assert.deepEqual(attributes(path.join(target, 'inside/d')), {})
  assert.deepEqual(attributes(path.join(target, 'inside/d/a')), {})
  assert.deepEqual(lookAt(path.join(target, 'inside')), it.sight)
})

test('what a client remembers, and all that belongs to a HOME, is left as it is also where nobody names it', async () => {
  using it = await made((source) => {
    for (const name of ['state', 'disk/database', 'sockets']) fs.mkdirSync(path.join(source, name), { recursive: true })
    for (const name of ['state/old', 'disk/database/row', 'sockets/owner.sock'])
      fs.writeFileSync(path.join(source, name), 'of then')
  })
  for (const name of ['disk/database/row', 'sockets/owner.sock'])
    fs.writeFileSync(path.join(it.source, name), 'as it is now')
  const home = path.join(it.base, 'home')
  fs.mkdirSync(home)
  fs.symlinkSync(path.join(it.source, 'disk/database'), path.join(home, 'database'))
  const socket = path.join(it.source, 'sockets/owner.sock')
  fs.writeFileSync(path.join(home, 'owner.lock.json'), JSON.stringify({ socket }))
  const state = path.join(it.source, 'state')
  await using opened = await Repository.open(localStore(it.repository.folder), [it.repository.kek], {
    memory: (id) => new ClientState(state, id),
  })
  const document = (await readHistory(opened)).snapshots[0]!.document
  const options = { subtree: it.source, needed: neededState(home) }
  const before = lookAt(it.source)
  for (const dryRun of [true, false]) {
    const { issues } = await restoreSnapshot(opened, document, { ...options, target: it.source, dryRun })
    assert.deepEqual(
      issues.map(({ path: at, reason }) => [path.relative(it.source, at), reason]),
      [
        ['disk/database', 'NEEDED'],
        ['sockets/owner.sock', 'NEEDED'],
        ['state', 'NEEDED'],
      ],
    )
    for (const target of [state, path.join(state, 'x'), path.join(home, 'x'), path.join(it.source, 'disk/database/x')])
      await assert.rejects(
        restoreSnapshot(opened, document, { ...options, target, dryRun }),
        failsWith('TARGET_REFUSED'),
        target,
      )
    assert.deepEqual(lookAt(it.source), before)
  }
})

test('what the restore needs is neither replaced nor removed, by whatever name, and is named', async () => {
  using it = await made((source) => {
    fs.writeFileSync(path.join(source, 'clinic.key'), 'an older key')
    fs.mkdirSync(path.join(source, 'moved/repository'), { recursive: true })
    fs.writeFileSync(path.join(source, 'moved/repository/x'), 'once here')
  })
  fs.writeFileSync(path.join(it.source, 'clinic.key'), 'the key of today')
  fs.rmSync(path.join(it.source, 'moved'), { recursive: true })
  fs.symlinkSync(it.base, path.join(it.source, 'moved'))
  const foreign = path.join(it.source, 'unknown/copy')
  fs.cpSync(it.repository.folder, foreign, { recursive: true })
  const needed = [
    { what: Needed.KEY_FILE, path: path.join(it.source, 'clinic.key') },
    { what: Needed.REPOSITORY, path: path.join(it.source, 'moved/repository') },
  ]
  const result = await foreseen(it, { needed })
  assert.deepEqual(
    result.issues.map(({ path: at, reason }) => [path.relative(it.source, at), reason]),
    [
      ['clinic.key', 'NEEDED'],
      ['moved', 'NEEDED'],
    ],
  )
  assert.equal(fs.readFileSync(path.join(it.source, 'clinic.key'), 'utf8'), 'the key of today')
  const deleting = await foreseen(it, { delete: true })
  assert.deepEqual(
    deleting.issues.map(({ path: at, reason }) => [path.relative(it.source, at), reason]),
    [['unknown/copy', 'NEEDED']],
    'a repository that nobody named is no rubbish',
  )
  assert.ok(fs.existsSync(path.join(foreign, 'config')))
})

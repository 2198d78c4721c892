// Goal: one process owns a home, the others call it with the same results; when it goes, the next call elects another.
// Real processes, a real socket.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import readline from 'node:readline'
import { test } from 'node:test'
import { readOwner } from '../../src/catalog/index.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

/** Where the owner of this home says that it listens. */
const socketOf = (home: string): string => readOwner(path.join(home, 'owner.lock'))?.socket ?? 'nowhere'

interface Member extends AsyncDisposable {
  readonly child: ChildProcess
  readonly role: string
  ask(line: string): Promise<unknown>
}

async function join(home: string, temporary?: string): Promise<Member> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'owner-child.ts'), home], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...(temporary !== undefined && { TMPDIR: temporary }) },
  })
  const lines = readline.createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  const next = async () => String((await lines.next()).value)
  const role = await next()
  return {
    child,
    role,
    ask: async (line) => {
      child.stdin!.write(`${line}\n`)
      return JSON.parse(await next()) as unknown
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

test('the first is the owner, the second its client; calls, uploads and downloads mean the same', async () => {
  using folder = temporaryDirectory()
  await using owner = await join(folder.path)
  await using client = await join(folder.path)
  assert.deepEqual([owner.role, client.role], ['owner', 'client'])
  assert.deepEqual(await client.ask('who'), [{ id: String(owner.child.pid) }])
  assert.deepEqual(await client.ask(`upload ${5 * 1024 * 1024}`), { path: 'a', bytes: 5 * 1024 * 1024, sha256: '' })
  assert.deepEqual(await client.ask('download a'), { broken: false, bytes: 5 * 1024 * 1024 })
  assert.equal(
    ((await client.ask('download absent')) as { broken: boolean }).broken,
    true,
    'a part is never taken for the whole',
  )
  assert.equal(await client.ask('wait'), 'ABORTED')
})

test('the socket and its folder are closed to other accounts', async () => {
  using folder = temporaryDirectory()
  await using owner = await join(folder.path)
  assert.equal(owner.role, 'owner')
  const socket = socketOf(folder.path)
  assert.equal(socket, path.join(folder.path, 'owner.sock'))
  assert.equal(fs.statSync(socket).mode & 0o777, 0o600)
})

test('when the owner is killed, the next call takes over; when it ends well, too', async () => {
  using folder = temporaryDirectory()
  await using first = await join(folder.path)
  await using second = await join(folder.path)
  await using third = await join(folder.path)
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  const answers = await Promise.all([second.ask('who'), third.ask('who')])
  assert.deepEqual(answers[0], answers[1], 'both speak to one owner')
  const [heir, other] =
    (answers[0] as Array<{ id: string }>)[0]!.id === String(second.child.pid) ? [second, third] : [third, second]
  heir.child.stdin!.write('end\n')
  await once(heir.child, 'exit')
  assert.deepEqual(await other.ask('who'), [{ id: String(other.child.pid) }])
  assert.deepEqual(await other.ask('upload 10'), { path: 'a', bytes: 10, sha256: '' })
})

test('a home with a long path has its socket in a short, closed one that it names: who has another folder for temporary files finds it too', async () => {
  using folder = temporaryDirectory()
  const home = path.join(folder.path, 'a-name-of-thirty-letters-or-so/'.repeat(5))
  const [one, other] = [path.join(folder.path, 'one'), path.join(folder.path, 'other')]
  for (const each of [home, one, other]) fs.mkdirSync(each, { recursive: true })
  {
    await using owner = await join(home, one)
    await using client = await join(home, other)
    assert.deepEqual(
      [owner.role, client.role, await client.ask('who')],
      ['owner', 'client', [{ id: String(owner.child.pid) }]],
    )
    const place = path.dirname(socketOf(home))
    assert.ok(Buffer.byteLength(socketOf(home)) <= 100 && place.startsWith(one), socketOf(home))
    assert.deepEqual([fs.statSync(place).mode & 0o777, fs.statSync(socketOf(home)).mode & 0o777], [0o700, 0o600])
    // Whoever becomes the owner next listens in a place of his own, and is found there.
    owner.child.kill('SIGKILL')
    await once(owner.child, 'exit')
    assert.deepEqual(await client.ask('who'), [{ id: String(client.child.pid) }])
    await using third = await join(home, one)
    assert.deepEqual(
      [await third.ask('who'), socketOf(home).startsWith(other)],
      [[{ id: String(client.child.pid) }], true],
    )
    // A folder that others may write to is not taken, whoever made it.
    fs.chmodSync(place, 0o777)
  }
  await using again = await join(home, one)
  const place = path.dirname(socketOf(home))
  assert.deepEqual([again.role, fs.statSync(place).mode & 0o777, fs.readdirSync(one).length], ['owner', 0o700, 2])
})

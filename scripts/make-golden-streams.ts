/**
 * Makes the golden repository with streams of the present format, once, before a release: what is there is never
 * overwritten. It is the golden repository of that format, with what servers log beside its snapshots.
 * `node scripts/make-golden-streams.ts FORMAT FOLDER`
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { parseKek, Repository } from '../src/engine/index.ts'
import {
  binlogPosition,
  Closed,
  oplogEnd,
  oplogPosition,
  type Position,
  positionText,
  type StreamIdentity,
  StreamKind,
  StreamReceiver,
  walPosition,
} from '../src/engine/streams/index.ts'
import { localStore } from '../test/harness/repository.ts'
import { keystream, writeManifest } from './golden-facts.ts'

const [format = '', folder = ''] = process.argv.slice(2).map((each) => path.resolve(each))
if (fs.existsSync(folder)) throw new Error(`${folder} holds fixtures: a golden repository is never replaced.`)
fs.cpSync(format, folder, { recursive: true })
const key = fs.readFileSync(path.join(folder, 'key'), 'utf8').trim()
const root = path.join(folder, 'repository')
await using repository = await Repository.open(localStore(root), [parseKek(key, 'the fixture')])

const WRITER = Buffer.alloc(16, 0xab)
const SYSTEM = '7312345678901234567'
const FLUSHES = 12
const EXTENT_BYTES = 2 ** 24
const KEYSTREAM_BYTES = 4096

interface Expected {
  readonly identity: StreamIdentity
  readonly from: string
  readonly to: string
  readonly bytes: number
  readonly sha256: string
  /** Where an announced gap is. */
  readonly gaps: ReadonlyArray<{ readonly from: string; readonly to: string; readonly reason: string }>
}
const expected: Expected[] = []

/** A keystream again and again, which takes little room. */
function log(bytes: number, seed: number): Buffer {
  const once = keystream(KEYSTREAM_BYTES, seed)
  return Buffer.concat(Array.from({ length: Math.ceil(bytes / once.length) }, () => once)).subarray(0, bytes)
}

interface Noted {
  readonly range: readonly [Position, Position]
  readonly content: Buffer
  readonly gaps?: Expected['gaps']
}

function note(identity: StreamIdentity, { range, content, gaps = [] }: Noted): void {
  const [from, to] = range.map(positionText) as [string, string]
  const sha256 = createHash('sha256').update(content).digest('hex')
  expected.push({ identity, from, to, bytes: content.length, sha256, gaps })
}

/** From the middle of an extent over a whole one into a third, a gap, and some more behind it. */
async function wal(): Promise<void> {
  const identity: StreamIdentity = { kind: StreamKind.POSTGRESQL_WAL, system: SYSTEM, branch: '2' }
  const receiver = await StreamReceiver.open(repository, {
    identity,
    source: 'golden',
    writer: WRITER,
    branch: {
      parent: { branch: '1', extent: '0000000000000002', to: 100, prefix: null },
      facts: { walSegmentBytes: EXTENT_BYTES },
      content: Buffer.from('1\t0/2000064\tno recovery target specified\n'),
    },
  })
  const start = 0x2f00000n
  const content = log(EXTENT_BYTES + 2 * 0x100000, 1)
  for (let at = 0; at < content.length; ) {
    const piece = content.subarray(at, at + Math.ceil(content.length / FLUSHES))
    const [from, to] = [start + BigInt(at), start + BigInt(at + piece.length)].map(walPosition) as [Position, Position]
    await receiver.take({
      from,
      to,
      bytes: piece,
      server: { time: '2026-11-23T13:41:07.000Z', flush: positionText(to) },
    })
    await receiver.flush()
    at += piece.length
  }
  await receiver.beat(Date.parse('2026-11-23T13:45:00.000Z'))
  await receiver.announceGap('slot-lost')
  const end = start + BigInt(content.length)
  const behind = log(5000, 2)
  const [gapEnd, last] = [walPosition(end + 0x200000n), walPosition(end + 0x200000n + 5000n)]
  await receiver.take({ from: gapEnd, to: last, bytes: behind })
  await receiver.beat(Date.parse('2026-11-23T13:50:00.000Z'))
  const gap = { from: positionText(walPosition(end)), to: positionText(gapEnd), reason: 'slot-lost' }
  note(identity, { range: [walPosition(start), last], content: Buffer.concat([content, behind]), gaps: [gap] })
}

async function binlog(): Promise<void> {
  const system = 'b5c1a1a0-0000-11ee-8000-000000000001'
  const identity: StreamIdentity = { kind: StreamKind.MYSQL_BINLOG, system, branch: '0~1' }
  const branch = { parent: null, facts: { binlogName: 'mysql-bin' }, content: new Uint8Array(0) }
  const receiver = await StreamReceiver.open(repository, { identity, source: 'golden', writer: WRITER, branch })
  const files = [log(900, 3), log(1200, 4)]
  for (const [i, bytes] of files.entries()) {
    for (let at = 0; at < bytes.length; at += 100) {
      const piece = bytes.subarray(at, at + 100)
      const [from, to] = [at, at + piece.length].map((each) => binlogPosition(7 + i, BigInt(each))) as [
        Position,
        Position,
      ]
      await receiver.take({ from, to, bytes: piece })
      await receiver.flush()
    }
    await receiver.close(Closed.ROTATE)
  }
  note(identity, { range: [binlogPosition(7, 0n), binlogPosition(8, 1200n)], content: Buffer.concat(files) })
}

async function oplog(): Promise<void> {
  const identity: StreamIdentity = { kind: StreamKind.MONGODB_OPLOG, system: '5f0000000000000000000001', branch: '0' }
  const receiver = await StreamReceiver.open(repository, { identity, source: 'golden', writer: WRITER })
  const start = oplogPosition(1_700_000_000, 1)
  const all: Buffer[] = []
  let from = start
  for (const seconds of [0, 10, 30, 64, 65, 300]) {
    const to = oplogEnd(1_700_000_000 + seconds, 1)
    if (to.extent > from.extent) from = { extent: to.extent, offset: 0 }
    const bytes = log(50 + seconds, 5)
    await receiver.take({ from, to, bytes })
    await receiver.flush()
    all.push(bytes)
    from = to
  }
  note(identity, { range: [start, from], content: Buffer.concat(all) })
}

await wal()
await binlog()
await oplog()
fs.writeFileSync(path.join(folder, 'streams.json'), `${JSON.stringify(expected, null, 2)}\n`)
writeManifest(folder)

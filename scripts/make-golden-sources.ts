/**
 * Makes the golden repository of points that came as streams, and the vectors of the profiles that they are cut by,
 * once: what is there is never overwritten. `node scripts/make-golden-sources.ts FOLDER`
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ChunkerProfile, StreamCutter } from '../src/engine/chunker/index.ts'
import { backupStreams, ClientState, parseKek, Repository } from '../src/engine/index.ts'
import { Cut, type StreamEntry } from '../src/sources/index.ts'
import { openStore, parseLocation } from '../src/system/compose.ts'
import { GOLDEN_KEY, keystream, writeFacts } from './golden-facts.ts'

const folder = path.resolve(process.argv[2] ?? 'fixtures')
const repositoryFolder = path.join(folder, 'repository')
if (fs.existsSync(repositoryFolder)) throw new Error(`${folder} holds fixtures: a golden repository is never replaced.`)
const SECRET = Buffer.alloc(64, 9)

function table(rows: number): Buffer {
  const lines = Array.from(
    { length: rows },
    (_, row) => `${row}\t${(row * 2654435761) % 2 ** 32}\tconsulta; exame; receita\n`,
  )
  return Buffer.from(lines.join(''))
}

function contents(rows: number): Array<{ path: string; cut: Cut; content: Buffer; mtimeNs?: bigint }> {
  return [
    { path: '/clínica/public/pacientes.copy', cut: Cut.ROWS, content: table(rows) },
    { path: '/clínica/base/1', cut: Cut.PAGES_8K, content: keystream(100_000) },
    { path: '/clínica/base/2', cut: Cut.PAGES_32K, content: keystream(100_000) },
    { path: '/bucket/foto', cut: Cut.FILES, content: keystream(200_000), mtimeNs: 1_700_000_000_123_456_789n },
    { path: '/bucket/vazio', cut: Cut.FILES, content: Buffer.alloc(0) },
  ]
}

async function* entries(rows: number): AsyncGenerator<StreamEntry> {
  for (const { content, ...entry } of contents(rows)) yield { ...entry, content: () => piecesOf(content) }
}

async function* piecesOf(content: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += 10_000) yield content.subarray(at, at + 10_000)
}

/** Where the chunks of a content of at most 1.5 MiB end. */
function endsOf(content: Buffer, rule: 'rows' | 'content'): number[] {
  const cutter = new StreamCutter(SECRET)
  cutter.begin(rule)
  cutter.fill(content, 0)
  return cutter.cut(true)
}

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'neonpro-fixtures-'))
const store = openStore(parseLocation(repositoryFolder))
{
  await using repository = await Repository.create(store, parseKek(GOLDEN_KEY, 'the golden key'), 'golden')
  const state = new ClientState(path.join(work, 'state'), repository.keys.repositoryId)
  for (const rows of [4000, 4100])
    await backupStreams(repository, {
      source: 'golden',
      sourceKind: 'POSTGRESQL',
      program: 'neonpro-backup',
      entries: entries(rows),
      facts: () => ({ tables: { pacientes: rows } }),
      database: () => ({ engine: 'postgresql', version: '17.2', mode: 'logical', databases: ['clínica'] }),
      contentsAtOnce: 1,
      state,
    })
}
const latest = contents(4100).map(({ path: at, content }) => [
  Buffer.from(at.slice(1)).toString('latin1'),
  createHash('sha256').update(content).digest('hex'),
])
writeFacts(folder, {
  key: GOLDEN_KEY,
  source: '',
  latest: Object.fromEntries(latest),
  vectors: {
    chunker: {
      profile: 'rows',
      sizes: ChunkerProfile.ROWS,
      secret: SECRET.toString('hex'),
      data: 'AES-256-CTR, key 32 bytes of 07, counter 0, over 1048576 zero bytes',
      ends: endsOf(keystream(1024 * 1024), 'rows'),
    },
  },
})
fs.rmSync(work, { recursive: true })

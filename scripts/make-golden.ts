/**
 * Makes the golden repository and the test vectors of the present format, once, before a release: what is there is
 * never overwritten. `node scripts/make-golden.ts FOLDER`
 */
import { execFileSync } from 'node:child_process'
import { createHash, hkdfSync } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ChunkerProfile, createPlainChunker } from '../src/engine/chunker/index.ts'
import { GOLDEN_KEY, keystream, manifest, writeFacts } from './golden-facts.ts'

const cli = path.resolve(import.meta.dirname, '../dist/bin/neonpro-backup.js')
const folder = path.resolve(process.argv[2] ?? 'fixtures')
if (fs.existsSync(path.join(folder, 'repository')))
  throw new Error(`${folder} holds fixtures: a golden repository is never replaced.`)

function makeTree(source: string): void {
  fs.mkdirSync(path.join(source, 'pasta/vazia'), { recursive: true })
  fs.writeFileSync(path.join(source, 'ola.txt'), 'olá, mundo\n')
  fs.writeFileSync(path.join(source, 'empty'), '')
  fs.writeFileSync(path.join(source, 'pasta/chunked.bin'), keystream(300_000))
  fs.writeFileSync(path.join(source, 'pasta/repeated.txt'), 'consulta; exame; receita\n'.repeat(4000))
  fs.linkSync(path.join(source, 'ola.txt'), path.join(source, 'pasta/hard'))
  fs.symlinkSync('../ola.txt', path.join(source, 'pasta/link'))
  fs.writeFileSync(Buffer.concat([Buffer.from(`${source}/`), Buffer.from([0x62, 0xe7])]), 'a name that is no UTF-8')
  fs.chmodSync(path.join(source, 'ola.txt'), 0o640)
  for (const name of ['ola.txt', 'empty', 'pasta/chunked.bin', 'pasta/repeated.txt', 'pasta/vazia', 'pasta', ''])
    fs.utimesSync(path.join(source, name), 1_700_000_000, 1_700_000_000)
}

function vectors(): unknown {
  const key = Buffer.from(Array.from({ length: 64 }, (_, i) => i))
  const content = Buffer.from('consulta; exame; receita\n')
  const id = createHash('sha256').update(content).digest()
  const lookup = createHash('sha256')
    .update(key.subarray(0, 32))
    .update(Buffer.alloc(32))
    .update(id)
    .digest()
    .subarray(0, 16)
  const secret = Buffer.alloc(64, 9)
  const data = keystream(1024 * 1024)
  const chunker = createPlainChunker(secret, ChunkerProfile.FILES)
  const cuts: number[] = []
  for (let at = 0; at < data.length; at += cuts.at(-1)!) cuts.push(chunker.cut(data.subarray(at), true))
  return {
    lookupId: {
      key: key.subarray(0, 32).toString('hex'),
      content: content.toString('hex'),
      id: id.toString('hex'),
      lookupId: lookup.toString('hex'),
    },
    hkdf: {
      ikm: key.subarray(0, 32).toString('hex'),
      salt: key.subarray(32).toString('hex'),
      info: 'neonpro/v1/test',
      bytes: 64,
      output: Buffer.from(hkdfSync('sha256', key.subarray(0, 32), key.subarray(32), 'neonpro/v1/test', 64)).toString(
        'hex',
      ),
    },
    chunker: {
      profile: 'files',
      secret: secret.toString('hex'),
      data: 'AES-256-CTR, key 32 bytes of 07, counter 0, over 1048576 zero bytes',
      cuts,
    },
  }
}

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'neonpro-fixtures-'))
const source = path.join(work, 'source')
makeTree(source)
fs.mkdirSync(folder, { recursive: true })
const run = (...args: string[]) =>
  execFileSync(process.execPath, [cli, ...args, '--repo', path.join(folder, 'repository')], {
    env: { PATH: process.env['PATH'] ?? '', HOME: work, BACKUP_ENCRYPTION_KEY: GOLDEN_KEY },
  })
run('init')
run('backup', source, '--source', 'golden')
fs.appendFileSync(path.join(source, 'ola.txt'), 'segunda linha\n')
fs.utimesSync(path.join(source, 'ola.txt'), 1_700_000_100, 1_700_000_100)
run('backup', source, '--source', 'golden')
run('pin', 'latest')
writeFacts(folder, { key: GOLDEN_KEY, source, latest: manifest(source), vectors: vectors() })
fs.rmSync(work, { recursive: true })

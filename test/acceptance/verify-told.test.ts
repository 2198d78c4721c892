// Goal: what a verification found is told whole: where files are too many to list, how many more there are and how to
// see them; and the count is the same wherever it is said. Method: a damaged pack under many small files.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { runCli } from './run-cli.ts'

const FILES = 130
const SHOWN = 20

test('verify says how many more files are hit, --json names them, and status counts the same', async () => {
  using folder = temporaryDirectory()
  const at = (name: string) => `${folder.path}/${name}`
  const env = { HOME: folder.path, NEONPRO_REPOSITORY: at('repository'), BACKUP_ENCRYPTION_KEY: `file:${at('key')}` }
  const run = (...args: string[]) => runCli(args, { env, cwd: folder.path })
  fs.mkdirSync(at('data'))
  for (let i = 0; i < FILES; i += 1) fs.writeFileSync(at(`data/photo${i}`), randomBytes(2000))
  await run('key', 'generate', at('key'))
  await run('init')
  assert.equal((await run('backup', at('data'))).status, 0)
  damageLargest(at('repository/packs'))
  const told = await run('verify', '--read-data')
  assert.equal(told.status, 1, told.stderr)
  assert.match(told.stderr, new RegExp(`… and ${FILES - SHOWN} more; --json lists them`))
  const { json } = await run('verify', '--read-data', '--json')
  const [hit] = json!['hits'] as Array<{ paths: string[]; pathCount: number }>
  assert.deepEqual([hit?.paths.length, hit?.pathCount], [FILES, FILES])
  const counted = /DAMAGE: (\d+) /.exec(told.stderr)?.[1]
  const { json: status } = await run('status', '--json')
  assert.equal(String((status!['lastVerification'] as { problems: number }).problems), counted)
})

function damageLargest(folder: string): void {
  const [largest] = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .sort((a, b) => fs.statSync(b).size - fs.statSync(a).size)
  const bytes = fs.readFileSync(largest!)
  bytes.fill(0xff, 100, bytes.length - 100)
  fs.chmodSync(largest!, 0o600)
  fs.writeFileSync(largest!, bytes)
}

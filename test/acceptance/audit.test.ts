// Goal: an operator checks, exports and rebuilds with the command line alone; an auditor checks an export with nothing
// but the file.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { runCli } from './run-cli.ts'

const VECTOR = path.resolve(import.meta.dirname, '../fixtures/audit/audit.jsonl')

test('an exported log is checked without key, database or repository, in both languages', async () => {
  using folder = temporaryDirectory()
  const good = await runCli(['audit', 'verify', '--file', VECTOR, '--json'], { env: {}, cwd: folder.path })
  assert.deepEqual([good.status, good.json?.['isIntact'], good.json?.['entries']], [0, true, 3], good.stderr)
  assert.match(
    (
      await runCli(['audit', 'verify', '--file', VECTOR], { env: { LANG: 'pt_BR.UTF-8' }, cwd: folder.path })
    ).stdout.toString(),
    /está íntegro: 3 entradas, de 1 a 3/,
  )

  const changed = path.join(folder.path, 'changed.jsonl')
  fs.writeFileSync(changed, fs.readFileSync(VECTOR, 'utf8').replace('"FAILED"', '"SUCCESS"'))
  const bad = await runCli(['audit', 'verify', '--file', changed, '--json'], { env: {}, cwd: folder.path })
  assert.deepEqual([bad.status, bad.json?.['problems']], [1, [{ sequence: 2, what: 'EDITED' }]])
  assert.match(
    bad.stderr,
    /NOT intact.*\n.*2 {2}EDITED: the entry was changed: its bytes are not those that were hashed/,
  )
  assert.match(
    (await runCli(['audit', 'verify', '--file', changed], { env: { LANG: 'pt_BR.UTF-8' }, cwd: folder.path })).stderr,
    /NÃO está íntegro/,
  )

  const missing = await runCli(['audit', 'verify', '--file', path.join(folder.path, 'nothing')], { env: {} })
  assert.deepEqual(
    [
      missing.status,
      /SOURCE_UNREADABLE: The path .*nothing can not be read \(ENOENT\)\.\nWhat to do: Check that it exists/.test(
        missing.stderr,
      ),
    ],
    [1, true],
    missing.stderr,
  )
  fs.writeFileSync(changed, 'no export\n')
  assert.equal((await runCli(['audit', 'verify', '--file', changed], { env: {} })).status, 1)
  assert.deepEqual(fs.readdirSync(folder.path), ['changed.jsonl'], 'nothing was made')
})

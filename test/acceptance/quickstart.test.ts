// Goal: `npm run quickstart` proves what it says, never writes into the folder that it is given, and ends with 1 on any
// mismatch. Method: the script as npm starts it (the command `quickstart` behind it), with a home and a temporary
// folder of its own; for the mismatch a command line that tampers with what it restored.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { lookAt, sampleTree } from '../harness/repository.ts'
import { seededRandom } from '../harness/seeded-random.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { CLI } from './run-cli.ts'

const root = path.resolve(import.meta.dirname, '../..')
/** A shell has to be told how to read that. */
const TMP = "it's tmp"

function quickstart(
  folder: string,
  options: { argument?: string; command?: readonly string[]; lang?: string } = {},
): { status: number | null; stdout: string; stderr: string } {
  for (const name of ['home', TMP]) fs.mkdirSync(path.join(folder, name), { recursive: true })
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: path.join(folder, 'home'),
    NEONPRO_BACKUP_HOME: path.join(folder, 'state'),
    TMPDIR: path.join(folder, TMP),
    LANG: options.lang ?? 'C',
  }
  return spawnSync(
    process.execPath,
    [
      ...(options.command ?? [path.join(root, 'scripts/quickstart.ts')]),
      ...(options.argument === undefined ? [] : [options.argument]),
    ],
    { env, cwd: folder, encoding: 'utf8' },
  )
}

test('from nothing: about twenty lines, all proven, and the next commands paste', () => {
  using folder = temporaryDirectory()
  const { status, stdout, stderr } = quickstart(folder.path)
  assert.equal(status, 0, stdout + stderr)
  const lines = stdout.trim().split('\n')
  assert.ok(lines.length >= 15 && lines.length <= 22, `${lines.length} lines`)
  for (const said of [
    /fingerprint [0-9a-f]{8}/,
    /202 items, 8\.\d MiB read, [\d.]+ MiB stored, [\d.]+ MiB\/s/,
    /^PROVEN$/m,
    /^NOT YET$/m,
    /found, and named \(\/.+\)/,
    /exit code 12/,
  ])
    assert.match(stdout, said)
  const commands = lines.slice(lines.indexOf('NEXT (paste)') + 1)
  const pasted = spawnSync('sh', ['-ec', commands.slice(0, -1).join('\n')], {
    env: { PATH: '/usr/bin:/bin', HOME: path.join(folder.path, 'home'), LANG: 'C' },
    encoding: 'utf8',
  })
  assert.equal(pasted.status, 0, pasted.stderr)
  assert.match(
    pasted.stdout,
    /2 snapshots\.[\s\S]*202 files read back|2 snapshots\.[\s\S]*files read back and compared[\s\S]*RECOVERY KIT/,
  )
  const left = fs.readdirSync(path.join(folder.path, TMP))
  assert.equal(left.length, 1)
  assert.deepEqual(
    fs
      .readdirSync(path.join(folder.path, TMP, left[0]!))
      .filter((name) => !['data', 'repository', 'mine'].includes(name)),
    [],
    'what was only needed for the proof is gone',
  )
})

test("with a folder of one's own: it is only read, whatever it holds", () => {
  using folder = temporaryDirectory()
  const own = path.join(folder.path, "it's mine")
  sampleTree(own, seededRandom(5))
  fs.writeFileSync(Buffer.concat([Buffer.from(`${own}/bad-`), Buffer.from([0xff])]), 'no UTF-8')
  fs.mkdirSync(path.join(own, 'empty'))
  fs.chmodSync(path.join(own, 'chunked.bin'), 0o400)
  const before = lookAt(own)
  const { status, stdout, stderr } = quickstart(folder.path, { argument: own, lang: 'pt_BR.UTF-8' })
  assert.equal(status, 0, stdout + stderr)
  assert.match(stdout, /PROVADO/)
  assert.deepEqual(lookAt(own), before)
})

test('an empty folder is a folder, too', () => {
  using folder = temporaryDirectory()
  fs.mkdirSync(path.join(folder.path, 'empty'))
  const { status, stdout, stderr } = quickstart(folder.path, { argument: 'empty' })
  assert.equal(status, 0, stdout + stderr)
})

test('a folder that holds home or the temporary folder is refused, and one that is not there', () => {
  using folder = temporaryDirectory()
  for (const argument of [folder.path, path.join(folder.path, 'nowhere')]) {
    const { status, stdout } = quickstart(folder.path, { argument })
    assert.equal(status, 1)
    assert.match(stdout, /^NOT PROVEN: .+\n$/)
    assert.deepEqual(fs.readdirSync(path.join(folder.path, 'home')), [])
  }
})

test('one byte that comes back wrong ends it with 1 and is named', () => {
  using folder = temporaryDirectory()
  const stub = path.join(folder.path, 'tampering.mjs')
  fs.writeFileSync(
    stub,
    `
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
const args = process.argv.slice(2)
if (args[0] === 'quickstart') await import(${JSON.stringify(path.join(path.dirname(CLI), 'main.js'))})
else {
  const { status, stdout } = spawnSync(process.execPath, [${JSON.stringify(CLI)}, ...args], { encoding: 'utf8' })
  if (args[0] === 'restore') {
    const target = args[args.indexOf('--target') + 1]
    const file = target + '/imagem.dcm'
    spawnSync('cp', ['-p', file, target + '.as-it-was'])
    const byte = Buffer.alloc(1)
    const descriptor = fs.openSync(file, 'r+')
    fs.readSync(descriptor, byte, 0, 1, 1000)
    fs.writeSync(descriptor, Buffer.from([byte[0] ^ 1]), 0, 1, 1000)
    fs.closeSync(descriptor)
    spawnSync('touch', ['-r', target + '.as-it-was', file])
  }
  process.stdout.write(stdout)
  process.exitCode = status
}
`,
  )
  const { status, stdout } = quickstart(folder.path, { command: [stub, 'quickstart'] })
  assert.equal(status, 1, stdout)
  assert.match(stdout, /NOT PROVEN: "imagem\.dcm" of the first state came back as/)
})

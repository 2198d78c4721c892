// Goal: the commands that run most often start fast, and stay so. Times swing with the machine, so this counts what a
// start reads: files, bytes, and whose code is in them. Method: read the bundles of the build; watch which one runs.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { COMMANDS } from '../../src/cli/commands.ts'
import { FREQUENT } from '../../src/cli/frequent-commands.ts'

const root = path.resolve(import.meta.dirname, '../..')
const bin = path.join(root, 'dist/bin')
/** KiB, a few per cent above what they are. Raise one only for what each run of that command needs. */
const KIB_MAX: Readonly<Record<string, number>> = {
  backup: 865,
  restore: 780,
  snapshots: 650,
  verify: 700,
  'worker-main': 195,
}
const FOREIGN =
  /^\/\/ (src\/(catalog|jobs|notifiers|services|system\/(?!compose\.ts|settings\/settled\.ts))|src\/cli\/commands\.ts)/m

/** What loads a file as soon as this one is loaded: packages and files, Node's own left out. */
function staticImports(bundle: string): string[] {
  return [...bundle.matchAll(/^(?:import|export)\s(?:[^;]*?\sfrom\s)?["']([^"']+)["'];?$/gm)]
    .map(([, specifier]) => specifier!)
    .filter((specifier) => process.getBuiltinModule(specifier) === undefined)
}

test('a frequent command and the second thread are one file each, with nothing in it that they do not need', () => {
  assert.deepEqual(Object.keys(KIB_MAX).sort(), [...Object.keys(FREQUENT), 'worker-main'].sort())
  for (const [name, kib] of Object.entries(KIB_MAX)) {
    const bundle = fs.readFileSync(path.join(bin, `${name}.js`), 'utf8')
    assert.match(bundle, /^\/\/ src\//m, 'it says whose code is in it')
    assert.deepEqual(staticImports(bundle), [], name)
    assert.doesNotMatch(bundle, FOREIGN, name)
    // A module behind `import()` in the same file would be wrapped, and all that it needs with it: hot code among them.
    assert.doesNotMatch(bundle, /__esm\(/, name)
    const size = Math.ceil(Buffer.byteLength(bundle) / 1024)
    assert.ok(size <= kib, `${name}.js has ${size} KiB, more than ${kib}`)
  }
})

test('the other commands load no engine before they are chosen', () => {
  const seen = new Set([path.join(bin, 'main.js')])
  for (const file of seen) {
    const bundle = fs.readFileSync(file, 'utf8')
    for (const specifier of staticImports(bundle)) seen.add(path.resolve(bin, specifier))
    assert.doesNotMatch(bundle, /^\/\/ src\/(engine|sources|storage)\//m, path.basename(file))
  }
  assert.ok(seen.size > 1)
})

test('a command that acts on a repository without a system loads nothing that checks calls', () => {
  const bundles = fs.readdirSync(bin).filter((name) => /^part-.*\.js$/.test(name))
  const holding = (file: string) =>
    bundles.filter((name) => fs.readFileSync(path.join(bin, name), 'utf8').includes(`\n// ${file}\n`))
  const seen = new Set(
    ['src/cli/audit-act.ts', 'src/cli/commands/prune.ts', 'src/cli/commands/forget.ts'].flatMap(holding),
  )
  assert.ok(seen.size > 1, 'they are in bundles of their own')
  for (const name of seen) {
    for (const specifier of staticImports(fs.readFileSync(path.join(bin, name), 'utf8'))) {
      if (specifier.startsWith('.')) seen.add(path.basename(specifier))
      else assert.notEqual(specifier, 'zod', name)
    }
  }
})

test('the launcher takes the bundle of a frequent command, and the whole program for every other', () => {
  for (const { name } of COMMANDS) {
    const [word = ''] = name.split(' ')
    const expected = Object.hasOwn(FREQUENT, name) ? `${name}.js` : 'main.js'
    assert.equal(bundleOf(word), expected, name)
  }
})

/** As the launcher's own list says. */
function bundleOf(word: string): string | undefined {
  const launcher = fs.readFileSync(path.join(bin, 'neonpro-backup.js'), 'utf8')
  const [, list = ''] = /\[([^\]]*)\]\.indexOf\(process\.argv\[2\]\)/.exec(launcher) ?? []
  return list.includes(`'${word}'`) ? `${word}.js` : 'main.js'
}

test('a refusal, a help text and an answer are the same from either bundle', () => {
  for (const name of Object.keys(FREQUENT)) {
    for (const args of [['--bogus'], ['--help'], ['--json']]) {
      // A general option before the command leads to the whole program.
      const direct = ran([name, ...args])
      const whole = ran(['--quiet', name, ...args])
      assert.deepEqual(direct, whole, `${name} ${args.join(' ')}`)
      assert.notEqual(direct.stdout + direct.stderr, '')
    }
  }
})

function ran(args: readonly string[]): {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
} {
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent' }
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(bin, 'neonpro-backup.js'), ...args], {
    env,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

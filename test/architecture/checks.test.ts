// Goal: every other check of `npm run check` finds what it is for, and looks at every file. Method: plant one violation
// of each kind in a folder of its own and run the same check on it; count what the real run looks at.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { undocumented } from '../../scripts/check-docstrings.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const root = path.resolve(import.meta.dirname, '../..')
const bin = (name: string) => path.join(root, 'node_modules', name)

function run(args: readonly string[], cwd = root): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
    maxBuffer: 64 * 1024 * 1024,
  })
  return { status, output: `${stdout}${stderr}` }
}

function plant(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, code] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    fs.writeFileSync(path.join(folder, name), code)
  }
}

function count(folders: readonly string[], isCounted: (name: string) => boolean): number {
  return folders
    .flatMap((folder) =>
      fs
        .readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
        .map((name) => path.join(folder, name)),
    )
    .filter(isCounted).length
}

const lines = (number: number) => 'export const a = 1\n'.repeat(number)

test('sizes: long files, long functions and many parameters are named; every source is looked at', () => {
  using folder = temporaryDirectory()
  plant(folder.path, {
    'src/long-file.ts': lines(501),
    'test/long.test.ts': lines(801),
    'src/fine.ts': `export function fine(a: number, b: number, c: number, { signal }: { signal?: AbortSignal } = {}) {\n  return [a, b, c, signal]\n}\n`,
    'src/long-function.ts': `export function long() {\n${'  void 0\n'.repeat(69)}}\n`,
    'src/many.ts': 'export function many(a: number, b: number, c: number, d: number) {\n  return a + b + c + d\n}\n',
  })
  const { status, output } = run([path.join(root, 'scripts/check-sizes.ts'), folder.path])
  assert.equal(status, 1)
  for (const fault of [
    'src/long-file.ts has 502 lines',
    'test/long.test.ts has 802 lines',
    'src/long-function.ts:1 has a function of 71 lines',
    'src/many.ts:1 has a function of 4 parameters',
    'one function of ten has more than 25 lines',
  ])
    assert.ok(output.includes(fault), `${fault}: ${output}`)
  assert.ok(!output.includes('fine.ts'))
  const real = run([path.join(root, 'scripts/check-sizes.ts')])
  assert.equal(
    Number(/^(\d+) files/.exec(real.output)?.[1]),
    count(['src', 'rescue', 'scripts', 'bench', 'test', 'types'], (name) => name.endsWith('.ts')),
  )
})

test('names: what is not kebab-case and what says nothing is named', () => {
  using folder = temporaryDirectory()
  plant(folder.path, {
    'src/camelCase.ts': '',
    'src/utils/one.ts': '',
    'src/string-helper.ts': '',
    'src/session-manager.ts': '',
    'test/Upper.test.ts': '',
    'src/good-name.test.ts': '',
  })
  const { status, output } = run([path.join(root, 'scripts/check-names.ts'), folder.path])
  assert.equal(status, 1)
  for (const fault of [
    'src/camelCase.ts is not',
    'src/utils does not say',
    'src/string-helper.ts does not say',
    'src/session-manager.ts does not say',
    'test/Upper.test.ts is not',
  ])
    assert.ok(output.includes(fault), `${fault}: ${output}`)
  assert.ok(!output.includes('good-name'))
})

test('words: time, chance, environment, timers, consoles, pipes and lists as arguments outside the kernel are named; comments are not', () => {
  using folder = temporaryDirectory()
  const banned = [
    'Date.now()',
    'new Date()',
    'Math.random()',
    'process.env',
    'setTimeout(f, 1)',
    'setInterval(f, 1)',
    'console.log(1)',
    'a.pipe(b)',
    'all.push(...some)',
  ]
  plant(folder.path, {
    'src/engine/bad.ts': banned.join('\n'),
    'src/engine/good.ts': banned.map((line) => `// ${line}`).join('\n'),
    'src/kernel/clock.ts': banned.join('\n'),
  })
  const { status, output } = run([path.join(root, 'scripts/check-words.ts'), folder.path])
  assert.equal(status, 1)
  for (const number of banned.keys())
    assert.ok(output.includes(`src/engine/bad.ts:${number + 1} `), `${banned[number]}: ${output}`)
  assert.ok(!output.includes('good.ts') && !output.includes('src/kernel'))
  const real = run([path.join(root, 'scripts/check-words.ts')])
  assert.equal(
    Number(/^(\d+) files/.exec(real.output)?.[1]),
    count(
      ['src'],
      (name) =>
        name.endsWith('.ts') &&
        !name.endsWith('.test.ts') &&
        !name.startsWith('src/kernel/') &&
        !name.includes('/assembly/'),
    ),
  )
})

test('lint: any, default exports, floating promises and forgotten focus are named', () => {
  using folder = temporaryDirectory()
  const config = JSON.parse(fs.readFileSync(path.join(root, 'biome.json'), 'utf8')) as Record<string, unknown>
  plant(folder.path, {
    'biome.json': JSON.stringify({ ...config, $schema: undefined, vcs: { enabled: false } }),
    'src/any.ts': 'export const a = (b: any) => b\n',
    'src/default.ts': 'export default 1\n',
    'src/builtin.ts': "import fs from 'fs'\nexport const a = fs.readFileSync\n",
    'src/floating.ts': 'async function a() {\n  await Promise.resolve()\n}\nexport function b() {\n  a()\n}\n',
    'test/only.test.ts': "import { test } from 'node:test'\ntest.only('a', () => {})\n",
    'src/type.ts': "import { Kind } from './kind.ts'\nexport type A = Kind\n",
    'src/kind.ts': 'export type Kind = 1\n',
  })
  const { status, output } = run([bin('@biomejs/biome/bin/biome'), 'lint', '--error-on-warnings', '.'], folder.path)
  assert.notEqual(status, 0)
  for (const [file, rule] of [
    ['any', 'noExplicitAny'],
    ['default', 'noDefaultExport'],
    ['builtin', 'useNodejsImportProtocol'],
    ['floating', 'noFloatingPromises'],
    ['only.test', 'noFocusedTests'],
    ['type', 'useImportType'],
  ]) {
    assert.match(
      output,
      new RegExp(`${file!.replace('.', '\\.')}\\.ts:\\d+:\\d+ lint/\\w+/${rule}`),
      `${rule}: ${output.slice(0, 2000)}`,
    )
  }
})

test('types: the compiler is as strict as it can be', () => {
  using folder = temporaryDirectory()
  const config = JSON.parse(fs.readFileSync(path.join(root, 'tsconfig.json'), 'utf8')) as {
    compilerOptions: Record<string, unknown>
  }
  plant(folder.path, {
    'tsconfig.json': JSON.stringify({
      compilerOptions: { ...config.compilerOptions, types: [], rootDir: undefined },
      include: ['src'],
    }),
    'package.json': '{ "type": "module" }',
    'src/enum.ts': 'export enum A { B }\n',
    'src/parameter-property.ts': 'export class A {\n  constructor(readonly b: number) {}\n}\n',
    'src/index-access.ts': 'export const a = (b: number[]): number => b[0]\n',
    'src/optional.ts': 'export const a: { b?: number } = { b: undefined }\n',
    'src/override.ts': 'class A {\n  b() {}\n}\nexport class C extends A {\n  b() {}\n}\n',
    'src/unused.ts': 'const a = 1\nexport {}\n',
    'src/implicit.ts': 'export const a = (b) => b\n',
    'src/null.ts': 'export const a: string = null\n',
    'src/returns.ts': 'export function a(b: boolean) {\n  if (b) return 1\n}\n',
    'src/fallthrough.ts':
      'export function a(b: number) {\n  switch (b) {\n    case 1:\n      b += 1\n    case 2:\n      b += 2\n  }\n  return b\n}\n',
    'src/type-import.ts': "import { A } from './kind.ts'\nexport type B = A\n",
    'src/kind.ts': 'export type A = 1\n',
    'src/index-signature.ts': 'export const a = (b: Record<string, number>) => b.c\n',
  })
  const { output } = run([bin('typescript/bin/tsc'), '-p', '.'], folder.path)
  for (const name of [
    'enum',
    'parameter-property',
    'index-access',
    'optional',
    'override',
    'unused',
    'implicit',
    'null',
    'returns',
    'fallthrough',
    'type-import',
    'index-signature',
  ])
    assert.match(output, new RegExp(`src/${name}\\.ts\\(\\d+,\\d+\\): error`), `${name}: ${output}`)
  const { output: listed } = run([bin('typescript/bin/tsc'), '-p', '.', '--listFilesOnly'])
  const seen = new Set(listed.split('\n').map((file) => path.relative(root, file.trim())))
  const missed = ['src', 'rescue', 'test', 'scripts', 'bench']
    .flatMap((top) =>
      fs.readdirSync(path.join(root, top), { recursive: true, encoding: 'utf8' }).map((name) => path.join(top, name)),
    )
    .filter((name) => name.endsWith('.ts') && !name.includes('/assembly/') && !seen.has(name))
  assert.deepEqual(missed, [], 'the real run sees every file')
})

test('dead code: a file and an export that nobody uses, and a package that is not asked for, are named', () => {
  using folder = temporaryDirectory()
  for (const name of [
    'src',
    'rescue',
    'test',
    'bench',
    'scripts',
    'types',
    'package.json',
    'knip.json',
    'tsconfig.json',
    'tsconfig.build.json',
    '.dependency-cruiser.cjs',
    'biome.json',
  ])
    fs.cpSync(path.join(root, name), path.join(folder.path, name), { recursive: true })
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(folder.path, 'node_modules'))
  plant(folder.path, { 'src/kernel/nobody.ts': 'export const a = 1\n' })
  fs.appendFileSync(path.join(folder.path, 'src/kernel/clock.ts'), '\nexport const unusedClock = 1\n')
  fs.appendFileSync(path.join(folder.path, 'src/cli/format.ts'), "\nexport { default as missing } from 'left-pad'\n")
  const { status, output } = run([bin('knip/bin/knip.js')], folder.path)
  assert.notEqual(status, 0)
  for (const fault of ['src/kernel/nobody.ts', 'unusedClock', 'left-pad'])
    assert.ok(output.includes(fault), `${fault}: ${output}`)
})

test('a member of the contract that says nothing of itself is named', () => {
  const text = `export interface A {
  /** Why. */
  readonly said: string
  readonly silent: number
}
interface Caller { call(): void }
export type B = { readonly unseen: string }
`
  assert.deepEqual(undocumented(text), { silent: ['A.silent', 'Caller.call'], members: 3 })
})

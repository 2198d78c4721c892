// Goal: the architecture check finds what it should, and looks at every file. Method: plant one violation of each kind
// in a copy of the sources and run the same check on it; count the files of the real run.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const root = path.resolve(import.meta.dirname, '../..')
const CRUISER = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')

interface Report {
  readonly summary: {
    readonly violations: ReadonlyArray<{ readonly from: string; readonly rule: { readonly name: string } }>
    readonly totalCruised: number
  }
  readonly modules: ReadonlyArray<{ readonly source: string }>
}

function cruise(folder: string): Report {
  const { stdout } = spawnSync(
    process.execPath,
    [CRUISER, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src', 'rescue'],
    { cwd: folder, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  )
  return JSON.parse(stdout) as Report
}

function sources(folder: string): string[] {
  return ['src', 'rescue'].flatMap((top) =>
    fs
      .readdirSync(path.join(folder, top), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.includes('assembly'))
      .map((file) => path.join(top, file)),
  )
}

test('the real sources are clean, and every one of them was looked at', () => {
  const report = cruise(root)
  const seen = new Set(report.modules.map(({ source }) => source))
  assert.deepEqual(
    sources(root).filter((file) => !seen.has(file)),
    [],
  )
  assert.deepEqual(report.summary.violations, [])
})

test('every folder of src stands on a row, so that no rule passes it by', () => {
  const rows = [
    'kernel',
    'contracts',
    'storage',
    'sources',
    'notifiers',
    'catalog',
    'engine',
    'jobs',
    'services',
    'system',
    'server',
    'cli',
  ]
  const folders = fs
    .readdirSync(path.join(root, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
  assert.deepEqual(
    folders.filter((name) => !rows.includes(name)),
    [],
  )
  const floors = [
    'crypto',
    'chunker',
    'compression',
    'pack',
    'index',
    'repository',
    'snapshot',
    'commit',
    'streams',
    'backup',
    'restore',
    'maintenance',
    'worker',
  ]
  assert.deepEqual(
    fs
      .readdirSync(path.join(root, 'src/engine'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !floors.includes(entry.name))
      .map(({ name }) => name),
    [],
  )
  const config = fs.readFileSync(path.join(root, '.dependency-cruiser.cjs'), 'utf8')
  for (const name of [...rows, ...floors]) assert.match(config, new RegExp(`['|]${name}['|]`), `${name} is in no rule`)
})

const VIOLATIONS: ReadonlyArray<readonly [file: string, code: string, rule: RegExp]> = [
  ['src/kernel/up.ts', "export { ERROR_CATALOG } from '../contracts/index.ts'", /^down-only:kernel/],
  ['src/contracts/up.ts', "export { openStore } from '../storage/all.ts'", /^down-only:contracts/],
  ['src/storage/up.ts', "export type { History } from '../engine/index.ts'", /^down-only:storage/],
  ['src/engine/up.ts', "export const load = () => import('../cli/locale.ts')", /^down-only:engine/],
  ['src/services/up.ts', "export { COMMANDS } from '../cli/commands.ts'", /^down-only:services/],
  ['src/system/up.ts', "export type { CommandSpec } from '../cli/command.ts'", /^down-only:system/],
  ['src/sources/neighbour.ts', "export { parseLocation } from '../storage/index.ts'", /^strangers:/],
  ['src/jobs/neighbour.ts', "export { parseKek } from '../engine/index.ts'", /^strangers:/],
  ['src/engine/crypto/up.ts', "export { PackWriter } from '../pack/index.ts'", /^engine-floors:/],
  ['src/engine/snapshot/up.ts', "export { prune } from '../maintenance/prune.ts'", /^engine-floors:/],
  ['src/engine/backup/neighbour.ts', "export { prune } from '../maintenance/prune.ts'", /^engine-strangers:/],
  ['src/engine/backup/session/up.ts', "export { FilesWriter } from '../files/files-writer.ts'", /^backup-floors/],
  [
    'src/engine/backup/streams/neighbour.ts',
    "export { skipReason } from '../files/skip-reason.ts'",
    /^backup-strangers/,
  ],
  ['src/cli/window.ts', "export { checkKey } from '../storage/key.ts'", /^one-door/],
  [
    'src/cli/driver.ts',
    "export { LocalStore } from '../storage/providers/local.ts'",
    /^(one-door|drivers-only-via-registry)/,
  ],
  ['src/engine/registry.ts', "export { openStore } from '../storage/all.ts'", /^registries-only-from-compose/],
  [
    'src/storage/providers/other.ts',
    "export { webhook } from '../../notifiers/channels/webhook.ts'",
    /^drivers-are-strangers/,
  ],
  ['src/engine/native.ts', "import koffi from 'koffi'\nexport { koffi }", /^koffi-only-in-system-calls/],
  ['src/services/database.ts', "import pg from 'pg'\nexport { pg }", /^database-libraries-only-in-catalog/],
  ['src/jobs/database.ts', "import pg from 'pg'\nexport { pg }", /^pglite-and-pg-only-in-catalog/],
  ['src/services/mail.ts', "import nodemailer from 'nodemailer'\nexport { nodemailer }", /^mail-only-in-its-channel/],
  ['rescue/borrow.ts', "export { hkdf } from '../src/engine/crypto/index.ts'", /^rescue-stands-alone/],
  ['src/cli/answers.ts', "export { ANSWERS } from './json/index.ts'", /^answers-are-types/],
  ['src/cli/rescue.ts', "export * from '../../rescue/keys.ts'", /^rescue-is-nobodys-library/],
  ['src/kernel/circle-a.ts', "import { b } from './circle-b.ts'\nexport const a = () => b", /^no-cycles/],
]
/** The other half of the circle: it is reported from one side. */
const CIRCLE = ['src/kernel/circle-b.ts', "import { a } from './circle-a.ts'\nexport const b = () => a"] as const

test('every planted violation is found by its rule', () => {
  using folder = temporaryDirectory()
  for (const name of ['src', 'rescue', 'types', 'package.json', 'tsconfig.json', '.dependency-cruiser.cjs'])
    fs.cpSync(path.join(root, name), path.join(folder.path, name), { recursive: true })
  // A package of that name is enough: the rule goes by where an import resolves to.
  for (const name of ['koffi', 'pg', 'nodemailer']) {
    fs.mkdirSync(path.join(folder.path, 'node_modules', name), { recursive: true })
    fs.writeFileSync(
      path.join(folder.path, 'node_modules', name, 'package.json'),
      JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
    )
    fs.writeFileSync(path.join(folder.path, 'node_modules', name, 'index.js'), 'module.exports = {}\n')
  }
  for (const [file, code] of [...VIOLATIONS, CIRCLE]) fs.writeFileSync(path.join(folder.path, file), `${code}\n`)
  const { violations } = cruise(folder.path).summary
  for (const [file, , rule] of VIOLATIONS)
    assert.ok(
      violations.some(({ from, rule: { name } }) => from === file && rule.test(name)),
      `${file} was not found: ${violations
        .filter(({ from }) => from === file)
        .map((each) => each.rule.name)
        .join()}`,
    )
  const rules = [
    ...fs.readFileSync(path.join(root, '.dependency-cruiser.cjs'), 'utf8').matchAll(/name: ['`]([a-z-]+)/g),
  ].map(([, name]) => name!)
  assert.deepEqual(
    rules.filter((name) => !VIOLATIONS.some(([, , rule]) => rule.source.includes(name))),
    [],
    'every rule has been seen to find something',
  )
  const planted = new Set(VIOLATIONS.map(([file]) => file))
  assert.deepEqual(
    violations.filter(({ from }) => !planted.has(from)),
    [],
    'nothing else is found',
  )
})

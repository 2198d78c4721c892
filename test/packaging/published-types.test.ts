// Goal: an application that checks the types of its libraries compiles against the package, and sees nothing of what the
// system is built of; and what is spelt wrong does not compile, while what a variable has widened does. Method: pack the build, unpack it beside the packages that its types name, compile a strict
// consumer without skipLibCheck in both ways of resolution, and follow every declaration that the entry leads to.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const root = path.resolve(import.meta.dirname, '../..')
/** What the published types may name besides the package itself. */
const NEEDED = ['zod', '@types/node', 'undici-types']
const INTERNAL = /kysely|pg-boss|pglite|OwnerSocket|ElectedTransport|JobQueue|SystemParts/i
/** How the façade reaches the system. */
const INTERNAL_NAMES = /\b(FacadeCall|StorageParts|Transport|Caller|Started)\b|\battach\(/
const INTERNAL_FOLDERS =
  /^(catalog|services|jobs|notifiers|cli|system\/(owner|settings|logging|transport)|system\/facade\/facade-call)\b/

/** One wrong word, or one member that there is none of, each. */
const WRONG = [
  `initializeBackupSystem({ provider: 'S4' })`,
  `initializeBackupSystem({ provider: 'LOCAL', local: { basePat: '/b' } })`,
  `initializeBackupSystem({ logger: { level: 'debgu' } })`,
  `initializeBackupSystem({ logger: { format: 'jsn' } })`,
  `initializeBackupSystem({ logger: { transports: [{ type: 'fiel' }] } })`,
  `initializeBackupSystem({ retention: { yearly: 'forevr' } })`,
  `system.setupFileBackup('a', ['/a'], { frequency: 'DIALY' })`,
  `system.setupFileBackup('a', ['/a'], { frequencey: 'DAILY' })`,
  `system.setupFileBackup('a', ['/a'], { time: '2am' })`,
  `system.setupFileBackup('a', ['/a'], { every: '15x' })`,
  `system.setupFileBackup('a', ['/a'], { dayOfWeek: 'MONDAY' })`,
  `system.setupFileBackup('a', ['/a'], { filters: { excludePattern: ['*.tmp'] } })`,
  `system.setupDatabaseBackup('a', 'postgresql://h/d', { type: 'FUL' })`,
  `system.manager.createConfig({ name: 'a', paths: ['/a'], kind: 'FILE' })`,
  `system.manager.createConfig({ name: 'a', paths: ['/a'], retention: { custom: [{ pattern: 'first-of-mnth', keep: 1 }] } })`,
  `system.manager.createConfig({ name: 'a', paths: ['/a'], retention: { custom: [{ pattern: 'first-of-month', keep: 'ever' }] } })`,
  `system.manager.updateConfig('a', { priority: 'URGENT' })`,
  `system.manager.listBackups({ status: 'COMPLETD' })`,
  `system.manager.listBackups({ type: 'FUL' })`,
  `system.manager.simulateRetention({ policy: { dayly: 3 } })`,
  `system.recover.createRecoveryRequest('p', 'FULL_RESTOR', { targetPath: '/t' })`,
  `system.recover.createRecoveryRequest('p', 'FULL_RESTORE', { targetPath: '/t', overwrite: 'alwyas' })`,
  `system.recover.createRecoveryRequest('p', 'FULL_RESTORE', { targetPath: '/t', prioritty: 'HIGH' })`,
  `system.monitor.createAlert('CUSTM', 'HIGH', 'm')`,
  `system.monitor.createAlert('CUSTOM', 'HIHG', 'm')`,
  `system.monitor.calculateMetrics('7days')`,
]

const CONSUMER = `
import { BackupSystem, getBackupSystem, initializeBackupSystem, isBackupError, type Result, type RunView, type SystemConfigInput } from 'neonpro-backup'
import { ERROR_CATALOG } from 'neonpro-backup/contracts'
import { backupFiles, type Repository } from 'neonpro-backup/engine'

export async function nightly(): Promise<Result<RunView>> {
  const started = await initializeBackupSystem({ provider: 'LOCAL', local: { basePath: '/srv/backup' } })
  if (!started.success) throw new Error(started.error.message)
  const system: BackupSystem = getBackupSystem()
  const made = await system.setupFileBackup('clinic', ['/srv/clinic'])
  if (!made.success) throw new Error(made.error.message)
  const run = await system.runBackupNow(made.data.id)
  if (!run.success) throw new Error(run.error.message)
  return await system.waitForRun(run.data)
}
export async function restored(type: string, status: string): Promise<string> {
  const system = (await initializeBackupSystem(config)).unwrap()
  const logger = { level: 'debug', transports: [{ type: 'file', filename: 'backup.log' }] }
  await initializeBackupSystem({ provider: 'S3', s3: { bucket: 'b' }, logger })
  const options = { frequency: 'DAILY', time: '02:00', type: 'FULL', retention: { yearly: 'forever' }, dayOfWeek: 'MON' }
  await system.setupFileBackup('a', ['/a'], options)
  await system.setupFileBackup('a', ['/a'], { frequency: 'WEEKLY', dayOfWeek: 'MON', every: '15m', filters: { sizeLimit: 1 } })
  await system.manager.createConfig({ name: 'a', paths: ['/a'], retention: { custom: [{ pattern: 'first-of-month', keep: 'forever' }] } })
  await system.manager.updateConfig('a', { retention: null, priority: 'HIGH' })
  await system.manager.updateConfig('a', JSON.parse('{}'))
  await system.manager.listBackups({ status, type, from: new Date() })
  await system.manager.simulateRetention({ policy: { custom: [{ pattern: status, keep: status }] } })
  const target = { targetPath: '/t', overwrite: 'never', priority: 'HIGH' }
  const { id } = (await system.recover.createRecoveryRequest('p', type, target)).unwrap()
  await system.monitor.createAlert('CUSTOM', status, 'm')
  await system.monitor.calculateMetrics({ from: new Date(), to: new Date() })
  enum Own { DAILY = 'DAILY', NEVER = 'NEVER' }
  await system.setupFileBackup('a', ['/a'], { frequency: Own.DAILY })
  // @ts-expect-error
  await system.setupFileBackup('a', ['/a'], { frequency: Own.NEVER })
  return id
}
const config: SystemConfigInput = { provider: 'LOCAL', local: { basePath: '/b' }, logger: { level: 'info' } }
export function misspelt(system: BackupSystem): unknown[] {
  return [
${WRONG.map((call) => `    // @ts-expect-error\n    ${call},`).join('\n')}
  ]
}
// @ts-expect-error: getBackupSystem gives it.
export const made = () => new BackupSystem()
export const known: typeof backupFiles = backupFiles
export const codes: readonly string[] = Object.keys(ERROR_CATALOG)
export function isKnown(error: unknown, repository: Repository): boolean {
  return isBackupError(error) && repository.keys.generation > 0
}
`

test('a strict consumer compiles against the package, and its types lead to no internals', () => {
  using folder = temporaryDirectory()
  const at = unpacked(folder.path)
  fs.writeFileSync(path.join(folder.path, 'package.json'), '{ "private": true, "type": "module" }')
  fs.writeFileSync(path.join(folder.path, 'consumer.ts'), CONSUMER)
  for (const [module, moduleResolution] of [
    ['node16', 'node16'],
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ] as const) {
    const compilerOptions = {
      ...{ strict: true, skipLibCheck: false, noEmit: true, exactOptionalPropertyTypes: true },
      ...{ target: 'es2023', lib: ['es2023'], types: ['node'], module, moduleResolution },
    }
    fs.writeFileSync(
      path.join(folder.path, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['consumer.ts'] }),
    )
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc')
    const ran = spawnSync(process.execPath, [tsc, '-p', folder.path], { encoding: 'utf8' })
    assert.equal(ran.status, 0, `${moduleResolution}\n${ran.stdout}${ran.stderr}`)
  }
  const reached = reachedFrom(path.join(at, 'dist/index.d.ts'))
  assert.ok(reached.size > 10)
  const published = fs
    .readdirSync(path.join(at, 'dist'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.d.ts'))
    .map((name) => path.join(at, 'dist', name))
  const led = new Set(
    ['index', 'engine/index', 'contracts/index'].flatMap((name) => [
      ...reachedFrom(path.join(at, 'dist', `${name}.d.ts`)),
    ]),
  )
  assert.deepEqual(
    published.filter((file) => !led.has(file)),
    [],
    'no declaration that nothing public leads to',
  )
  const packages = [...reached].flatMap((file) =>
    [...fs.readFileSync(file, 'utf8').matchAll(/(?:from|import\(?)\s*['"]([@a-z][\w@/.:-]*)['"]/g)].map(
      ([, name]) => name!,
    ),
  )
  assert.deepEqual(
    [...new Set(packages)].filter((name) => !name.startsWith('node:')),
    ['zod'],
  )
  const within = [...reached].map((file) => path.relative(path.join(at, 'dist'), file))
  assert.deepEqual(
    within.filter((file) => INTERNAL_FOLDERS.test(file)),
    [],
  )
  assert.deepEqual(
    [...reached].filter((file) => {
      const text = fs.readFileSync(file, 'utf8')
      return INTERNAL.test(text) || INTERNAL_NAMES.test(text)
    }),
    [],
  )
})

/** The package as it is published, in `node_modules` of `base`, with what its types name. */
function unpacked(base: string): string {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', base]
  const [packed] = JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8' })) as Array<{ filename: string }>
  const at = path.join(base, 'node_modules/neonpro-backup')
  fs.mkdirSync(at, { recursive: true })
  execFileSync('tar', ['-xzf', path.join(base, packed!.filename), '-C', at, '--strip-components=1'])
  for (const name of NEEDED)
    fs.cpSync(path.join(root, 'node_modules', name), path.join(base, 'node_modules', name), { recursive: true })
  return at
}

/** Every declaration file that one leads to; each that is named must be there. */
function reachedFrom(entry: string): Set<string> {
  const reached = new Set<string>()
  const queue = [entry]
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (reached.has(file)) continue
    reached.add(file)
    for (const [, named] of fs.readFileSync(file, 'utf8').matchAll(/(?:from|import\(?)\s*['"](\.[^'"]+)['"]/g))
      queue.push(path.resolve(path.dirname(file), named!.replace(/\.[jt]s$/, '.d.ts')))
  }
  return reached
}

// Goal: every snippet of the product's description runs as it is printed. Method: a project of its own that has the
// built package, which `lib/backup` of the description stands for; each snippet is a module, with only the values that its text leaves free (`configId`, `backupId`,
// paths that must exist) given before it; type-checked by the strictest compiler, then run against real folders.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const root = path.resolve(import.meta.dirname, '../..')
const snippets = path.join(root, 'test/fixtures/description')

/**
 * What stands before a snippet and behind it. The snippet itself is not touched, but for folders that a test may not
 * make at the root of the disk.
 */
const FRAMES: Readonly<Record<string, { readonly before?: string; readonly after?: string }>> = {
  '1-initialize': { after: 'if (!result.success) throw new Error(result.error.code);' },
  '2-setup': { after: 'export { dbBackup, fileBackup };' },
  '3-run': {
    before:
      'import { getBackupSystem } from "neonpro-backup";\nimport { fileBackup } from "./2-setup.ts";\nconst backupSystem = getBackupSystem();\nconst configId = fileBackup.data.id;',
    after: 'export { result };',
  },
  '4-monitor': { before: 'import { getBackupSystem } from "neonpro-backup";\nconst backupSystem = getBackupSystem();' },
  '5-recover': {
    before:
      'import { getBackupSystem } from "neonpro-backup";\nimport { result as started } from "./3-run.ts";\nconst backupSystem = getBackupSystem();\nconst backupId = started.data;\nawait backupSystem.waitForRun(backupId);',
    after: 'export { recoveryPoints, recoveryRequest };',
  },
  '6-performance': { after: 'export { config };' },
  '7-retention': { after: 'export { retention };' },
  '8-filters': { after: 'export { filters };' },
  '9-alerts': { after: 'export { alertConfig };' },
  '10-logger': { after: 'export { logger };' },
}

interface Answer<T> {
  readonly success: boolean
  readonly data: T
  readonly error?: { readonly code: string }
}
interface Facts {
  readonly dbBackup: Answer<unknown>
  readonly fileBackup: Answer<{ readonly nextRunAt: string; readonly schedulerAlive: boolean }>
  readonly run: Answer<{ readonly id: string; readonly state: string }>
  readonly recoveryPoints: Answer<readonly unknown[]>
  readonly recovered: Answer<{ readonly state: string }>
  readonly tuned: Answer<unknown>
}

const MAIN = `
await import("./10-logger.ts");
await import("./1-initialize.ts");
const { getBackupSystem } = await import("neonpro-backup");
const { config } = await import("./6-performance.ts");
const { retention } = await import("./7-retention.ts");
const { filters } = await import("./8-filters.ts");
const { alertConfig } = await import("./9-alerts.ts");
const { dbBackup, fileBackup } = await import("./2-setup.ts");
const { result } = await import("./3-run.ts");
await import("./4-monitor.ts");
const { recoveryPoints, recoveryRequest } = await import("./5-recover.ts");

const system = getBackupSystem();
const tuned = await system.manager.updateConfig(fileBackup.data.id, { ...config, retention, filters, alertConfig });
let recovered = await system.recover.getRecoveryStatus(recoveryRequest.data.id);
while (recovered.success && ["PENDING", "RUNNING"].includes(recovered.data.state)) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  recovered = await system.recover.getRecoveryStatus(recoveryRequest.data.id);
}
const run = await system.waitForRun(result.data);
console.log("FACTS " + JSON.stringify({ dbBackup, fileBackup, run, recoveryPoints, recovered, tuned }));
await system.shutdown();
export {};
`

const LOGGER = `
import { initializeBackupSystem } from "neonpro-backup";
import { config } from "./6-performance.ts";
import { retention } from "./7-retention.ts";
import { filters } from "./8-filters.ts";
import { alertConfig } from "./9-alerts.ts";
import { logger } from "./10-logger.ts";
const result = await initializeBackupSystem({ provider: "LOCAL", local: { basePath: "./backups" }, ...config, retention, filters, alertConfig, logger });
console.log("FACTS " + JSON.stringify({ code: result.error?.code ?? "OK", warnings: result.warnings }));
if (result.success) await result.data.shutdown();
`

function writeProject(project: string, folders: Readonly<Record<string, string>>): void {
  for (const [name, { before = '', after = '' }] of Object.entries(FRAMES)) {
    let text = fs.readFileSync(path.join(snippets, `${name}.txt`), 'utf8')
    for (const [printed, real] of Object.entries(folders)) text = text.replaceAll(printed, real)
    fs.writeFileSync(path.join(project, `${name}.ts`), `${before}\n${text}\n${after}\n`)
  }
  fs.writeFileSync(path.join(project, 'main.ts'), MAIN)
  fs.writeFileSync(path.join(project, 'logger.ts'), LOGGER)
  fs.writeFileSync(path.join(project, 'package.json'), '{ "type": "module", "private": true }')
  fs.writeFileSync(
    path.join(project, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        noUncheckedIndexedAccess: true,
        exactOptionalPropertyTypes: true,
        module: 'esnext',
        moduleResolution: 'bundler',
        target: 'es2024',
        lib: ['es2024', 'esnext.disposable'],
        allowImportingTsExtensions: true,
        noEmit: true,
        types: ['node'],
        skipLibCheck: false,
      },
      include: ['*.ts'],
    }),
  )
  // One for the compiler, which adds the ending, and one for Node, which does not.
  fs.mkdirSync(path.join(project, 'lib'))
  for (const name of ['backup.ts', 'backup'])
    fs.writeFileSync(path.join(project, 'lib', name), 'export * from "neonpro-backup";\n')
  fs.mkdirSync(path.join(project, 'node_modules/@types'), { recursive: true })
  fs.symlinkSync(root, path.join(project, 'node_modules/neonpro-backup'))
  fs.symlinkSync(path.join(root, 'node_modules/@types/node'), path.join(project, 'node_modules/@types/node'))
}

function run(
  project: string,
  script: string,
  env: Readonly<Record<string, string>>,
): { stdout: string; stderr: string; status: number | null; facts: Record<string, never> } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [script], {
    cwd: project,
    encoding: 'utf8',
    timeout: 60_000,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: project,
      NEONPRO_BACKUP_HOME: 'neonpro-data',
      LANG: 'pt_BR.UTF-8',
      ...env,
    },
  })
  const facts = /^FACTS (.+)$/m.exec(stdout)?.[1]
  assert.ok(facts, `${script} ended with ${status}: ${stdout}\n${stderr}`)
  return { stdout, stderr, status, facts: JSON.parse(facts) as Record<string, never> }
}

test("the description's snippets compile strictly and do what they say", async (t) => {
  using folder = temporaryDirectory()
  const project = path.join(folder.path, 'app')
  const source = path.join(folder.path, 'documents')
  fs.mkdirSync(project)
  for (const name of ['documents', 'configs']) fs.mkdirSync(path.join(folder.path, name))
  fs.writeFileSync(path.join(source, 'exame.pdf'), 'pdf')
  fs.writeFileSync(path.join(source, 'resto.tmp'), 'tmp')
  fs.writeFileSync(path.join(folder.path, 'configs/app.json'), '{}')
  const restored = path.join(folder.path, 'restored')
  writeProject(project, {
    '/path/to/documents': source,
    '/path/to/configs': path.join(folder.path, 'configs'),
    '/restore/path': restored,
  })

  await t.test('strict compiler', () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', project],
      { encoding: 'utf8' },
    )
    assert.equal(status, 0, stdout)
  })

  await t.test('its .env as printed is refused, saying what to do', () => {
    const { facts, stderr } = run(project, 'logger.ts', { BACKUP_ENCRYPTION_KEY: 'your_32_character_encryption_key' })
    assert.equal(facts['code'], 'KEY_PLACEHOLDER', stderr)
    assert.ok(!fs.existsSync(path.join(project, 'backups')), 'nothing is made')
  })

  const key = path.join(folder.path, 'key')
  fs.writeFileSync(
    key,
    `base64:${execFileSync(process.execPath, ['-e', 'process.stdout.write(crypto.randomBytes(32).toString("base64"))'], { encoding: 'utf8' })}\n`,
    { mode: 0o600 },
  )
  await t.test('the snippets run', () => {
    const { stdout, stderr, facts, status } = run(project, 'main.ts', { BACKUP_ENCRYPTION_KEY: `file:${key}` })
    assert.equal(status, 0, stderr)
    const { dbBackup, fileBackup, run: finished, recoveryPoints, recovered, tuned } = facts as unknown as Facts
    assert.match(stdout, /^Sistema de backup inicializado!$/m)
    assert.match(stdout, new RegExp(`^Backup iniciado: ${finished.data.id}$`, 'm'))
    assert.match(stdout, /^Backups ativos: \d+$/m)
    assert.match(stdout, /^Taxa de sucesso: (null|\d)/m)
    assert.match(stdout, /^Status geral: (HEALTHY|DEGRADED|UNHEALTHY|UNKNOWN)$/m)
    assert.match(stdout, /^Progresso: \d+/m)
    assert.equal(fileBackup.success, true, JSON.stringify(fileBackup.error))
    assert.match(fileBackup.data.nextRunAt, /^\d{4}-.*Z$/)
    assert.equal(fileBackup.data.schedulerAlive, true)
    assert.equal(dbBackup.error?.code, 'SOURCE_NOT_AVAILABLE')
    assert.ok(!JSON.stringify(facts).includes('user:pass'))
    assert.equal(finished.data.state, 'COMPLETED', JSON.stringify(finished))
    assert.equal(recoveryPoints.data.length, 1)
    assert.equal(recovered.data.state, 'COMPLETED', JSON.stringify(recovered))
    assert.equal(tuned.success, true, JSON.stringify(tuned.error))
    assert.equal(fs.readFileSync(path.join(restored, source, 'exame.pdf'), 'utf8'), 'pdf')
    assert.ok(!fs.existsSync(path.join(restored, source, 'resto.tmp')), '*.tmp was excluded')
  })

  await t.test('the advanced settings go together into initializeBackupSystem', () => {
    const { facts, stderr } = run(project, 'logger.ts', { BACKUP_ENCRYPTION_KEY: `file:${key}` })
    assert.equal(facts['code'], 'OK', stderr)
  })
})

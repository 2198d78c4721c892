/**
 * An application that does what an application does, with things that fail, while secrets stand in its environment.
 * DEBUG is set after the imports, as the description does.
 */
import fs from 'node:fs'
import path from 'node:path'
import { initializeBackupSystem } from '../../src/index.ts'

process.env['DEBUG'] = 'backup:*'
const base = process.cwd()
const source = path.join(base, 'source')
const started = await initializeBackupSystem({
  provider: 'LOCAL',
  local: { basePath: './backups' },
  logger: { level: 'trace', transports: [{ type: 'file' }, { type: 'console', level: 'warn' }] },
})
if (!started.success) throw new Error(JSON.stringify(started.error))
const system = started.data
const answers: unknown[] = [started.warnings]
const good = await system.setupFileBackup('good', [source], { every: '1d', retention: 30 })
const lost = await system.setupFileBackup('lost', [path.join(base, 'lost')], { every: '1d', retention: 30 })
answers.push(good, lost)
fs.rmSync(path.join(base, 'lost'), { recursive: true })
for (const config of [good, lost]) {
  const run = await system.runBackupNow(config.data.id, 'maria')
  answers.push(run, await system.waitForRun(run.data))
}
answers.push(
  await system.setupDatabaseBackup('db', process.env['PLANTED_URL']!, {
    frequency: 'DAILY',
    time: '01:00',
    retention: 30,
  }),
  await system.manager.listConfigs(),
  await system.monitor.getActiveAlerts(),
  await system.monitor.performHealthCheck(),
  await system.getStatus(),
  await system.exportAudit(),
)
answers.push(await system.manager.updateConfig(good.data.id, { healthcheckUrl: `ftp://${process.env['PLANTED_URL']}` }))
await system.shutdown()
process.stdout.write(`${JSON.stringify(answers)}\n`)

/**
 * Opens the embedded database in argv[2], which needs migration 2, and is killed by itself half way through it: after
 * the tables were changed, before anything sums.
 */
import { PGlite } from '@electric-sql/pglite'
import { openCatalog } from '../../src/catalog/index.ts'

const { exec } = PGlite.prototype
PGlite.prototype.exec = async function (text, options) {
  if (!text.includes('create table neonpro_backup.run_days')) return await exec.call(this, text, options)
  await exec.call(this, text.slice(0, text.indexOf('create trigger')), options)
  process.kill(process.pid, 'SIGKILL')
  return await new Promise<never>(() => {})
}
await openCatalog({ directory: process.argv[2]! })

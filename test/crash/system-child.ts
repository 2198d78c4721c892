/**
 * A working process of a system for the crash tests: settings as JSON in the first argument. Says `ready`, works until
 * SIGTERM.
 */
import { environment } from '../../src/kernel/environment.ts'
import { type StartOptions, startSystem } from '../../src/system/index.ts'

const options = JSON.parse(process.argv[2]!) as Pick<StartOptions, 'argument' | 'timing'>
const started = await startSystem({
  ...options,
  cwd: process.cwd(),
  env: environment(),
  role: 'worker',
  actor: 'test',
  works: true,
})
process.once('SIGTERM', () => void started[Symbol.asyncDispose]().then(() => process.exit(0)))
console.log('ready')

/** `npm test`: the checks, a build, every test that this machine can run, and what was left out. Ends with a bare line of counts. */
import { spawn } from 'node:child_process'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { check } from './check.ts'

const root = path.resolve(import.meta.dirname, '..')
const isLong = process.argv.includes('--long')
/** A test that hangs fails by name instead of holding everything. */
const SHORT_MS_MAX = 10 * 60_000
const LONG_MS_MAX = 6 * 3600_000

function testFiles(): string[] {
  const pattern = isLong ? /\.(test|long)\.ts$/ : /\.test\.ts$/
  return ['src', 'test', 'bench'].flatMap((name) =>
    fs.readdirSync(path.join(root, name), { recursive: true, encoding: 'utf8' }).filter((file) => pattern.test(file) && !file.includes('violations')).map((file) => path.join(name, file)),
  )
}

/** Runs node's test runner with TAP, which names failures and skips line by line. */
function runTests(files: readonly string[]): Promise<{ passed: number; failed: number; skips: string[]; status: number }> {
  const args = ['--test', '--test-reporter=tap', '--test-concurrency=2', `--test-timeout=${isLong ? LONG_MS_MAX : SHORT_MS_MAX}`, ...files]
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...(isLong && { NEONPRO_TEST_LONG: '1' }) }, stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  return new Promise((resolve) => child.on('close', (status) => resolve({ ...count(text), status: status ?? 1 })))
}

function count(tap: string): { passed: number; failed: number; skips: string[] } {
  const figure = (name: string) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0)
  const skips = [...tap.matchAll(/^\s*ok \d+ - (.+?) # SKIP ?(.*)$/gm)].map(([, name, reason]) => `${name}: ${reason}`)
  const failed = figure('fail') + figure('cancelled')
  if (failed > 0) console.log(tap.split('\n').filter((line) => !/^\s*ok /.test(line)).join('\n'))
  else for (const [, name] of tap.matchAll(/^\s*ok \d+ - (.+)$/gm)) console.log(`ok ${name}`)
  return { passed: figure('pass'), failed, skips }
}

const isClean = check()
execFileSync(process.execPath, [path.join(root, 'scripts/build.ts')], { cwd: root, stdio: 'inherit' })
const { passed, failed, skips, status } = await runTests(testFiles())
for (const skip of skips) console.log(`left out: ${skip}`)
if (!isLong) console.log('left out: the long sweeps (npm run test:long)')
const failures = failed + (isClean ? 0 : 1)
console.log(`${passed} passed, ${failures} failed`)
if (failures > 0 || passed === 0 || status !== 0) process.exitCode = 1

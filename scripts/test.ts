/**
 * `npm test`: what it will take and leave out, the checks, a build, every test that this machine can run, and what was
 * left out. Ends with a bare line of counts.
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { check } from './check.ts'
import { LANES, runTestFiles } from './test-files.ts'
import { planOf } from './test-plan.ts'

const root = path.resolve(import.meta.dirname, '..')
const isLong = process.argv.includes('--long')
/**
 * Some three times what a small machine takes: a slow one still ends in order, and a file that hangs is named while
 * there is time.
 */
const SHORT_LIMITS = { silentMsMax: 20 * 60_000, totalMsMax: 85 * 60_000 }
const LONG_LIMITS = { silentMsMax: 6 * 3600_000, totalMsMax: 24 * 3600_000 }

function testFiles(): string[] {
  const pattern = isLong ? /\.(test|long)\.ts$/ : /\.test\.ts$/
  return ['src', 'test', 'bench'].flatMap((name) =>
    fs
      .readdirSync(path.join(root, name), { recursive: true, encoding: 'utf8' })
      .filter((file) => pattern.test(file) && !file.includes('violations'))
      .map((file) => path.join(name, file)),
  )
}

const files = testFiles()
for (const line of planOf(files, { root, lanes: LANES, isLong })) console.log(line)
const isClean = check()
execFileSync(process.execPath, [path.join(root, 'scripts/build.ts')], { cwd: root, stdio: 'inherit' })
if (isLong) process.env['NEONPRO_TEST_LONG'] = '1'
const { passed, failed, skips } = await runTestFiles(files, root, isLong ? LONG_LIMITS : SHORT_LIMITS)
for (const skip of skips) console.log(`left out: ${skip}`)
if (!isLong) console.log('left out: the long sweeps (npm run test:long)')
const failures = failed + (isClean ? 0 : 1)
console.log(`${passed} passed, ${failures} failed`)
if (failures > 0 || passed === 0) process.exitCode = 1

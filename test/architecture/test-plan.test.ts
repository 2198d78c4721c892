// Goal: within a minute `npm test` has said what it will take and what it will leave out, and why.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Pace, planOf } from '../../scripts/test-plan.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until } from '../harness/until.ts'

const root = path.resolve(import.meta.dirname, '../..')

function planted(): { readonly files: string[]; readonly path: string } & Disposable {
  const folder = temporaryDirectory()
  const texts = { 'test/crash/a.test.ts': 'skip: noServer()', 'test/crash/b.test.ts': 'getuid', 'src/c.test.ts': '' }
  for (const [name, text] of Object.entries(texts)) {
    fs.mkdirSync(path.join(folder.path, path.dirname(name)), { recursive: true })
    fs.writeFileSync(path.join(folder.path, name), text)
  }
  return { files: Object.keys(texts), path: folder.path, [Symbol.dispose]: () => folder[Symbol.dispose]() }
}

test('the plan counts files and minutes, and names what this machine lacks', () => {
  using here = planted()
  const how = { root: here.path, lanes: 2, isLong: false }
  const lacking = {
    isRoot: false,
    noServer: (major: number) => (major === 17 ? 'no 17' : false) as string | false,
    noPooler: () => 'no pooler' as string | false,
    noOldestNode: () => 'no old Node' as string | false,
  }
  const [first, ...left] = planOf(here.files, how, lacking)
  assert.match(first ?? '', /then 3 files of tests, 2 at a time: about 2 minutes/)
  assert.deepEqual(
    left.map((line) => line.replace(/, who alone.*/, '')),
    [
      'will be left out: the long form of the seeded sweeps (npm run test:long)',
      'will be left out: some of 1 files: no 17',
      'will be left out: 0 files: no pooler',
      'will be left out: 0 files: no old Node',
      'will be left out: some of 1 files: this is not root',
    ],
  )
  const whole = planOf(
    here.files,
    { ...how, isLong: true },
    { isRoot: true, noServer: () => false, noPooler: () => false, noOldestNode: () => false },
  )
  assert.equal(whole.length, 1, 'nothing is left out')
})

test('each file that ends says how far the run is', () => {
  const pace = new Pace(['test/crash/a.test.ts', 'src/b.test.ts'])
  assert.match(pace.after('src/b.test.ts'), /^1 of 2 files after 1 minute, about 1 minute left$/)
  assert.match(pace.after('test/crash/a.test.ts'), /^2 of 2 files after 1 minute$/)
})

test('the plan is the first thing that the run says', async () => {
  const child = spawn(process.execPath, [path.join(root, 'scripts/test.ts')], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const gone = once(child, 'exit')
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    said += piece
  })
  await until('it has said something', () => said.includes('\n') || child.exitCode !== null)
  // With whatever it has begun by now.
  process.kill(-child.pid!, 'SIGKILL')
  await gone
  assert.match(said, /^first the checks and a build, then \d+ files of tests/)
})

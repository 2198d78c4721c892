// Goal: `npm test` counts what ran, and a file that hangs is ended and named, even when what it left behind holds its
// pipes. Method: planted test files.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { mock, test } from 'node:test'
import { runTestFiles } from '../../scripts/test-files.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

const FILES = {
  'good.test.ts': `test('good', () => {})\ntest('left', { skip: 'no such server' }, () => {})`,
  'bad.test.ts': `test('wrong', () => { throw new Error('planted') })\ntest('right', () => {})`,
  'left-out.test.ts': `describe('all of it', { skip: 'no such pooler' }, () => { test('never', () => {}) })`,
  'broken.test.ts': 'process.exitCode = 3',
  'empty.test.ts': 'void test',
  'holds-pipes.test.ts': `import { spawn } from 'node:child_process'\ntest('leaves a child', () => { spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'inherit' }).unref() })`,
  'slow.test.ts': `for (let i = 0; i < 4; i += 1) test('slow ' + i, () => new Promise((resolve) => setTimeout(resolve, 1_500)))`,
  'endless.test.ts': `test('never ends', () => { for (;;); })`,
}

async function run(
  files: readonly string[],
  limits: { silentMsMax: number; totalMsMax: number },
): Promise<{ counts: Awaited<ReturnType<typeof runTestFiles>>; said: string }> {
  using folder = temporaryDirectory()
  for (const [name, code] of Object.entries(FILES))
    fs.writeFileSync(
      path.join(folder.path, name),
      `import { describe, test } from 'node:test'\n${code}\nvoid describe\n`,
    )
  const log = mock.method(console, 'log', () => {})
  try {
    const counts = await runTestFiles(files, folder.path, limits)
    return { counts, said: log.mock.calls.map((call) => String(call.arguments[0])).join('\n') }
  } finally {
    log.mock.restore()
  }
}

test('passes, failures, skips, an exit code and a file without tests are counted', async () => {
  const files = ['good', 'left-out', 'bad', 'broken', 'empty'].map((name) => `${name}.test.ts`)
  const { counts, said } = await run(files, {
    silentMsMax: 60_000,
    totalMsMax: 120_000,
  })
  assert.deepEqual(
    { ...counts, skips: [...counts.skips].sort() },
    { passed: 2, failed: 3, skips: ['all of it: no such pooler', 'left: no such server'] },
  )
  assert.match(said, /^ok good\.test\.ts: good$/m)
  assert.match(said, /planted/)
  assert.match(said, /^FAILED bad\.test\.ts /m)
  assert.match(said, /^FAILED broken\.test\.ts ended with 3$/m)
  assert.match(said, /^FAILED empty\.test\.ts ran no test$/m)
})

test('what hangs is ended and named', async () => {
  const { counts, said } = await run(['holds-pipes.test.ts', 'endless.test.ts'], {
    silentMsMax: 2_000,
    totalMsMax: 120_000,
  })
  assert.equal(counts.failed, 2)
  assert.match(said, /^FAILED holds-pipes\.test\.ts left processes behind$/m)
  assert.match(said, /^FAILED endless\.test\.ts was silent for too long/m)
})

test('a file whose tests end one after the other may take longer than one may', async () => {
  const { counts, said } = await run(['slow.test.ts'], { silentMsMax: 5_000, totalMsMax: 120_000 })
  assert.deepEqual({ ...counts }, { passed: 4, failed: 0, skips: [] }, said)
})

test('files not begun in time fail by name', async () => {
  const { counts, said } = await run(['endless.test.ts', 'endless.test.ts', 'good.test.ts'], {
    silentMsMax: 60_000,
    totalMsMax: 1_000,
  })
  assert.deepEqual({ ...counts }, { passed: 0, failed: 3, skips: [] })
  assert.match(said, /^FAILED good\.test\.ts was not begun/m)
})

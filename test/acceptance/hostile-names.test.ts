// Goal: no name that somebody gave a file, a source, a tag, a key, a configuration steers a terminal: not by a control
// character, an escape, a newline that forges a line, or a mark that turns the direction of reading. Method: hostile
// names through every command there is, in text and JSON.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import { printable } from '../../src/kernel/printable.ts'
import { commandsWithoutRun, type Names, runEveryCommand } from '../harness/every-command.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { runCli } from './run-cli.ts'

const STEER = '\u001b[31m\u0007\r\nFORGED\u009b2J\u202egpj\u2066\u200b'
/** What a name that is typed may still hold: controls are refused at the door. */
const TYPED = '\u202egpj\u2066\u200b'
const HOSTILE: Names = {
  file: `agenda${STEER}.db`,
  folder: `laudos${STEER}`,
  source: `consultorio${TYPED}`,
  tag: `noturno${TYPED}`,
  reason: `processo${TYPED}`,
  label: `cofre${TYPED}`,
  config: `prontuarios${TYPED}`,
}

function assertHarmless(text: string, what: string): void {
  for (const line of text.split('\n')) {
    assert.equal(printable(line), line, `${what} prints raw: ${JSON.stringify(line)}`)
    assert.doesNotMatch(line, /^FORGED/, `${what} lets a name begin a line`)
  }
}

for (const isJson of [false, true])
  test(`hostile names steer nothing, whichever command lists them (${isJson ? 'JSON' : 'text'})`, async () => {
    using folder = temporaryDirectory()
    const runs = await runEveryCommand({ place: folder.path, names: HOSTILE, isJson })
    assert.deepEqual(commandsWithoutRun(runs), [])
    let shown = 0
    for (const { args, ran } of runs) {
      const what = args.slice(0, 2).join(' ')
      assertHarmless(ran.stdout.toString('utf8'), what)
      assertHarmless(ran.stderr, what)
      if (/\\x0aFORGED|\\nFORGED|\\u\{?202e/.test(ran.stdout.toString())) shown += 1
    }
    assert.ok(shown > 8, `only ${shown} commands showed a hostile name: the others were never tried`)
  })

test('a wrong word on the command line, and the rescue reader, show hostile names harmlessly', async () => {
  using folder = temporaryDirectory()
  const env = { BACKUP_ENCRYPTION_KEY: `file:${folder.path}/key` }
  for (const args of [[`--${STEER}`], [STEER], ['backup', STEER], ['ls', STEER, '--repo', folder.path + STEER]]) {
    const { stdout, stderr } = await runCli(args, { env, cwd: folder.path })
    assertHarmless(stdout.toString('utf8'), 'stdout')
    assertHarmless(stderr, 'stderr')
  }
  const repo = ['--repo', `${folder.path}/repository`]
  assert.equal((await runCli(['key', 'generate', `${folder.path}/key`], { env })).status, 0)
  assert.equal((await runCli(['init', ...repo], { env })).status, 0)
  execFileSync('mkdir', [`${folder.path}/data`])
  execFileSync('touch', [`${folder.path}/data/a${STEER}`])
  assert.equal(
    (await runCli(['backup', `${folder.path}/data`, '--source', `clinic${TYPED}`, ...repo], { env })).status,
    0,
  )
  const rescue = path.resolve(import.meta.dirname, '../../dist/neonpro-rescue.mjs')
  for (const args of [['list'], ['ls', `latest:${folder.path}/data`], ['ls', 'latest', `${folder.path}/data`]]) {
    let out = ''
    try {
      out = execFileSync(process.execPath, [rescue, ...args, ...repo, '--key-file', `${folder.path}/key`], {
        encoding: 'utf8',
        stdio: 'pipe',
      })
    } catch (error) {
      out = String((error as { stderr: string }).stderr)
    }
    assertHarmless(out, `rescue ${args.join(' ')}`)
  }
})

// Goal: TAB completes commands, options, choices, snapshots and files in the real shells, and what stands on the line
// is never carried out. Method: bash, zsh and fish, each in a terminal of its own (script), type lines with a TAB in
// them; a program of the same name in PATH writes down how it was called. Beside it the suggestions themselves.
import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { Argument, Command, Option } from 'commander'
import { commandTree } from '../../src/cli/command-tree.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import { joinWords, suggest } from '../../src/cli/completion/suggest.ts'
import { OBJECT_FOLDERS } from '../../src/engine/index.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until } from '../harness/until.ts'
import { CLI, runCli } from './run-cli.ts'

const has = (program: string) => spawnSync(program, ['--version']).error === undefined
const NAME = `${'ab'.repeat(8)}${'0'.repeat(48)}`
const CLEAR_LINE = '\u0015'
/** How each shell is started without anybody's settings, and loads the script. */
const SHELLS: Readonly<Record<string, { readonly start: string; readonly load: string }>> = {
  bash: { start: 'bash --norc --noprofile -i', load: 'source ./loaded' },
  zsh: { start: 'zsh -f -i', load: 'autoload -U compinit; compinit -u -D; source ./loaded' },
  fish: { start: 'fish --no-config -i', load: 'source ./loaded' },
}

for (const [shell, { start, load }] of Object.entries(SHELLS)) {
  const missing =
    has(shell) && has('script') ? false : `left out: ${has(shell) ? 'script (bsdutils)' : shell} is not installed`
  test(`${shell} completes by TAB, and evaluates nothing of the line`, { skip: missing }, async () => {
    using folder = temporaryDirectory()
    const at = (...parts: string[]) => path.join(folder.path, ...parts)
    plant(at)
    const script = execFileSync(process.execPath, [CLI, 'completion', shell], { encoding: 'utf8' })
    fs.writeFileSync(at('loaded'), script)
    const child = spawn('script', ['-qfec', start, '/dev/null'], {
      cwd: folder.path,
      env: { PATH: `${at('bin')}:${process.env['PATH']}`, HOME: folder.path, TERM: 'xterm', LANG: 'C.UTF-8' },
      stdio: ['pipe', 'ignore', 'inherit'],
    })
    using _ended = { [Symbol.dispose]: () => child.kill() }
    const type = (text: string) => void child.stdin.write(text)
    const called = () => (fs.existsSync(at('called')) ? fs.readFileSync(at('called'), 'utf8').trim().split('\n') : [])
    const expectCall = async (typed: string, call: string | RegExp) => {
      type(`neonpro-backup ${typed}\t\n`)
      const before = called().length
      const got = await until(`${shell}: ${typed}`, () => called()[before])
      if (typeof call === 'string') assert.equal(got, call, typed)
      else assert.match(got, call)
    }
    type(`${load}\n`)
    await expectCall('snapsh', '[snapshots]')
    await expectCall('key recov', '[key][recovery-kit]')
    await expectCall('backup --exclude-ca', '[backup][--exclude-caches]')
    await expectCall('restore --overwrite if-n', '[restore][--overwrite][if-newer]')
    await expectCall('--repo repository ls abab', '[--repo][repository][ls][abababababab]')
    await expectCall('backup one-fi', '[backup][one-file name.txt]')
    await expectCall('restore x --target a-fo', /^\[restore\]\[x\]\[--target\]\[a-folder\/?\]$/)
    // What only stands there while TAB is pressed: a command, and a redirection over a file.
    type(`neonpro-backup backup "$(touch evil)" ; neonpro-backup backup '$(touch evil)' --exclude-ca\t${CLEAR_LINE}`)
    type(`neonpro-backup dump latest > precious --outp\t${CLEAR_LINE}`)
    await expectCall('hold li', '[hold][li]')
    assert.deepEqual([fs.existsSync(at('evil')), fs.readFileSync(at('precious'), 'utf8')], [false, 'kept'])
    type('exit\n')
    child.stdin.end()
    await once(child, 'close')
  })
}

function plant(at: (...parts: string[]) => string): void {
  fs.mkdirSync(at('bin'))
  fs.mkdirSync(at('a-folder'))
  fs.mkdirSync(at('repository/snapshots'), { recursive: true })
  fs.writeFileSync(at('repository/snapshots', NAME), '')
  fs.writeFileSync(at('one-file name.txt'), '')
  fs.writeFileSync(at('precious'), 'kept')
  fs.writeFileSync(
    at('bin/neonpro-backup'),
    `#!/bin/sh
[ "$1" = completion ] && exec '${process.execPath}' '${CLI}' "$@"
printf '[%s]' "$@" >> '${at('called')}'
echo >> '${at('called')}'
`,
    { mode: 0o755 },
  )
}

const root = commandTree(COMMANDS, 'en').root
const wordsFor = (...words: string[]) => {
  const found = suggest(root, words)
  return found.kind === 'words' ? found.words.map(({ value }) => value) : found.kind
}

test('every command, every subcommand and every shown option is suggested', () => {
  const top = wordsFor('')
  for (const { name } of COMMANDS) {
    const [first = '', second] = name.split(' ')
    assert.ok(top.includes(first), first)
    if (second !== undefined) assert.ok(wordsFor(first, '').includes(second), name)
    const options = wordsFor(...name.split(' '), '-')
    const command = name.split(' ').reduce((at, each) => at.commands.find((child) => child.name() === each)!, root)
    for (const option of command.options)
      assert.equal(options.includes(option.long!), !option.hidden, `${name} ${option.flags}`)
  }
})

test('choices, files, folders and snapshots stand where their value does', () => {
  assert.deepEqual(wordsFor('restore', '--overwrite', ''), ['always', 'if-changed', 'if-newer', 'never'])
  assert.deepEqual(wordsFor('restore', '--overwrite='), [
    '--overwrite=always',
    '--overwrite=if-changed',
    '--overwrite=if-newer',
    '--overwrite=never',
  ])
  assert.deepEqual(wordsFor('alerts', ''), ['test'])
  assert.deepEqual(wordsFor('alerts', 'test', ''), ['email', 'webhook', 'healthcheck'])
  assert.equal(wordsFor('--key-file', ''), 'files')
  assert.equal(wordsFor('backup', 'a', 'b', ''), 'files')
  assert.equal(wordsFor('restore', 'latest', '--target', ''), 'folders')
  assert.equal(wordsFor('diff', 'a', ''), 'snapshots')
  assert.equal(wordsFor('--repo', 'x', 'forget', '--keep-last', '3', ''), 'snapshots')
  // An option whose value may be left away, and what stands behind "--".
  assert.ok(wordsFor('verify', '--read-data', '--').includes('--json'))
  assert.equal(wordsFor('backup', '--', '-'), 'files')
  assert.deepEqual(wordsFor('run', ''), [])
})

test('bash takes words apart at = and :, and gets back what it replaces', () => {
  assert.deepEqual(joinWords(['restore', '--overwrite', '=', 'if-n']), {
    words: ['restore', '--overwrite=if-n'],
    typed: 'if-n',
  })
  assert.deepEqual(joinWords(['restore', 'latest', ':', '/srv', '--ov']).words, ['restore', 'latest:/srv', '--ov'])
  assert.deepEqual(joinWords(['restore', '--overwrite', '=']), { words: ['restore', '--overwrite='], typed: '' })
  assert.deepEqual(joinWords(['']), { words: [''], typed: '' })
})

test('choices are those that help and refusal name', async () => {
  const named = (description: string) => description.split(/[ ,;]+/)
  const valued: Array<Option | Argument> = []
  const visit = (command: Command): void => {
    valued.push(...command.options, ...command.registeredArguments)
    for (const child of command.commands) visit(child)
  }
  visit(root)
  const chosen = valued.filter(({ argChoices, description }) => argChoices !== undefined && description !== '1 to 9')
  for (const { argChoices, description } of chosen)
    for (const each of argChoices!) assert.ok(named(description).includes(each), `${each}: ${description}`)
  assert.ok(chosen.length > 60)
  assert.deepEqual(wordsFor('list', ''), Object.keys(OBJECT_FOLDERS))
  const env = { BACKUP_ENCRYPTION_KEY: 'hex:zz', NEONPRO_REPOSITORY: '/nowhere' }
  for (const args of [
    ['backup', 'x', '--type'],
    ['dump', 'x', '--format'],
    ['snapshots', '--progress'],
  ]) {
    const { stderr } = await runCli([...args, 'nonsense'], { env })
    for (const each of wordsFor(...args, '')) assert.ok(stderr.includes(each), `${args.join(' ')} ${each}: ${stderr}`)
  }
})

test('an unknown shell is refused by name', async () => {
  const { status, stderr } = await runCli(['completion', 'tcsh'], { env: {} })
  assert.equal(status, 2)
  assert.match(stderr, /bash, zsh or fish, not "tcsh"/)
})

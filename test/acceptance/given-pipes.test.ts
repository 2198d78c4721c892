// Goal: a file of the command line may be a pipe: what is written into it counts, `<(…)` works, and one that nobody
// writes into holds nobody up: it is said, and an interruption ends it. Method: the program with named pipes.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { CLI, runCli } from './run-cli.ts'

async function stage(folder: string) {
  const at = (name: string) => path.join(folder, name)
  const env = { BACKUP_ENCRYPTION_KEY: `file:${at('key')}`, NEONPRO_BACKUP_HOME: at('home') }
  fs.mkdirSync(at('source'))
  for (const name of ['a.txt', 'b.log']) fs.writeFileSync(at(`source/${name}`), name)
  execFileSync('mkfifo', [at('pipe')])
  await runCli(['key', 'generate', at('key')], { env })
  assert.equal((await runCli(['init', '--repo', at('repo')], { env })).status, 0)
  return { at, env }
}

test('a pipe that nobody writes into is named, and an interruption ends the waiting', async () => {
  using folder = temporaryDirectory()
  const { at, env } = await stage(folder.path)
  for (const args of [
    ['backup', at('source'), '--exclude-file', at('pipe')],
    ['backup', '--files-from', at('pipe')],
    ['backup', '--files-from0', at('pipe')],
    ['forget', '--policy', at('pipe')],
    ['audit', 'verify', '--file', at('pipe')],
    ['config', 'add', '--name', 'x', '--database', `file:${at('pipe')}`],
  ]) {
    const ended = await runCli([...args, '--repo', at('repo')], {
      env,
      onStderr: (pid, text) => {
        if (text.includes(at('pipe')) && !text.includes('topping')) process.kill(pid, 'SIGINT')
      },
    })
    assert.match(ended.stderr, /Waiting until somebody writes/, args.join(' '))
    assert.notEqual(ended.status, 0, args.join(' '))
    assert.doesNotMatch(ended.stderr, /INTERNAL|can not be read/, args.join(' '))
  }
})

test('what is written into a pipe counts, also late, from <(…) and from standard input', async () => {
  using folder = temporaryDirectory()
  const { at, env } = await stage(folder.path)
  const filesOf = async () => (await runCli(['ls', 'latest', '--repo', at('repo')], { env })).stdout.toString()
  const program = `"${process.execPath}" "${CLI}"`
  const shell = (line: string) => {
    const all = { PATH: process.env['PATH'] ?? '', LANG: 'C', ...env }
    const { status, stderr } = spawnSync('bash', ['-c', line], { cwd: folder.path, env: all, encoding: 'utf8' })
    assert.equal(status, 0, `${line}: ${stderr}`)
  }
  shell(
    `(sleep 1; echo '*.log'; sleep 0.2; echo '*.none') > pipe & ${program} backup source --repo repo --exclude-file pipe`,
  )
  assert.doesNotMatch(await filesOf(), /b\.log/)
  shell(`${program} backup source --repo repo --exclude-file <(sleep 0.5; echo '*.txt')`)
  assert.doesNotMatch(await filesOf(), /a\.txt/)
  shell(`${program} backup source --repo repo --exclude-file <(true)`)
  assert.match(await filesOf(), /a\.txt/)
  // A writer that came and left without a word: an empty list.
  shell(`true > pipe & ${program} backup source --repo repo --exclude-file pipe`)
  assert.match(await filesOf(), /b\.log/)
  shell(`echo source/b.log | ${program} backup --repo repo --files-from -`)
  assert.doesNotMatch(await filesOf(), /a\.txt/)
})

test('a pipe in the place of a key, of a settings file or of a target is refused at once', async () => {
  using folder = temporaryDirectory()
  const { at, env } = await stage(folder.path)
  assert.equal((await runCli(['backup', at('source'), '--repo', at('repo')], { env })).status, 0)
  const refused = async (args: string[], more: Record<string, string> = {}) => {
    const ended = await runCli([...args, '--repo', at('repo')], { env: { ...env, ...more } })
    assert.notEqual(ended.status, 0, args.join(' '))
    assert.doesNotMatch(ended.stderr, /INTERNAL/)
  }
  await refused(['snapshots', '--key-file', at('pipe')])
  // Nothing could end a process that opens a pipe and waits there.
  fs.mkdirSync(at('image/etc'), { recursive: true })
  fs.writeFileSync(at('image/etc/passwd'), 'root:x:0:0::/root:/bin/sh\nneonpro:x:4711:4711::/:/usr/sbin/nologin\n')
  await refused(['service', 'install', '--root', at('image'), '--key-file', at('pipe')])
  await refused(['restore', 'latest', '--target', at('pipe')])
  await refused(['restore', 'latest', '--target', at('pipe/below')])
  fs.mkdirSync(at('home'), { recursive: true })
  execFileSync('mkfifo', [at('home/config.json')])
  await refused(['status'])
})

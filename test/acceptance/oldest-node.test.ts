// Goal: the oldest Node that the package promises is enough, also for what only later ones have by themselves. Method:
// every command that is asked for first, built, under that very version: proof, system, scheduler, checks.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { noOldestNode, OLDEST_NODE, oldestNode } from '../harness/servers.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { runCli } from './run-cli.ts'

const root = path.resolve(import.meta.dirname, '../..')

test('the package promises that version', () => {
  const { engines } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    engines: { node: string }
  }
  assert.equal(engines.node, `>=${OLDEST_NODE.split('.').slice(0, 2).join('.')}`)
})

test('proof, system, points, recovery, checks and server run on it', { skip: noOldestNode() }, async () => {
  using folder = temporaryDirectory()
  const at = (name: string) => path.join(folder.path, name)
  fs.mkdirSync(at('source'))
  fs.writeFileSync(at('source/a.txt'), 'a')
  const env = { HOME: at('.'), TMPDIR: folder.path, BACKUP_ENCRYPTION_KEY: `file:${at('key')}` }
  const ok = async (...args: string[]) => {
    const ran = await runCli(args, { env, cwd: folder.path, node: oldestNode()! })
    assert.ok(ran.status === 0, `${args[0]} ended with ${ran.status}: ${ran.stderr}`)
    return ran
  }
  await ok('quickstart')
  await ok('key', 'generate', at('key'))
  await ok('config', 'add', '--name', 'c', '--path', at('source'), '--repo', at('repository'))
  await ok('run', 'c')
  for (const command of ['status', 'points', 'runs', 'stats', 'verify', 'prune', 'audit verify', 'config show'])
    await ok(...command.split(' '))
  const { json } = await ok('points', '--json')
  const [point] = json!['points'] as Array<{ id: string }>
  await ok('recover', point!.id, '--target', at('back'))
  assert.equal(fs.readFileSync(path.join(at('back'), at('source/a.txt')), 'utf8'), 'a')
  const checked = await runCli(['doctor', '--json'], { env, cwd: folder.path, node: oldestNode()! })
  const checks = checked.json!['checks'] as Array<{ id: string; severity: string }>
  assert.deepEqual(
    checks.filter(({ severity }) => severity === 'MISSING'),
    [],
    checked.stderr,
  )
  const served = await runCli(['serve'], {
    ...{ env, cwd: folder.path, node: oldestNode()! },
    onStderr: (pid, text) => text.includes('Ready') && process.kill(pid, 'SIGTERM'),
    onStdout: (pid, text) => text.includes('Ready') && process.kill(pid, 'SIGTERM'),
  })
  assert.match(`${served.stdout}${served.stderr}`, /Ready/)
  assert.equal(served.status, 0, served.stderr)
})

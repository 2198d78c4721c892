// Goal: started on a Node that is too old, every entry point says in one line what it needs, in the reader's language
// where it can. Method: the built files under the machine's own Node, where that is older than 22.15.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { CLI } from './run-cli.ts'

const dist = path.resolve(path.dirname(CLI), '..')

/** An old Node of this machine, or undefined. */
function oldNode(): string | undefined {
  for (const node of ['/usr/bin/node', '/usr/local/bin/node']) {
    try {
      const [major = 0, minor = 0] = execFileSync(node, ['--version'], { encoding: 'utf8' })
        .slice(1)
        .split('.')
        .map(Number)
      if (major >= 16 && (major < 22 || (major === 22 && minor < 15))) return node
    } catch {
      // It is not there.
    }
  }
  return undefined
}

function run(
  t: TestContext,
  args: readonly string[],
  env: Record<string, string> = {},
): { status: number | null; stdout: string; stderr: string } | undefined {
  const node = oldNode()
  if (node === undefined) {
    t.skip('this machine has no Node.js older than 22.15')
    return undefined
  }
  using folder = temporaryDirectory()
  return spawnSync(node, args, {
    cwd: folder.path,
    env: { PATH: '/usr/bin:/bin', HOME: folder.path, ...env },
    encoding: 'utf8',
  })
}

test('the command line', (t) => {
  const ran = run(t, [CLI, 'snapshots'])
  if (!ran) return
  assert.deepEqual([ran.status, ran.stdout], [1, ''])
  assert.match(ran.stderr, /^neonpro-backup needs Node\.js 22\.15 or newer; this is \S+\.\n$/)
  assert.match(
    run(t, [CLI, '--help'], { LANG: 'pt_BR.UTF-8' })!.stderr,
    /^neonpro-backup precisa do Node\.js 22\.15 ou mais novo; este é o \S+\.\n$/,
  )
})

test('the rescue reader', (t) => {
  const ran = run(t, [path.join(dist, 'neonpro-rescue.mjs'), 'list', '--repo', '/nowhere'])
  if (!ran) return
  assert.deepEqual([ran.status, ran.stdout], [1, ''])
  assert.match(ran.stderr, /^neonpro-rescue needs Node\.js 22\.15 or newer; this is \S+\n$/)
})

test('the library', (t) => {
  const code = `import { initializeBackupSystem, Repository } from ${JSON.stringify(path.join(dist, 'index.js'))}
const answer = await initializeBackupSystem({ provider: 'LOCAL', local: { basePath: './backups' } })
console.log(answer.success, answer.error.code, answer.error.message)
await Repository.open(undefined, []).catch((error) => console.log(error.code))`
  const ran = run(t, ['--input-type=module', '-e', code])
  if (!ran) return
  assert.match(
    ran.stdout,
    /^false NODE_TOO_OLD Node\.js 22\.15 or newer is needed; this is \S+\.\nNODE_TOO_OLD\n$/,
    ran.stderr,
  )
})

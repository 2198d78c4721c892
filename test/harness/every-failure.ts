/** How the commands fail as people make them fail: over the clinic that every-command.ts leaves behind. */
import fs from 'node:fs'
import path from 'node:path'
import { runCli } from '../acceptance/run-cli.ts'
import type { CommandRun, EveryCommandOptions } from './every-command.ts'

type Place = Pick<EveryCommandOptions, 'place' | 'names' | 'env'>

/** Runs them all; each of them is expected to end with another code than 0, or with a warning. */
export async function runEveryFailure({ place, names, env }: Place): Promise<readonly CommandRun[]> {
  const at = (...parts: string[]): string => path.join(place, ...parts)
  const repo = ['--repo', at('repository')]
  const system = ['--repo', at('system')]
  const key = `file:${at('key')}`
  plant(at)
  const runs: CommandRun[] = []
  const run = async (args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<void> => {
    const all = { BACKUP_ENCRYPTION_KEY: key, NEONPRO_BACKUP_HOME: at('home'), ...env, ...more }
    runs.push({ command: args[0] ?? '', args, ran: await runCli(args, { env: all, cwd: place }) })
  }
  for (const args of badRepositoryCalls(at, names.config)) await run([...args, ...repo])
  for (const args of badSystemCalls(at, names.config)) await run([...args, ...system])
  for (const args of BARE) await run(args)
  await run(['snapshots', '--repo', at('no-repository')])
  await run(['status', ...system], { NEONPRO_BACKUP_HOME: at('no-home') })
  for (const refused of keys(at)) await run(['snapshots', ...repo], { BACKUP_ENCRYPTION_KEY: refused })
  return runs
}

function plant(at: (...parts: string[]) => string): void {
  fs.writeFileSync(at('bad.json'), '{')
  fs.writeFileSync(at('unknown.json'), '{"dayly": 3}')
  fs.writeFileSync(at('open.key'), 'q', { mode: 0o644 })
  fs.chmodSync(at('open.key'), 0o644)
  fs.writeFileSync(at('ignore'), '[\n')
  fs.mkdirSync(at('full'), { recursive: true })
  fs.writeFileSync(at('full', 'q'), 'q')
}

const BARE: ReadonlyArray<readonly string[]> = [
  ['snapshots'],
  ['audit', 'verify', '--file', '/no/such'],
  ['system', 'init-db', '--database', 'env:NO_SUCH'],
  ['system', 'init-db', '--database', 'postgresql://q:q@127.0.0.1:1/q'],
  ['system', 'init-db', '--database', 'q'],
  ['service', 'status', '--root', '/no/such'],
]

function keys(at: (...parts: string[]) => string): readonly string[] {
  return [
    '',
    'change-me',
    'passphrase:aaaaaaaaaaaaaaaaaaaaaaa',
    'passphrase:q9 and W3 and e5 and R7 are no words',
    'hex:12',
    'base64:!!!',
    '0123456789abcdef0123456789abcdef',
    `file:${at('q-q')}`,
    `file:${at('full')}`,
    `file:${at('open.key')}`,
    `file:${at('second.key')}`,
    'arn:aws:kms:us-east-1:1:key/1',
    'abcde-abcde',
  ]
}

function badRepositoryCalls(at: (...parts: string[]) => string, name: string): ReadonlyArray<readonly string[]> {
  return [
    ['init'],
    ['backup'],
    ['backup', at('q-q')],
    ['backup', 'data', '--type', 'q'],
    ['backup', 'data', '--modified-since', 'q'],
    ['backup', 'data', '--exclude', '['],
    ['backup', 'data', '--include', 'Q*q', '--dry-run'],
    ['backup', 'data', '--exclude-file', at('q-q')],
    ['backup', 'data', '--exclude-file', at('ignore')],
    ['backup', '--files-from', at('q-q')],
    ['backup', 'data', '--dry-run'],
    ['restore', 'latest', '--target', '/', '--delete'],
    ['restore', 'latest', '--target', at('repository')],
    ['restore', 'latest', '--target', at('full'), '--include', 'q-q'],
    ['restore', 'latest:/no/such', '--target', at('full')],
    ['restore', 'ffffffff', '--target', at('full')],
    ['restore', 'latest', '--source', 'q-q', '--target', at('full')],
    ['snapshots', '--group-by', 'q'],
    ['find', 'q-q'],
    ['dump', 'latest', '/no/such'],
    ['dump', 'latest', at('data'), '--output', at('key')],
    ['dump', 'latest', at('data'), '--format', 'zip', '--output', at('q.zip')],
    ['copy', '--to', at('repository')],
    ['copy', '--to', at('no-repository')],
    ['forget'],
    ['forget', '--keep-last', '1', '--timezone', 'Q/Q'],
    ['forget', '--policy', at('q-q')],
    ['forget', '--policy', at('bad.json')],
    ['forget', '--policy', at('unknown.json')],
    ['forget', 'ffffffff'],
    ['unpin', 'latest'],
    ['hold', 'add', '--everything', '--until', '2001-01-01'],
    ['hold', 'add', '--everything', '--until', 'q'],
    ['hold', 'add', '--source', 'q-q'],
    ['hold', 'lift', 'ffffffff'],
    ['key', 'generate', at('key')],
    ['key', 'add', at('q-q')],
    ['key', 'remove', 'ffffffffffffffff'],
    ['repair', '--accept-rollback'],
    ['doctor', name],
    ['quickstart', at('q-q')],
  ]
}

function badSystemCalls(at: (...parts: string[]) => string, name: string): ReadonlyArray<readonly string[]> {
  const added = (...options: string[]) => ['config', 'add', '--name', 'q', '--path', at('data'), ...options]
  return [
    ['config', 'add', '--name', 'q'],
    ['config', 'add', '--name', name, '--path', at('data')],
    added('--frequency', 'q'),
    added('--cron', 'q'),
    added('--cron', '0 0 31 2 *'),
    added('--every', 'q'),
    added('--every', '1d', '--cron', '0 0 * * *'),
    added('--frequency', 'DAILY', '--time', '25:00'),
    added('--frequency', 'WEEKLY', '--day-of-week', 'q'),

    added('--time', '02:00'),
    added('--every', '1d', '--timezone', 'Q/Q'),

    added('--retention', '{"dayly": 3}'),
    added('--retention', '{"daily": -3}'),
    added('--healthcheck-url', 'ftp://q'),

    added('--type', 'q'),
    added('--chunk-size', '1'),
    added('--exclude', '['),
    ['config', 'add', '--name', 'q', '--database', 'postgresql://q:q@localhost/q'],
    ['config', 'add', '--name', 'q', '--database', 'env:NO_SUCH'],
    ['config', 'add', '--name', 'q', '--kind', 'q', '--set', 'q=q'],
    ['config', 'add', '--name', 'q', '--kind', 'database', '--set', 'q'],
    ['config', 'edit', name, '--set', 'q=q'],
    ['config', 'show', 'q-q'],
    ['config', 'edit', name],
    ['config', 'edit', name, '--clear', 'q'],
    ['run', 'q-q'],
    ['run', name],
    ['recover', 'ffffffff', '--target', at('full')],
    ['recover', 'ffffffff', '--target', at('full'), '--overwrite', 'q'],
    ['recover', 'ffffffff'],
    ['recover', 'ffffffff', '--into', 'q'],
    ['recover', 'ffffffff', '--target', at('full'), '--set', 'q=q'],
    ['runs', '--state', 'q'],
    ['runs', 'q'],
    ['points', 'q'],
    ['points', '--latest', 'q'],
    ['alerts', 'test', 'q'],
    ['alerts', '--acknowledge', 'q'],
    ['system', 'rebuild'],
    ['system', 'move-home', '--to', at('full')],
    ['doctor', 'q-q'],
    ['status', '--repo', at('repository')],
  ]
}

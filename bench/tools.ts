/** The programs that are compared: how each is called for each piece of work. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

export interface Tool {
  readonly name: string
  readonly version: string
  readonly env: Record<string, string>
  init(repository: string): string[]
  backup(repository: string, source: string): string[]
  restore(repository: string, target: string): string[]
  verify(repository: string): string[]
}

const root = path.resolve(import.meta.dirname, '..')

function versionOf(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8' }).trim().split('\n')[0] ?? ''
}

function ours(state: string): Tool {
  const cli = [path.join(root, 'node_modules/.bin/node'), '--max-semi-space-size=1', '--v8-pool-size=1', path.join(root, 'dist/bin/neonpro-backup.js')]
  return {
    name: 'ours', version: JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).version as string, env: { BACKUP_ENCRYPTION_KEY: `base64:${Buffer.alloc(32, 'neonpro-bench-key').toString('base64')}`, NEONPRO_BACKUP_HOME: state },
    init: (repository) => [...cli, 'init', '--repo', repository], backup: (repository, source) => [...cli, 'backup', source, '--repo', repository, '--source', 'bench', '--json', '--quiet'],
    restore: (repository, target) => [...cli, 'restore', 'latest', '--repo', repository, '--target', target, '--quiet'], verify: (repository) => [...cli, 'verify', '--read-data=all', '--repo', repository, '--quiet'],
  }
}

function restic(program: string, state: string): Tool {
  return {
    name: 'restic', version: versionOf(program, ['version']), env: { RESTIC_PASSWORD: 'bench', RESTIC_CACHE_DIR: path.join(state, 'restic-cache') },
    init: (repository) => [program, 'init', '-q', '-r', repository], backup: (repository, source) => [program, 'backup', '-q', '-r', repository, source],
    restore: (repository, target) => [program, 'restore', '-q', '-r', repository, 'latest', '--target', target], verify: (repository) => [program, 'check', '-q', '--read-data', '-r', repository],
  }
}

function borg(program: string, state: string): Tool {
  let number = 0
  return {
    name: 'borg', version: versionOf(program, ['--version']), env: { BORG_PASSPHRASE: 'bench', BORG_BASE_DIR: path.join(state, 'borg'), BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes', BORG_RELOCATED_REPO_ACCESS_IS_OK: 'yes' },
    init: (repository) => [program, 'init', '-e', 'repokey-blake2', repository], backup: (repository, source) => [program, 'create', '-C', 'zstd,3', `${repository}::a${(number += 1)}-${Date.now()}`, source],
    restore: (repository, target) => ['sh', '-c', `mkdir -p ${target} && cd ${target} && ${program} extract ${repository}::$(${program} list --last 1 --short ${repository})`], verify: (repository) => [program, 'check', '--verify-data', repository],
  }
}

/** Ours and every peer that is there; `missing` names the others. */
export function tools(state: string, peers: string): { tools: Tool[]; missing: string[] } {
  const found: Tool[] = [ours(state)]
  const missing: string[] = []
  const known: ReadonlyArray<readonly [string, string, (program: string, state: string) => Tool]> = [['restic', path.join(peers, 'usr/bin/restic'), restic], ['borg', path.join(peers, 'borg/bin/borg'), borg]]
  for (const [name, program, make] of known) {
    if (fs.existsSync(program)) found.push(make(program, state))
    else missing.push(name)
  }
  return { tools: found, missing }
}

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
  /** Keeps the newest snapshot only and frees what the others alone needed. */
  prune(repository: string): string[]
  /** The cheapest command that opens the repository with its key. */
  open(repository: string): string[]
}

const root = path.resolve(import.meta.dirname, '..')

function versionOf(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8' }).trim().split('\n')[0] ?? ''
}

/** As its own first line starts it, with the project's Node. */
export function launch(...args: readonly string[]): string[] {
  return launchOf(root, args)
}

function launchOf(checkout: string, args: readonly string[]): string[] {
  const program = path.join(checkout, 'dist/bin/neonpro-backup.js')
  const [flags] = /(?<=-S node ).+/.exec(fs.readFileSync(program, 'latin1')) ?? ['']
  return [path.join(root, 'node_modules/.bin/node'), ...flags.split(' '), program, ...args]
}

const RAW_KEY = `base64:${Buffer.alloc(32, 'neonpro-bench-key').toString('base64')}`

/** `checkout` is the built tree that the program is taken from: this one, or an older one to compare with. */
export function ours(
  state: string,
  { name = 'ours', key = RAW_KEY, checkout = root }: { name?: string; key?: string; checkout?: string } = {},
): Tool {
  const at = (repository: string) => ['--repo', repository, '--quiet']
  const launch = (...args: readonly string[]) => launchOf(checkout, args)
  return {
    name,
    version: JSON.parse(fs.readFileSync(path.join(checkout, 'package.json'), 'utf8')).version as string,
    env: { BACKUP_ENCRYPTION_KEY: key, NEONPRO_BACKUP_HOME: path.join(state, name) },
    init: (repository) => launch('init', '--repo', repository),
    backup: (repository, source) => launch('backup', source, '--source', 'bench', '--json', ...at(repository)),
    restore: (repository, target) => launch('restore', 'latest', '--target', target, ...at(repository)),
    verify: (repository) => launch('verify', '--read-data=all', ...at(repository)),
    prune: (repository) => launch('forget', '--keep-last', '1', '--prune', ...at(repository)),
    open: (repository) => launch('snapshots', ...at(repository)),
  }
}

/** Our program with a passphrase in place of a raw key: what scrypt adds. */
export function oursWithPassphrase(state: string): Tool {
  return ours(state, { name: 'ours, passphrase', key: 'passphrase:correct horse battery staple bench' })
}

function shell(...commands: readonly (readonly string[])[]): string[] {
  return ['sh', '-c', commands.map((words) => words.map((word) => `'${word}'`).join(' ')).join(' && ')]
}

function restic(program: string, state: string): Tool {
  return {
    name: 'restic',
    version: versionOf(program, ['version']),
    env: { RESTIC_PASSWORD: 'bench', RESTIC_CACHE_DIR: path.join(state, 'restic-cache') },
    init: (repository) => [program, 'init', '-q', '-r', repository],
    backup: (repository, source) => [program, 'backup', '-q', '-r', repository, source],
    restore: (repository, target) => [program, 'restore', '-q', '-r', repository, 'latest', '--target', target],
    verify: (repository) => [program, 'check', '-q', '--read-data', '-r', repository],
    prune: (repository) => [program, 'forget', '-q', '-r', repository, '--keep-last', '1', '--group-by', '', '--prune'],
    open: (repository) => [program, 'snapshots', '-q', '-r', repository],
  }
}

function borg(program: string, state: string): Tool {
  let number = 0
  const nextNumber = () => {
    number += 1
    return number
  }
  return {
    name: 'borg',
    version: versionOf(program, ['--version']),
    env: {
      BORG_PASSPHRASE: 'bench',
      BORG_BASE_DIR: path.join(state, 'borg'),
      BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
      BORG_RELOCATED_REPO_ACCESS_IS_OK: 'yes',
    },
    init: (repository) => [program, 'init', '-e', 'repokey-blake2', repository],
    backup: (repository, source) => [program, 'create', '-C', 'zstd,3', `${repository}::a${nextNumber()}`, source],
    restore: (repository, target) => [
      'sh',
      '-c',
      `mkdir -p ${target} && cd ${target} && ${program} extract ${repository}::$(${program} list --last 1 --short ${repository})`,
    ],
    verify: (repository) => [program, 'check', '--verify-data', repository],
    prune: (repository) => shell([program, 'prune', '--keep-last', '1', repository], [program, 'compact', repository]),
    open: (repository) => [program, 'list', repository],
  }
}

/** Its prune leaves packs for a day unless told otherwise: `--instant-delete` compares like with like. */
function rustic(program: string, state: string): Tool {
  const at = (repository: string) => ['-r', repository, '--no-progress', '--log-level', 'error']
  return {
    name: 'rustic',
    version: versionOf(program, ['--version']),
    env: { RUSTIC_PASSWORD: 'bench', RUSTIC_CACHE_DIR: path.join(state, 'rustic-cache') },
    init: (repository) => [program, 'init', ...at(repository)],
    backup: (repository, source) => [program, 'backup', source, ...at(repository)],
    restore: (repository, target) => [program, 'restore', 'latest', target, ...at(repository)],
    verify: (repository) => [program, 'check', '--read-data', ...at(repository)],
    prune: (repository) => [program, 'forget', '--keep-last', '1', '--prune', '--instant-delete', ...at(repository)],
    open: (repository) => [program, 'snapshots', ...at(repository)],
  }
}

/**
 * Ours and every peer that is there; `missing` names the others that the bars are set against. rustic is a further
 * column where it was brought.
 */
export function tools(state: string, peers: string): { tools: Tool[]; missing: string[] } {
  const found: Tool[] = [ours(state)]
  const missing: string[] = []
  const known: ReadonlyArray<readonly [string, string, (program: string, state: string) => Tool]> = [
    ['restic', path.join(peers, 'usr/bin/restic'), restic],
    ['borg', path.join(peers, 'borg/bin/borg'), borg],
  ]
  for (const [name, program, make] of known) {
    if (fs.existsSync(program)) found.push(make(program, state))
    else missing.push(name)
  }
  const furtherPeer = path.join(peers, 'rustic/bin/rustic')
  if (fs.existsSync(furtherPeer)) found.push(rustic(furtherPeer, state))
  return { tools: found, missing }
}

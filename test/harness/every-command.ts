/**
 * Every command of the program, run one after the other over one small clinic, as an operator would: what each of them
 * says, in whatever language and form is asked for. The names of things are the caller's, so that hostile ones can be
 * fed through every listing.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { COMMANDS } from '../../src/cli/commands.ts'
import { CLI, type Ran, runCli } from '../acceptance/run-cli.ts'

export interface Names {
  readonly file: string
  readonly folder: string
  readonly source: string
  readonly tag: string
  readonly reason: string
  readonly label: string
  readonly config: string
}

export const ORDINARY: Names = {
  file: 'agenda.db',
  folder: 'laudos',
  source: 'consultorio',
  tag: 'noturno',
  reason: 'processo 123',
  label: 'cofre',
  config: 'prontuarios',
}

export interface CommandRun {
  readonly command: string
  readonly args: readonly string[]
  readonly ran: Ran
}

export interface EveryCommandOptions {
  /** An empty folder. */
  readonly place: string
  readonly names: Names
  readonly env?: Readonly<Record<string, string>>
  /** Also with `--json`. */
  readonly isJson?: boolean
}

/** What can't be part of a run that goes on by itself. */
const LEFT_OUT = new Set([
  // It stays until it is stopped: service.test.ts has it.
  'worker',
  // They change the machine: the tests of the service and of HOME have them.
  'service install',
  'service status',
  'service remove',
  'system move-home',
  // Needs a PostgreSQL server: database-server tests have it.
  'system init-db',
])

/** Runs them all. What a step needs of an earlier one it takes from its JSON. */
export async function runEveryCommand(options: EveryCommandOptions): Promise<readonly CommandRun[]> {
  const clinic = new Clinic(options)
  await clinic.repositoryCommands()
  await clinic.systemCommands()
  return clinic.runs
}

/** Commands that no step of `runs` was of. */
export function commandsWithoutRun(runs: readonly CommandRun[]): string[] {
  return COMMANDS.map(({ name }) => name).filter(
    (name) => !LEFT_OUT.has(name) && !runs.some(({ command }) => command === name),
  )
}

class Clinic {
  readonly runs: CommandRun[] = []
  readonly #options: EveryCommandOptions
  readonly #env: Readonly<Record<string, string>>

  constructor(options: EveryCommandOptions) {
    this.#options = options
    this.#env = {
      BACKUP_ENCRYPTION_KEY: `file:${this.#at('key')}`,
      NEONPRO_BACKUP_HOME: this.#at('home'),
      ...options.env,
    }
  }

  #at(...parts: string[]): string {
    return path.join(this.#options.place, ...parts)
  }

  /** One command; its answer as JSON where there is one. */
  async #run(command: string, args: readonly string[] = []): Promise<Record<string, unknown>> {
    const whole = [...command.split(' '), ...args, ...(this.#options.isJson === true ? ['--json'] : [])]
    const ran = await runCli(whole, { env: this.#env, cwd: this.#options.place })
    this.runs.push({ command, args: whole, ran })
    return ran.json ?? {}
  }

  /** What only JSON says, asked for beside what is looked at. */
  async #ask(args: readonly string[]): Promise<Record<string, unknown>> {
    return (await runCli([...args, '--json'], { env: this.#env, cwd: this.#options.place })).json ?? {}
  }

  #plantFiles(): void {
    const { file, folder } = this.#options.names
    fs.mkdirSync(this.#at('data', folder), { recursive: true })
    fs.writeFileSync(this.#at('data', file), 'agenda')
    fs.writeFileSync(this.#at('data', folder, file), 'laudo')
    fs.symlinkSync(file, this.#at('data', `${folder}-link`))
  }

  async repositoryCommands(): Promise<void> {
    const { names } = this.#options
    this.#plantFiles()
    const repo = ['--repo', this.#at('repository')]
    await this.#run('quickstart')
    await this.#run('completion', ['bash'])
    await this.#run('doctor', repo)
    await this.#run('key generate', [this.#at('key')])
    await this.#run('key generate', [this.#at('second.key')])
    await this.#run('init', repo)
    await this.#run('init', ['--repo', this.#at('copy')])
    await this.#run('snapshots', repo)
    const backup = ['data', '--source', names.source, '--tag', names.tag, ...repo]
    await this.#run('backup', backup)
    fs.writeFileSync(this.#at('data', names.file), 'agenda 2')
    await this.#run('backup', backup)
    await this.#run('backup', ['data', ...repo])
    const [first = {}, second = {}] = (await this.#ask(['snapshots', ...repo]))['snapshots'] as Array<{
      snapshot?: string
    }>
    const [a, b] = [String(first.snapshot), String(second.snapshot)]
    await this.#lookInside([a, b], repo)
    await this.#run('pin', [a, '--reason', names.reason, ...repo])
    await this.#run('hold add', ['--snapshot', a, '--reason', names.reason, ...repo])
    await this.#run('snapshots', repo)
    await this.#run('hold list', repo)
    await this.#keys(repo)
    await this.#run('copy', ['--to', this.#at('copy'), ...repo])
    await this.#run('forget', ['--keep-last', '1', '--dry-run', ...repo])
    await this.#run('forget', ['--keep-last', '1', ...repo])
    const holds = (await this.#ask(['hold', 'list', ...repo]))['holds'] as Array<{ id: string }>
    await this.#run('hold lift', [holds[0]?.id ?? 'none', ...repo])
    await this.#run('unpin', [a, ...repo])
    await this.#run('prune', repo)
    await this.#run('verify', ['--read-data', ...repo])
    await this.#run('repair', repo)
  }

  async #lookInside([a, b]: readonly [string, string], repo: readonly string[]): Promise<void> {
    const { names } = this.#options
    await this.#run('stats', repo)
    await this.#run('ls', [b, ...repo])
    await this.#run('list', ['snapshots', ...repo])
    await this.#run('cat', ['snapshot', b, ...repo])
    await this.#run('find', ['*', ...repo])
    await this.#run('diff', [a, b, ...repo])
    await this.#run('dump', [b, this.#at('data', names.file), '--output', this.#at('dumped'), ...repo])
    await this.#run('restore', [b, '--target', this.#at('restored'), '--verify', ...repo])
    await this.#run('restore', [b, '--target', this.#at('restored'), '--dry-run', '--delete', ...repo])
    await this.#run('verify', repo)
  }

  async #keys(repo: readonly string[]): Promise<void> {
    await this.#run('key add', [this.#at('second.key'), '--label', this.#options.names.label, ...repo])
    await this.#run('key list', repo)
    await this.#run('key recovery-kit', repo)
    await this.#run('key rotate', repo)
    await this.#run('repository upgrade', repo)
    const recipients = (await this.#ask(['key', 'list', ...repo]))['recipients'] as Array<{
      id: string
      opensWithThisKey: boolean
    }>
    await this.#run('key remove', [recipients.find((each) => !each.opensWithThisKey)?.id ?? 'none', ...repo])
  }

  async systemCommands(): Promise<void> {
    const repo = ['--repo', this.#at('system')]
    const stop = await this.#serve(repo)
    await this.#configurations(repo)
    await this.#work(repo)
    await stop()
    fs.renameSync(this.#at('home'), this.#at('lost-home'))
    await this.#run('system rebuild', repo)
    await this.#run('status', repo)
  }

  /** The commands talk to it: opening the database for each of them would take most of the time. */
  async #serve(repo: readonly string[]): Promise<() => Promise<void>> {
    const child = spawn(process.execPath, [CLI, 'serve', ...repo], {
      cwd: this.#options.place,
      env: { PATH: process.env['PATH'] ?? '', LANG: 'C', ...this.#env },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let said = ''
    for await (const piece of child.stdout) {
      said += String(piece)
      if (said.includes('Ctrl-C')) break
    }
    this.runs.push({
      command: 'serve',
      args: ['serve'],
      ran: { status: 0, stdout: Buffer.from(said), stderr: '', json: undefined },
    })
    return async () => {
      const gone = once(child, 'exit')
      if (child.exitCode === null && child.kill('SIGTERM')) await gone
    }
  }

  async #configurations(repo: readonly string[]): Promise<void> {
    const { names } = this.#options
    const name = names.config
    await this.#run('config list', repo)
    await this.#run('status', repo)
    await this.#run('config add', ['--name', name, '--path', 'data', '--every', '1d', '--tag', names.tag, ...repo])
    await this.#run('config add', ['--name', `${name} 2`, '--path', 'data', '--retention', '30', ...repo])
    await this.#run('config edit', [name, '--retention', '{"daily":14}', ...repo])
    await this.#run('config show', [name, '--effective', ...repo])
    await this.#run('config show', ['--effective', ...repo])
    await this.#run('config disable', [`${name} 2`, ...repo])
    await this.#run('config enable', [`${name} 2`, ...repo])
    await this.#run('repository add', ['r2', '--repo', this.#at('r2'), '--init'])
    await this.#run('repository use', [`${name} 2`, 'r2', ...repo])
    await this.#run('repository list', repo)
    await this.#run('repository use', [`${name} 2`, 'main', ...repo])
    await this.#run('repository remove', ['r2', ...repo])
    await this.#run('schedule', repo)
  }

  async #work(repo: readonly string[]): Promise<void> {
    const name = this.#options.names.config
    await this.#run('run', [name, ...repo])
    await this.#run('schedule', ['--simulate', ...repo])
    await this.#run('status', repo)
    await this.#run('alerts', repo)
    await this.#run('alerts test', repo)
    await this.#run('system accept-clock', repo)
    await this.#run('doctor', [name, ...repo])
    const status = (await this.#ask(['status', ...repo]))['configs'] as Array<{ lastRun: { id: string } | null }>
    const run = status.find(({ lastRun }) => lastRun !== null)?.lastRun?.id ?? 'none'
    await this.#run('runs', [name, '--latest', '5', ...repo])
    await this.#run('points', [name, ...repo])
    await this.#run('recover', [run.slice(0, 8), '--target', this.#at('recovered'), ...repo])
    await this.#run('audit verify', repo)
    await this.#run('audit export', ['--output', this.#at('audit.jsonl'), ...repo])
    await this.#run('audit verify', ['--file', this.#at('audit.jsonl')])
    await this.#run('config remove', [`${name} 2`, ...repo])
    await this.#run('config list', repo)
  }
}

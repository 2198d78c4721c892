/**
 * A system over a real PostgreSQL and a real repository, worked by processes that may be killed, frozen and started
 * again.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { initExternalDatabase } from '../../src/catalog/index.ts'
import { parseKek, Repository, readHistory, verifyRepository } from '../../src/engine/index.ts'
import { openStore, parseLocation } from '../../src/system/compose.ts'
import { type StartedSystem, startSystem } from '../../src/system/index.ts'
import type { SystemConfigInput } from '../../src/system/system-config.ts'
import { asAdmin, type TestServer } from './catalog.ts'

export interface SystemPlace {
  readonly folder: string
  readonly config: SystemConfigInput
  readonly databaseUrl: string
  readonly env: Readonly<Record<string, string>>
}

/** A key, a database with the schema; the repository is made by the first process. */
export async function systemPlace(folder: string, server: TestServer): Promise<SystemPlace> {
  const databaseUrl = await server.newDatabase()
  await initExternalDatabase(databaseUrl)
  fs.writeFileSync(path.join(folder, 'key'), `base64:${randomBytes(32).toString('base64')}\n`, { mode: 0o600 })
  return {
    folder,
    databaseUrl,
    config: {
      provider: 'LOCAL',
      local: { basePath: path.join(folder, 'backups') },
      home: path.join(folder, 'home'),
      databaseUrl,
    },
    env: { PATH: process.env['PATH'] ?? '', BACKUP_ENCRYPTION_KEY: `file:${path.join(folder, 'key')}` },
  }
}

/** The system as a caller sees it: no due run starts here. */
export async function callerOf(place: SystemPlace): Promise<StartedSystem> {
  return await startSystem({
    argument: place.config,
    cwd: place.folder,
    env: place.env,
    role: 'test',
    actor: 'test',
    works: false,
  })
}

export class WorkingProcess implements AsyncDisposable {
  readonly child: ChildProcess

  private constructor(child: ChildProcess) {
    this.child = child
  }

  /** Resolves once it is at work. Each has a home of its own, as another machine would. */
  static async start(
    place: SystemPlace,
    options: {
      readonly name: string
      readonly timing?: { readonly staleMs: number; readonly heartbeatMs: number }
      readonly env?: Readonly<Record<string, string>>
    },
  ): Promise<WorkingProcess> {
    const argument = { ...place.config, home: path.join(place.folder, `home-${options.name}`) }
    const child = spawn(
      process.execPath,
      [
        path.join(import.meta.dirname, '../crash/system-child.ts'),
        JSON.stringify({ argument, timing: options.timing }),
      ],
      { cwd: place.folder, env: { ...place.env, ...options.env }, stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const ended = once(child, 'exit').then(() => false)
    const ready = once(child.stdout!, 'data').then(() => true)
    if (!(await Promise.race([ready, ended]))) throw new Error(`the working process ${options.name} ended at its start`)
    return new WorkingProcess(child)
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGCONT')
    await this.#end('SIGKILL')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const gone = once(this.child, 'exit')
    this.child.kill(signal)
    await gone
  }
}

/** Makes the waiting due time of every configuration due now: the scheduled path, without waiting for the clock. */
export async function makeDue(place: SystemPlace): Promise<void> {
  await asAdmin(
    place.databaseUrl,
    "update neonpro_backup.due_times set due_at = date_trunc('milliseconds', clock_timestamp()), late_at = clock_timestamp() + interval '1 hour' where state = 'WAITING'",
  )
}

export async function query(place: SystemPlace, text: string): Promise<Array<Record<string, unknown>>> {
  return await asAdmin(place.databaseUrl, text)
}

/** What the repository says: how many snapshots each run has committed, and whether every stored byte is whole. */
export async function repositoryTruth(
  place: SystemPlace,
): Promise<{ readonly snapshotsOfRun: ReadonlyMap<string, number>; readonly problems: readonly unknown[] }> {
  const kek = parseKek(place.env['BACKUP_ENCRYPTION_KEY']!, 'test')
  await using repository = await Repository.open(openStore(parseLocation(path.join(place.folder, 'backups'))), [kek])
  const history = await readHistory(repository)
  const snapshotsOfRun = new Map<string, number>()
  for (const { document } of history.snapshots)
    if (document.runId !== undefined) snapshotsOfRun.set(document.runId, (snapshotsOfRun.get(document.runId) ?? 0) + 1)
  const { problems } = await verifyRepository(repository, { readShare: 1 })
  return { snapshotsOfRun, problems }
}

/** The library's entry: one system a process. */
import { isDeepStrictEqual } from 'node:util'
import { localeOf } from '../contracts/index.ts'
import type { Result, Spelt, Widened } from '../contracts/system/index.ts'
import { BackupError } from '../kernel/backup-error.ts'
import { environment } from '../kernel/environment.ts'
import { requireNode } from '../kernel/node-version.ts'
import { accountCaller } from './authorise.ts'
import { failure, success } from './boundary.ts'
import { BackupSystem } from './facade/backup-system.ts'
import { startSystem } from './start-system.ts'
import type { SystemConfigInput } from './system-config.ts'

const ACTOR = 'library'

const system = BackupSystem.of({
  ...accountCaller({ actor: ACTOR, locale: 'en' }),
  get locale() {
    return localeOf(environment())
  },
})
let current:
  | { readonly config: Widened<SystemConfigInput>; readonly starting: Promise<Result<BackupSystem>> }
  | undefined

/**
 * Starts the system of this process: key, database, repository (made where there is none yet), scheduler. Answers the
 * same system to an equal configuration and ALREADY_INITIALIZED to another one; after `shutdown()` it may start again.
 * Fails with KEY_MISSING, KEY_PLACEHOLDER, KEY_WRONG, CONFIG_INVALID, DATABASE_UNAVAILABLE, REPOSITORY_MISSING.
 */
export async function initializeBackupSystem<const Config extends Widened<SystemConfigInput>>(
  given?: Config & Spelt<Config, SystemConfigInput>,
): Promise<Result<BackupSystem>> {
  const config: Widened<SystemConfigInput> = given === undefined ? {} : given
  if (current) {
    if (isDeepStrictEqual(current.config, config)) return current.starting
    return failure(
      new BackupError('ALREADY_INITIALIZED', 'The system runs with another configuration.'),
      localeOf(environment()),
    )
  }
  current = { config: kept(config), starting: start(config as SystemConfigInput) }
  const result = await current.starting
  if (!result.success) current = undefined
  return result
}

/** The system of this process. Before `initializeBackupSystem` each of its calls answers NOT_INITIALIZED. */
export function getBackupSystem(): BackupSystem {
  return system
}

/**
 * As it is now: the caller may change his object. What can't be copied (a function in it) is refused when it is looked
 * at.
 */
function kept(config: Widened<SystemConfigInput>): Widened<SystemConfigInput> {
  try {
    return structuredClone(config)
  } catch {
    return config
  }
}

async function start(config: SystemConfigInput): Promise<Result<BackupSystem>> {
  try {
    requireNode()
    const started = await startSystem({
      argument: config,
      cwd: process.cwd(),
      env: environment(),
      role: 'library',
      actor: ACTOR,
    })
    system.attach({
      transport: started.transport,
      stop: async () => {
        current = undefined
        await started[Symbol.asyncDispose]()
      },
    })
    return success({ data: system, warnings: started.warnings })
  } catch (error) {
    return failure(error, localeOf(environment()))
  }
}

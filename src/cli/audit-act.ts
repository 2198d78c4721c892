/**
 * An act of a single command on the repository of a system stands in that system's audit log, and is closed into the
 * repository, when the command ends. Loaded only by the commands that act.
 */
import path from 'node:path'
import { ERROR_CATALOG } from '../contracts/index.ts'
import type { SingleAct } from '../contracts/system/index.ts'
import { isBackupError } from '../kernel/backup-error.ts'
import { systemHome } from '../kernel/home-folder.ts'
import { userName } from '../kernel/machine.ts'
import { isSamePlace, parseLocation } from '../storage/index.ts'
import { readSettled } from '../system/settings/settled.ts'
import { type CommandContext, isRepositoryNamed, repositoryOption, textOption } from './command.ts'

const CLIENT_ERRORS_BELOW = 500

/** What the command answered, or what it threw. */
export type Outcome = { readonly json: unknown } | { readonly error: unknown }

/** Fails nothing: an act that could not be written down is a warning. */
export async function auditAct(context: CommandContext, action: SingleAct, outcome: Outcome): Promise<void> {
  if (context.options['dryRun'] === true || !isOfSystem(context)) return
  const result = resultOf(outcome)
  if (result === undefined) return
  try {
    const { dataOf, openCommandSystem } = await import('./system.ts')
    await using started = await openCommandSystem({ ...context, warn: () => {} })
    const caller = { actor: `cli:${userName()}`, locale: context.locale }
    const input = { action, resource: resourceOf(action, outcome), result }
    dataOf(await started.transport.call('audit.note', input, { caller }), context)
  } catch (error) {
    if (isBackupError(error, 'SYSTEM_NOT_FOUND')) return
    const { warningOf } = await import('../contracts/system/index.ts')
    context.warn(warningOf('AUDIT_NOT_WRITTEN', context.locale).message)
  }
}

/** Whether the repository that is named is that of the system in HOME. */
function isOfSystem(context: CommandContext): boolean {
  if (!isRepositoryNamed(context)) return false
  const named = textOption(context.options, 'home') || context.env['NEONPRO_BACKUP_HOME']
  const home = named ? path.resolve(named) : systemHome(context.env, process.cwd()).folder
  const settled = readSettled(home)
  return settled !== undefined && isSamePlace(settled.repository, parseLocation(repositoryOption(context)).path)
}

/** Undefined for what never got as far as the repository: a slip of the pen, a key that does not open it. */
function resultOf(outcome: Outcome): 'SUCCESS' | 'REFUSED' | 'FAILED' | undefined {
  if (!('error' in outcome)) return 'SUCCESS'
  const { error } = outcome
  if (!isBackupError(error)) return 'FAILED'
  if (error.code === 'USAGE' || error.code.startsWith('KEY_')) return undefined
  return ERROR_CATALOG[error.code].httpStatus < CLIENT_ERRORS_BELOW ? 'REFUSED' : 'FAILED'
}

function resourceOf(action: SingleAct, outcome: Outcome): string {
  const [kind] = action.split('.') as [string]
  const json = ('json' in outcome ? outcome.json : {}) as { readonly snapshot?: unknown; readonly id?: unknown }
  const id = kind === 'point' ? json.snapshot : json.id
  return typeof id === 'string' ? `${kind}:${id}` : kind
}

/**
 * An act of a single command on the repository of a system stands in that system's audit log, and is closed into the
 * repository, when the command ends. Loaded only by the commands that act.
 */
import path from 'node:path'
import type { SingleAct } from '../contracts/index.ts'
import { outcomeOfError } from '../contracts/index.ts'
import { isBackupError } from '../kernel/backup-error.ts'
import { systemHome } from '../kernel/home-folder.ts'
import { userName } from '../kernel/machine.ts'
import { printable } from '../kernel/printable.ts'
import { parseLocation, storage } from '../system/compose.ts'
import type { StartedSystem } from '../system/index.ts'
import { readSettled } from '../system/settings/settled.ts'
import type { ActFacts, NotedAct } from './act-notes.ts'
import {
  type ActResult,
  type BegunAct,
  claimNote,
  leftBehind,
  NOTED_ACTS,
  noteBegun,
  type OpenNote,
  removeNote,
} from './begun-acts.ts'
import { type CommandContext, textOption } from './command.ts'
import { meantRepository } from './meant-repository.ts'

/** For opening the system and writing, milliseconds. */
const ENTRY_MS = 30_000
const FACT_CHARS_MAX = 200

/** What the command answered, or what it threw. */
export type Outcome = { readonly json: unknown; readonly exitCode?: number } | { readonly error: unknown }

export interface EndedAct {
  readonly action: SingleAct
  readonly outcome: Outcome
  readonly notes: NotedAct
  readonly begun: OpenNote | undefined
}

/** A note that it has begun, where it is one that takes something away; gone when it is disposed of. */
export function beginAct(context: CommandContext, action: SingleAct): OpenNote | undefined {
  if (!NOTED_ACTS.has(action) || context.options['dryRun'] === true) return undefined
  const home = homeOfSystem(context)
  return home === undefined ? undefined : noteBegun(home, action)
}

/** Fails nothing: an act that could not be written down is a warning. */
export async function auditAct(context: CommandContext, { action, outcome, notes, begun }: EndedAct): Promise<void> {
  const home = homeOfSystem(context)
  if (context.options['dryRun'] === true || home === undefined) return
  const result = resultOf(outcome, notes)
  if (result === undefined) return
  begun?.ended(result)
  // An interruption ended the command, not what is to be known of it; a second one ends the process.
  const signal = AbortSignal.timeout(ENTRY_MS)
  try {
    const { dataOf, openCommandSystem } = await import('./system.ts')
    await using started = await openCommandSystem({ ...context, signal, warn: () => {} })
    await tellLeftBehind(started, signal)
    const caller = started.callerNamed(`cli:${userName()}`)
    const details = storable({ ...notes.facts, ...endOf(outcome) })
    const input = { action, resource: resourceOf(action, outcome), result, details }
    dataOf(await started.transport.call('audit.note', input, { caller, signal }), context)
  } catch (error) {
    if (isBackupError(error, 'SYSTEM_NOT_FOUND')) return
    begun?.keep()
    const { warningOf } = await import('../contracts/system/index.ts')
    context.warn(warningOf('AUDIT_NOT_WRITTEN', context.locale).message)
  }
}

/** Commands that were killed, or could not be written down when they ended: when each began, and how it ended. */
export async function tellLeftBehind(
  started: StartedSystem,
  signal: AbortSignal = AbortSignal.timeout(ENTRY_MS),
): Promise<void> {
  const { home } = started.settings.values
  for (const act of leftBehind(home)) {
    const claimed = claimNote(act)
    if (!claimed) continue
    const caller = started.callerNamed(`cli:${act.by}`)
    const told = await started.transport
      .call('audit.note', entryOf(act), { caller, signal })
      .catch((error: unknown) => {
        claimed.release()
        throw error
      })
    if (told.success) removeNote(claimed.file)
    else claimed.release()
  }
}

/** One without a result was killed: nobody knows how far it came. */
function entryOf({ action, at, result }: BegunAct) {
  const [resource] = action.split('.') as [string]
  const details = storable({ ...(result === undefined ? { killed: true } : { toldLate: true }), begunAt: at })
  return { action, resource, result: result ?? ('FAILED' as const), details }
}

/** HOME of the system whose repository is the one that is meant; undefined where it is none's. */
function homeOfSystem(context: CommandContext): string | undefined {
  const meant = meantRepository(context)
  if (meant === undefined) return undefined
  const named = textOption(context.options, 'home') || context.env['NEONPRO_BACKUP_HOME']
  const home = named ? path.resolve(named) : systemHome(context.env, process.cwd()).folder
  const settled = readSettled(home)
  const isOurs = settled && storage.isPlace(settled.repository, parseLocation(meant))
  return isOurs ? home : undefined
}

/** Undefined for what never got as far as the repository: a slip of the pen, a key that does not open it. */
function resultOf(outcome: Outcome, { isBegun, isMet }: NotedAct): ActResult | undefined {
  if (!('error' in outcome)) return 'SUCCESS'
  const { error } = outcome
  if (isBegun || !isBackupError(error)) return 'FAILED'
  if (!isMet && (error.code === 'USAGE' || error.code.startsWith('KEY_'))) return undefined
  return outcomeOfError(error.code)
}

/** Done, but not wholly, shows in the exit code; why not, in the error's code. */
function endOf(outcome: Outcome): ActFacts {
  if (!('error' in outcome)) return { exitCode: outcome.exitCode ?? 0 }
  return { code: isBackupError(outcome.error) ? outcome.error.code : 'INTERNAL' }
}

/** Names of the machine may hold what the log takes nowhere. */
function storable(facts: ActFacts): Record<string, string | number | boolean | string[]> {
  const text = (value: string) => printable(value).slice(0, FACT_CHARS_MAX).toWellFormed()
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => {
      if (typeof value === 'string') return [name, text(value)]
      return [name, typeof value === 'object' ? value.map(text) : value]
    }),
  )
}

function resourceOf(action: SingleAct, outcome: Outcome): string {
  const [kind] = action.split('.') as [string]
  const json = ('json' in outcome ? outcome.json : {}) as { readonly snapshot?: unknown; readonly id?: unknown }
  const id = kind === 'point' ? json.snapshot : json.id
  return typeof id === 'string' ? `${kind}:${id}` : kind
}

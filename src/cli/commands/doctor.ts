import fs from 'node:fs'
import { BackupError } from '../../kernel/backup-error.ts'
import { appendAll } from '../../kernel/collect.ts'
import { parseLocation, storage } from '../../system/compose.ts'
import type { BackupSystem } from '../../system/index.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import { type CheckId, Severity } from '../doctor/catalog.ts'
import { type Check, sayCheck, tried } from '../doctor/check.ts'
import { type AskedRepository, repositoryChecks } from '../doctor/repository-checks.ts'
import { runtimeChecks, runtimeFacts } from '../doctor/runtime-checks.ts'
import type { AnswerOf } from '../json/index.ts'
import { keysOf } from '../keys.ts'
import { namedRepository } from '../meant-repository.ts'

/**
 * Each check says what to paste when it fails. The repository is asked where one is named, the system where there is
 * one; a configuration's name asks for its troubles.
 */
export async function run(context: CommandContext): Promise<CommandResult<AnswerOf<'doctor'>>> {
  const { t } = context
  const checks: Check[] = runtimeChecks(context, runtimeFacts())
  const source = context.args[0]
  const settings = await settingsWhereUsed(context, source !== undefined, checks)
  if (!settings) checks.push(await tried(context, { id: 'KEY', message: t('doctor.key') }, () => keysOf(context)))
  const asked = await askedRepository(context, settings)
  const canOpen = checks.every((each) => isBearable(each) || APART.includes(each.id))
  if (asked && canOpen) appendAll(checks, await repositoryChecks(context, asked))
  if (settings) appendAll(checks, await runningChecksOf(context, { source, settings, checks }))
  for (const check of checks) sayCheck(check, context)
  return { json: { checks }, exitCode: checks.every(isBearable) ? 0 : 1 }
}

/** A repository opens all the same. */
const APART: readonly CheckId[] = ['DATABASE', 'SCHEDULER', 'ALARMS', 'CLOCK']
/** Its database is open: what it knows of a source can be asked. */
const ASKABLE: readonly CheckId[] = ['SCHEDULER', 'ALARMS', 'CLOCK']

function isBearable({ severity }: Check): boolean {
  return severity !== Severity.MISSING
}

/** The room of a disk is the system's matter and a source's: it is said once, as the source needs it. */
function unsaid(more: readonly Check[], checks: Check[]): readonly Check[] {
  for (const { message } of more) {
    const said = checks.findIndex((each) => each.message === message)
    if (said >= 0) checks.splice(said, 1)
  }
  return more
}

type Settings = Awaited<ReturnType<typeof resolve>>

/** The settings' own checks, where there is a system on this machine or one is asked about. */
async function settingsWhereUsed(
  context: CommandContext,
  isAsked: boolean,
  checks: Check[],
): Promise<Settings | undefined> {
  let settings: Settings | undefined
  const looked = { id: 'SETTINGS', message: context.t('doctor.settings') } as const
  const check = await tried(context, looked, async () => {
    settings = await resolve(context)
  })
  if (!settings) checks.push(check)
  if (!settings || (!isAsked && !fs.existsSync(settings.values.home))) return undefined
  const { systemChecks } = await import('../doctor/system-checks.ts')
  checks.push(check, ...(await systemChecks(context, settings)))
  return settings
}

interface Asked {
  readonly source: unknown
  readonly settings: Settings
  readonly checks: Check[]
}

/** The last of all: see `runningChecks`. */
async function runningChecksOf(context: CommandContext, { source, settings, checks }: Asked): Promise<Check[]> {
  // Without a key it opens for nobody.
  if (checks.some(({ id, severity }) => id === 'KEY_APART' && severity === Severity.MISSING)) return []
  const [{ runningChecks }, { hasSystem }] = await Promise.all([
    import('../doctor/running-checks.ts'),
    import('../status/repository-status.ts'),
  ])
  if (source !== undefined && !hasSystem(settings.values) && checks.every(isBearable))
    throw new BackupError('SYSTEM_NOT_FOUND', 'There is no system.', { context: { home: settings.values.home } })
  return await runningChecks(context, settings, async (system, found) => {
    const isAskable = [...checks, ...found].every((each) => isBearable(each) || ASKABLE.includes(each.id))
    if (source === undefined || !isAskable) return []
    return [...unsaid(await sourceChecksOf(context, String(source), { settings, system }), checks)]
  })
}

async function resolve(context: CommandContext) {
  const [{ resolveSettings }, { settingsInputOf }] = await Promise.all([
    import('../../system/settings/index.ts'),
    import('../settings-input.ts'),
  ])
  return resolveSettings(settingsInputOf(context))
}

async function sourceChecksOf(
  context: CommandContext,
  name: string,
  { settings, system }: { readonly settings: Settings; readonly system: BackupSystem },
): Promise<Check[]> {
  const [{ sourceChecks }, { configByName }, { dataOf }] = await Promise.all([
    import('../doctor/source-checks.ts'),
    import('../configuration.ts'),
    import('../system.ts'),
  ])
  const config = await configByName(system, name, context)
  const { items } = dataOf(await system.manager.listBackups({ configId: config.id }, { limit: 50 }), context)
  return sourceChecks(context, { config, runs: items, settings })
}

/** The one that is named, or that the system works with; undefined where none was ever settled. */
async function askedRepository(
  context: CommandContext,
  settings: Settings | undefined,
): Promise<AskedRepository | undefined> {
  const named = namedRepository(context)
  if (named !== undefined) return { name: named, location: parseLocation(named) }
  if (!settings) return undefined
  const { home, repository, isRepositoryNamed: isSet } = settings.values
  const { readSettled } = await import('../../system/settings/index.ts')
  if (!isSet && readSettled(home) === undefined) return undefined
  return { name: storage.labelOf(repository), location: repository }
}

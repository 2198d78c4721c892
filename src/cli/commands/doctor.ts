import fs from 'node:fs'
import zlib from 'node:zlib'
import { strangers } from '../../engine/index.ts'
import { printable } from '../../kernel/printable.ts'
import { systemCalls, systemCallsMissing } from '../../kernel/system-calls.ts'
import { type CommandContext, type CommandResult, isRepositoryNamed, repositoryOption } from '../command.ts'
import { advice, type Check, fine, missing, sayCheck, tried } from '../doctor/check.ts'
import { keysOf } from '../keys.ts'
import { openRepository } from '../open.ts'

const FOREIGN_SHOWN_MAX = 5

/**
 * Each check says what to paste when it fails. The repository is asked where one is named, the system where there is
 * one; a configuration's name asks for its troubles.
 */
export async function run(context: CommandContext): Promise<CommandResult> {
  const { t } = context
  const checks: Check[] = [
    fine(`Node.js ${process.versions.node}`),
    typeof zlib.zstdCompressSync === 'function' ? fine('zstd') : missing('zstd', 'Node.js >= 22.15'),
    systemCalls() === undefined
      ? missing(t('doctor.calls'), `npm install koffi (${systemCallsMissing()})`)
      : fine(t('doctor.calls')),
  ]
  const source = context.args[0]
  const settings = await settingsWhereUsed(context, source !== undefined, checks)
  if (!settings) checks.push(await tried(context, t('doctor.key'), () => keysOf(context)))
  const location = await locationOf(context, settings)
  if (location !== undefined && checks.every(isBearable)) checks.push(...(await repositoryChecks(context, location)))
  if (source !== undefined && settings && checks.every(isBearable))
    checks.push(...unsaid(await sourceChecksOf(context, String(source), settings), checks))
  for (const check of checks) sayCheck(check, context)
  return { json: { checks }, exitCode: checks.every(isBearable) ? 0 : 1 }
}

function isBearable({ isOk, isAdvice }: Check): boolean {
  return isOk || isAdvice === true
}

/** The room of a disk is the system's matter and a source's: it is said once, as the source needs it. */
function unsaid(more: readonly Check[], checks: Check[]): readonly Check[] {
  for (const { what } of more) {
    const said = checks.findIndex((each) => each.what === what)
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
  const check = await tried(context, context.t('doctor.settings'), async () => {
    settings = await resolve(context)
  })
  if (!settings) checks.push(check)
  if (!settings || (!isAsked && !fs.existsSync(settings.values.home))) return undefined
  const { systemChecks } = await import('../doctor/system-checks.ts')
  checks.push(check, ...(await systemChecks(context, settings)))
  return settings
}

async function resolve(context: CommandContext) {
  const [{ resolveSettings }, { settingsInputOf }] = await Promise.all([
    import('../../system/settings/index.ts'),
    import('../settings-input.ts'),
  ])
  return resolveSettings(settingsInputOf(context))
}

async function sourceChecksOf(context: CommandContext, name: string, settings: Settings): Promise<Check[]> {
  const [{ sourceChecks }, { configByName }, { dataOf, openCommandSystem }] = await Promise.all([
    import('../doctor/source-checks.ts'),
    import('../configuration.ts'),
    import('../system.ts'),
  ])
  await using started = await openCommandSystem(context)
  const config = await configByName(started.system, name, context)
  const { items } = dataOf(await started.system.manager.listBackups({ configId: config.id }, { limit: 50 }), context)
  return sourceChecks(context, { config, runs: items, settings })
}

/** The one that is named, or that the system works with; undefined where none was ever settled. */
async function locationOf(context: CommandContext, settings: Settings | undefined): Promise<string | undefined> {
  if (isRepositoryNamed(context)) return repositoryOption(context)
  if (!settings) return undefined
  const { home, repository, isRepositoryNamed: isSet } = settings.values
  const { readSettled } = await import('../../system/settings/index.ts')
  return isSet || readSettled(home) !== undefined ? repository.path : undefined
}

async function repositoryChecks(context: CommandContext, location: string): Promise<Check[]> {
  const { t } = context
  const foreign: string[] = []
  const check = await tried(context, t('doctor.repository', { location }), async () => {
    await using opened = await openRepository({ ...context, options: { ...context.options, repo: location } })
    for (const { object, isStranger } of await strangers(opened.repository, context.signal))
      if (isStranger) foreign.push(object)
  })
  if (foreign.length === 0) return [check]
  const shown = foreign.slice(0, FOREIGN_SHOWN_MAX).map(printable).join(', ')
  return [check, advice(t('doctor.foreign', { count: foreign.length, names: shown }), t('doctor.foreignRemedy'))]
}

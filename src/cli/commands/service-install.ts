import fs from 'node:fs'
import { BackupError } from '../../kernel/backup-error.ts'
import { type CommandContext, type CommandResult, textOption } from '../command.ts'
import { Severity } from '../doctor/catalog.ts'
import { sayCheck } from '../doctor/check.ts'
import type { AnswerOf } from '../json/index.ts'
import { refuseKeyInRepository } from '../open.ts'
import { accessChecks } from '../system-service/checks.ts'
import { isLive, placesOf, SERVICE, type ServicePlaces, systemctl } from '../system-service/places.ts'
import { planOf } from '../system-service/plan.ts'
import { thisProgram } from '../system-service/program.ts'

/** Unit, user, HOME, folders and rights, in one command. Again, it changes only what is not as it should be. */
export function run(context: CommandContext): Promise<CommandResult<AnswerOf<'service install'>>> {
  const places = placesOf(context)
  const isDryRun = context.options['dryRun'] === true
  if (isLive(places) && !isDryRun && process.getuid?.() !== 0)
    throw new BackupError('PERMISSION_DENIED', 'A service is installed by root.', { context: { key: places.unit } })
  const keyFrom = textOption(context.options, 'keyFile')
  if (keyFrom !== undefined) refuseKeyInRepository(keyFrom)
  const account = () => placesOf(context).account
  const steps = planOf(places, { ...thisProgram(), keyFrom, account })
  for (const step of steps) {
    if (!isDryRun) step.run()
    context.say(context.t(`service.${step.kind}`, { target: step.target }))
  }
  if (steps.length === 0) context.say(context.t('service.asItWas'))
  if (places.isFormerHome) context.warn(context.t('service.formerHome', { home: places.home }))
  const isStarted = !isDryRun && start(context, places)
  const missing = isDryRun
    ? []
    : accessChecks(context, placesOf(context)).filter(({ severity }) => severity !== Severity.OK)
  for (const check of missing) sayCheck(check, context)
  const done = steps.map(({ kind, target }) => ({ kind, target }))
  return Promise.resolve({ json: { steps: done, home: places.home, dryRun: isDryRun, isStarted, missing } })
}

/** Without its key it would fail and be started again and again. */
function start(context: CommandContext, places: ServicePlaces): boolean {
  if (!isLive(places)) return false
  if (!fs.existsSync(places.keyFile)) {
    context.warn(context.t('service.noKey', { file: places.keyFile }))
    return false
  }
  const answers = [systemctl('daemon-reload'), systemctl('enable', '--now', SERVICE)]
  const failed = answers.find((answer) => answer?.isOk !== true)
  if (answers.every((answer) => answer?.isOk === true)) context.say(context.t('service.started'))
  else context.warn(failed ? context.t('service.notStarted', { said: failed.said }) : context.t('service.noSystemd'))
  return failed === undefined && answers[0] !== undefined
}

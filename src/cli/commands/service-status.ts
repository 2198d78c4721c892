import type { CommandContext, CommandResult } from '../command.ts'
import { Severity } from '../doctor/catalog.ts'
import { sayCheck } from '../doctor/check.ts'
import type { AnswerOf } from '../json/index.ts'
import { serviceChecks } from '../system-service/checks.ts'
import { placesOf } from '../system-service/places.ts'

/** Ends with 1 when something is missing. */
export function run(context: CommandContext): Promise<CommandResult<AnswerOf<'service status'>>> {
  const checks = serviceChecks(context, placesOf(context))
  for (const check of checks) sayCheck(check, context)
  return Promise.resolve({
    json: { checks },
    exitCode: checks.every(({ severity }) => severity === Severity.OK) ? 0 : 1,
  })
}

import type { CommandContext, CommandResult } from '../command.ts'
import { sayCheck } from '../doctor/check.ts'
import { serviceChecks } from '../system-service/checks.ts'
import { placesOf } from '../system-service/places.ts'

/** Ends with 1 when something is missing. */
export function run(context: CommandContext): Promise<CommandResult> {
  const checks = serviceChecks(context, placesOf(context))
  for (const check of checks) sayCheck(check, context)
  return Promise.resolve({ json: { checks }, exitCode: checks.every(({ isOk }) => isOk) ? 0 : 1 })
}

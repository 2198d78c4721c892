import fs from 'node:fs'
import { BackupError } from '../../kernel/backup-error.ts'
import type { CommandContext, CommandResult } from '../command.ts'
import type { AnswerOf } from '../json/index.ts'
import { isLive, placesOf, SERVICE, systemctl } from '../system-service/places.ts'

/** Takes the service away. Data, key and user stay: nobody gets back what they hold by mistake. */
export function run(context: CommandContext): Promise<CommandResult<AnswerOf<'service remove'>>> {
  const places = placesOf(context)
  const isDryRun = context.options['dryRun'] === true
  if (isLive(places) && !isDryRun && process.getuid?.() !== 0)
    throw new BackupError('PERMISSION_DENIED', 'A service is removed by root.', { context: { key: places.unit } })
  const files = [places.dropIn, places.unit, places.accountFile].filter((file) => fs.existsSync(places.at(file)))
  if (isLive(places) && !isDryRun) systemctl('disable', '--now', SERVICE)
  for (const file of files) {
    if (!isDryRun) fs.rmSync(places.at(file))
    context.say(context.t('service.removed', { file }))
  }
  if (isLive(places) && !isDryRun) systemctl('daemon-reload')
  const { home, keyFile, user } = places
  context.say(context.t('service.stays', { home, file: keyFile, user }))
  return Promise.resolve({ json: { dryRun: isDryRun, files } })
}

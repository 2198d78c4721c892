/** `--set`: the settings of a source, as its kind takes them. */
import { z } from 'zod'
import { BackupError } from '../kernel/backup-error.ts'
import type { SourceDriver } from '../sources/index.ts'
import { sources } from '../system/compose-sources.ts'
import { type CommandContext, listOption } from './command.ts'
import { secretPlaces } from './config-options.ts'
import { givenElsewhere } from './database-option.ts'

/** By name; null for one that is to be taken away (`NAME=`). Throws USAGE for a secret on the command line. */
export async function sourceSettingsOf(context: CommandContext, kind: string): Promise<Record<string, unknown>> {
  const driver = sources.has(kind) ? sources.driverOf(kind) : undefined
  const texts: Array<readonly [name: string, text: string | null]> = []
  for (const [name, text] of pairsOf(context)) {
    const isSecret = driver?.secrets.includes(name) === true && text !== ''
    texts.push([name, isSecret ? await secretOf(context, name, text) : text || null])
  }
  const settings = Object.fromEntries(texts)
  return driver ? typed(driver, settings) : settings
}

function pairsOf({ options }: CommandContext): Array<readonly [name: string, text: string]> {
  return listOption(options, 'set').map((each) => {
    const [, name, text] = /^(\w+)=(.*)$/s.exec(each) ?? []
    if (name === undefined || text === undefined) throw new BackupError('USAGE', '--set takes NAME=VALUE.')
    return [name, text]
  })
}

async function secretOf(context: CommandContext, name: string, text: string): Promise<string> {
  const given = await givenElsewhere(text, secretPlaces(context), `--set ${name}`)
  if (given !== undefined) return given
  throw new BackupError(
    'USAGE',
    `--set ${name} can be read by every process: give ${name}=env:NAME, ${name}=file:PATH or ${name}=-.`,
  )
}

/** What does not fit as a text, and is a number, true, false, a list or an object, is taken as that. */
function typed(driver: SourceDriver, settings: Record<string, string | null>): Record<string, unknown> {
  const parsed = driver.settings(z).safeParse(settings)
  if (parsed.success) return settings
  const refused = new Set(parsed.error.issues.map(({ path }) => path[0]))
  return Object.fromEntries(
    Object.entries(settings).map(([name, text]) => [
      name,
      text !== null && refused.has(name) && !driver.secrets.includes(name) ? jsonOf(text) : text,
    ]),
  )
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

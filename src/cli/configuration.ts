/** Finding a configuration as people name it. */
import type { ConfigView } from '../contracts/system/index.ts'
import { BackupError } from '../kernel/backup-error.ts'
import type { BackupSystem } from '../system/index.ts'
import type { CommandContext } from './command.ts'
import { namedOne } from './named-one.ts'
import { nearContext } from './near-context.ts'
import { dataOf } from './system.ts'

/** By its name, or by its id or the beginning of it. Throws CONFIG_NOT_FOUND, ID_AMBIGUOUS. */
export async function configByName(system: BackupSystem, name: string, context: CommandContext): Promise<ConfigView> {
  const configs = dataOf(await system.manager.listConfigs(), context)
  const byName = configs.find((config) => config.name === name)
  const found = byName ?? namedOne(name, configs, ({ id }) => [id])
  if (found) return found
  const names = configs.map((config) => config.name)
  throw new BackupError('CONFIG_NOT_FOUND', `There is no configuration ${name}.`, {
    context: { config: name, ...nearContext(name, names) },
  })
}

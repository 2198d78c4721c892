/**
 * Everything that decides whether a configuration's runs begin or end goes one after the other, under the lock of its
 * row.
 */
import type { Selectable } from 'kysely'
import type { DatabaseTransaction, Tables } from '../../catalog/index.ts'
import { type ConfigSettings, type StoredSettings, settingsOf } from '../../contracts/system/index.ts'

type ConfigRow = Selectable<Tables['configs']>

export interface LockedConfig extends Omit<ConfigRow, 'settings'> {
  readonly settings: ConfigSettings
}

/**
 * The configuration as it is under the lock, held to the end of the transaction; undefined where there is none. A
 * removed one is given too.
 */
export async function lockConfig(tx: DatabaseTransaction, configId: string): Promise<LockedConfig | undefined> {
  const row = await tx.selectFrom('configs').selectAll().where('id', '=', configId).forNoKeyUpdate().executeTakeFirst()
  return row && { ...row, settings: settingsOf(row.settings as StoredSettings) }
}

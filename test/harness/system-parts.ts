/** Names of before, until nobody uses them: system.ts and rows.ts have what there is. */
import type { ConfigSettings } from '../../src/contracts/system/index.ts'
import type { SystemParts } from '../../src/services/index.ts'
import * as rows from './rows.ts'

export { addRun, type RunFacts } from './rows.ts'
export { type TestSystem, testSystem } from './system.ts'

export function addConfig(
  parts: SystemParts,
  name: string,
  settings: Partial<ConfigSettings> & { readonly enabled?: boolean } = {},
): Promise<string> {
  return rows.addConfig(parts, { name, ...settings })
}

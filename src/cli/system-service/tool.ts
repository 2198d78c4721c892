import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { environmentWithout } from '../../kernel/environment.ts'
import { isSecretVariable } from '../../system/system-config.ts'

/** Runs a tool of the machine to its end. It gets the environment without the variables that hold secrets. */
export function runTool(program: string, args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(program, args, { encoding: 'utf8', env: environmentWithout(isSecretVariable) })
}

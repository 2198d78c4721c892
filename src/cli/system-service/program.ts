/** How a service starts this very program. */
import fs from 'node:fs'

export interface ProgramStart {
  /** Node and the options that this process was started with. */
  readonly node: readonly string[]
  readonly program: string
}

export function thisProgram(): ProgramStart {
  return { node: [process.execPath, ...process.execArgv], program: fs.realpathSync(process.argv[1]!) }
}

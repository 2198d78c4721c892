/** The command line's entry. */
import { audited } from './audited.ts'
import { COMMANDS } from './commands.ts'
import { runProgram } from './program.ts'

await runProgram(COMMANDS.map(audited))

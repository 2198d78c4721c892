/** The command line's entry. */
import { COMMANDS } from './commands.ts'
import { runProgram } from './program.ts'

await runProgram(COMMANDS)

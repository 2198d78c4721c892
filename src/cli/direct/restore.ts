/** `restore` alone, for a bundle of its own: one file to read at start. */
import * as command from '../commands/restore.ts'
import { FREQUENT } from '../frequent-commands.ts'
import { runProgram } from '../program.ts'

await runProgram([{ ...FREQUENT.restore, load: async () => command }])

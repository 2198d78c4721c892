/** `backup` alone, for a bundle of its own: one file to read at start. */
import * as command from '../commands/backup.ts'
import { FREQUENT } from '../frequent-commands.ts'
import { runProgram } from '../program.ts'

await runProgram([{ ...FREQUENT.backup, load: async () => command }])

/** The options that choose snapshots; selection.ts carries them out. Loads nothing: every command reads this file. */
import type { Command } from 'commander'
import { choice, repeated } from './choices.ts'

export const GROUPS = ['host', 'source', 'path', 'tag'] as const

/** `--source` is the commands' own. */
export function addSelection(command: Command): Command {
  return command
    .option('--host <host>', 'only snapshots of this machine; may be given again', repeated)
    .option('--tag <tag>', 'only snapshots with this tag; may be given again', repeated)
    .option('--path <path>', 'only snapshots of this folder or file; may be given again', repeated)
    .option('--latest <n>', 'only the newest so many of each group')
    .addOption(choice('--group-by <fields>', 'host, source, path, tag, joined by commas; default: source', GROUPS))
}

/**
 * The forms of the commands that run most often. Each also has a bundle of its own (direct/), so that a run reads one
 * file: what this file loads, every run of them loads.
 */
import type { Command } from 'commander'
import { choice, LEVELS, OVERWRITE, repeated, TYPES } from './choices.ts'
import type { CommandSpec } from './command.ts'
import { excludeCollector } from './exclude-order.ts'
import { addSelection } from './selection-options.ts'

type CommandForm = Omit<CommandSpec, 'load'>

export const SOURCE_OF_LATEST = ['--source <name>', 'which source "latest" means'] as const

const filters = (command: Command): Command => {
  const excludes = excludeCollector()
  return command
    .option('--include <glob>', 'only files that match; may be given again', repeated)
    .option('--exclude <glob>', 'leave out what matches; may be given again', excludes('exclude'))
    .option('--iexclude <glob>', 'the same, and large and small letters are equal', excludes('iexclude'))
    .option('--exclude-file <file>', 'leave out what its lines say, as in a .gitignore', excludes('excludeFile'))
    .option('--size-limit <bytes>', 'leave out larger files (10M, 2G)')
    .option('--modified-since <date>', 'leave out older files (2024-01-31, or 7d)')
    .option('--exclude-caches', 'leave out folders with a CACHEDIR.TAG')
    .option('--exclude-if-present <name>', 'leave out folders that hold an entry of that name', repeated)
    .option('--one-file-system', 'stay on the file systems of the given paths')
}

export const FREQUENT = {
  backup: {
    name: 'backup',
    describe: 'back up files and folders',
    configure: (command) =>
      void filters(command.argument('[path...]'))
        .option('--files-from <file>', 'back up the paths in this file, one a line; "-" is standard input', repeated)
        .option('--files-from0 <file>', 'the same, with a NUL between the paths', repeated)
        .addOption(choice('--type <type>', 'full, incremental or differential', TYPES).default('incremental'))
        .option('--source <name>', 'name of the source; default: machine and paths')
        .option('--tag <tag>', 'may be given again', repeated)
        .option('--allow-empty', 'take a path that had files and has none as it is')
        .addOption(choice('--compression-level <level>', '1 to 9', LEVELS))
        .option('--dry-run', 'only say what would be stored'),
  },
  restore: {
    name: 'restore',
    describe: 'restore a snapshot (or SNAPSHOT:/folder) into a folder',
    configure: (command) =>
      void command
        .argument('<snapshot>')
        .requiredOption('--target <dir>', 'folder to restore into')
        .option(
          '--include <path>',
          'only this path or glob, at any depth unless it begins with /; may be given again',
          repeated,
        )
        .option('--exclude <glob>', 'leave out what matches; may be given again', repeated)
        .addOption(
          choice('--overwrite <mode>', 'always, if-changed, if-newer or never', OVERWRITE).default('if-changed'),
        )
        .option('--delete', 'remove what the snapshot does not have')
        .option('--delete-excluded', 'with --delete: also what the backup left out')
        .option('--dry-run', 'write nothing')
        .option('--verify', 'read every file back, also those that seem unchanged')
        .option(...SOURCE_OF_LATEST),
  },
  snapshots: {
    name: 'snapshots',
    describe: 'list snapshots',
    configure: (command) =>
      void addSelection(command.option('--source <name>', 'only this source')).option(
        '--timezone <zone>',
        "IANA name; default: the machine's",
      ),
  },
  verify: {
    name: 'verify',
    describe: 'check the repository; with --read-data every stored byte',
    configure: (command) => void command.option('--read-data [share]', 'read "all" (default) or a share such as 10%'),
  },
} satisfies Readonly<Record<string, CommandForm>>

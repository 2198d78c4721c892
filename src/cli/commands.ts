/** Every command: one file, one line here. Nothing is loaded before it is asked for. */
import type { Command } from 'commander'
import type { CommandSpec } from './command.ts'

const collect = (value: string, all: string[] = []): string[] => [...all, value]

const filters = (command: Command): Command =>
  command
    .option('--include <glob>', 'only files that match; may be given again', collect)
    .option('--exclude <glob>', 'leave out what matches; may be given again', collect)
    .option('--size-limit <bytes>', 'leave out larger files')
    .option('--modified-since <date>', 'leave out older files')
    .option('--exclude-caches', 'leave out folders with a CACHEDIR.TAG')
    .option('--exclude-if-present <name>', 'leave out folders that hold an entry of that name', collect)
    .option('--one-file-system', 'stay on the file systems of the given paths')

export const COMMANDS: readonly CommandSpec[] = [
  { name: 'init', describe: 'make a repository', load: () => import('./commands/init.ts') },
  {
    name: 'backup', describe: 'back up files and folders', load: () => import('./commands/backup.ts'),
    configure: (command) =>
      void filters(command.argument('<path...>'))
        .option('--type <type>', 'full, incremental or differential', 'incremental')
        .option('--source <name>', 'name of the source; default: the paths')
        .option('--tag <tag>', 'may be given again', collect)
        .option('--compression-level <level>', '1 to 9'),
  },
  {
    name: 'restore', describe: 'restore a snapshot (or SNAPSHOT:/folder) into a folder', load: () => import('./commands/restore.ts'),
    configure: (command) =>
      void command
        .argument('<snapshot>')
        .requiredOption('--target <dir>', 'folder to restore into')
        .option('--include <path>', 'only this path or glob; may be given again', collect)
        .option('--overwrite <mode>', 'always, if-changed, if-newer or never', 'if-changed')
        .option('--delete', 'remove what the snapshot does not have')
        .option('--dry-run', 'write nothing')
        .option('--verify', 'read every restored file back')
        .option('--source <name>', 'which source "latest" means'),
  },
  { name: 'snapshots', describe: 'list snapshots', load: () => import('./commands/snapshots.ts'), configure: (command) => void command.option('--source <name>', 'only this source') },
]

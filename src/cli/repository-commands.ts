/** Commands of a system's several repositories: a part of commands.ts. */
import type { CommandSpec } from './command.ts'

export const REPOSITORY_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'repository add',
    describe: 'let the system write to one more repository',
    load: () => import('./commands/repository-add.ts'),
    configure: (command) => void command.argument('<name>').option('--init', 'make it: none is there yet'),
  },
  {
    name: 'repository list',
    describe: 'list the repositories of the system, and whether each opens',
    load: () => import('./commands/repository-list.ts'),
  },
  {
    name: 'repository use',
    describe: 'let the next runs of a configuration write to another repository',
    load: () => import('./commands/repository-use.ts'),
    configure: (command) => void command.argument('<config>').argument('<name>'),
  },
  {
    name: 'repository remove',
    describe: 'let the system forget a repository that nothing writes to; what is stored there stays',
    load: () => import('./commands/repository-remove.ts'),
    configure: (command) => void command.argument('<name>'),
  },
]

/** Every command: one file, one line here. Nothing is loaded before it is asked for. */
import { type Command, Option } from 'commander'
import { argumentOf, choice, KINDS, OVERWRITE, repeated, STATES } from './choices.ts'
import type { CommandSpec } from './command.ts'
import { SHELLS } from './completion/shells.ts'
import { addConfigOptions, SET_OPTION } from './config-options.ts'
import { FREQUENT, SOURCE_OF_LATEST } from './frequent-commands.ts'
import { REPOSITORY_COMMANDS } from './repository-commands.ts'
import { addSelection } from './selection-options.ts'

const serviceOptions = (command: Command): Command =>
  command
    .option('--user <name>', 'the user that the service runs as')
    .option('--root <dir>', 'the folder that an image of a machine is made in')

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'quickstart',
    describe: 'a whole first backup, proven by restoring, of a sample or of a folder that is only read',
    load: () => import('./commands/quickstart.ts'),
    configure: (command) => void command.argument('[path]'),
  },
  {
    name: 'init',
    describe: 'make a repository',
    load: () => import('./commands/init.ts'),
    configure: (command) =>
      void command.option('--replace-lost', 'also where this machine knows one that is gone: it is lost for good'),
  },
  { ...FREQUENT.backup, load: () => import('./commands/backup.ts') },
  { ...FREQUENT.restore, load: () => import('./commands/restore.ts') },
  { ...FREQUENT.snapshots, load: () => import('./commands/snapshots.ts') },
  {
    name: 'stats',
    describe: 'say what is stored for what, and what sameness and compression saved',
    load: () => import('./commands/stats.ts'),
    configure: (command) => void addSelection(command.option('--source <name>', 'only this source')),
  },
  {
    name: 'ls',
    describe: 'list what a snapshot holds',
    load: () => import('./commands/ls.ts'),
    configure: (command) =>
      void command
        .argument('<snapshot>')
        .argument('[path]')
        .option('--recursive', 'with everything below')
        .option(...SOURCE_OF_LATEST),
  },
  {
    name: 'find',
    describe: 'find paths by glob in all snapshots, whatever their case and accents',
    load: () => import('./commands/find.ts'),
    configure: (command) =>
      void addSelection(
        command
          .argument('<pattern>')
          .option('--snapshot <snapshot>', 'only in this one')
          .option('--source <name>', 'only this source'),
      ).option('--exact', 'letters count as they are: upper and lower case, accents'),
  },
  {
    name: 'diff',
    describe: 'compare two snapshots: + added, - removed, M content changed, m metadata changed',
    load: () => import('./commands/diff.ts'),
    configure: (command) =>
      void command
        .argument('<a>')
        .argument('<b>')
        .option(...SOURCE_OF_LATEST),
  },
  {
    name: 'dump',
    describe: 'write a file, or a folder as tar or zip, to standard output',
    load: () => import('./commands/dump.ts'),
    configure: (command) =>
      void command
        .argument('<snapshot>')
        .argument('[path]')
        .addOption(
          choice(
            '--format <format>',
            'raw, tar or zip (no owners, hard links or fractions of a second); default: raw for a file, tar for a folder',
            ['raw', 'tar', 'zip'],
          ),
        )
        .option('--output <file>', 'write into this new file')
        .option(...SOURCE_OF_LATEST),
  },
  {
    name: 'list',
    describe: 'for support: list the objects of a kind, as they are stored',
    load: () => import('./commands/list.ts'),
    configure: (command) =>
      void command.addArgument(
        argumentOf(
          '<kind>',
          'config, keys, snapshots, checkpoints, packs, index, records, audit, locks, deletes, confirms, claims, streams, parity or user',
          KINDS,
        ),
      ),
  },
  {
    name: 'cat',
    describe: 'for support: show what an object says, without its secrets',
    load: () => import('./commands/cat.ts'),
    configure: (command) =>
      void command
        .addArgument(
          argumentOf(
            '<object>',
            'a name of "list", or one of config, keys, snapshots, checkpoints, packs, index, records, audit, locks, deletes, confirms, claims, streams, parity, user, tree, blob',
            [...KINDS, 'tree', 'blob'],
          ),
        )
        .argument('[id]', 'its name, or the beginning of it')
        .option('--raw', 'the bytes of a blob, to a file or another program')
        .option(...SOURCE_OF_LATEST),
  },
  {
    name: 'copy',
    act: 'repository.copy',
    describe: 'copy snapshots into another repository',
    load: () => import('./commands/copy.ts'),
    configure: (command) =>
      void command
        .argument('[snapshot...]')
        .option('--source <name>', 'only this source')
        .option('--to <location>', 'the repository to copy into')
        .option('--to-key-file <file>', 'its key, when it has another one')
        .option('--init', 'make that repository when there is none'),
  },
  { ...FREQUENT.verify, load: () => import('./commands/verify.ts') },
  {
    name: 'repair',
    act: 'repository.repair',
    describe: 'rebuild lost index segments and copies; give up what does not read back',
    load: () => import('./commands/repair.ts'),
    configure: (command) =>
      void command
        .option(
          '--read-data',
          'read every pack, save what is whole of damaged ones, and let the next backup store the rest again',
        )
        .option(
          '--forget-damaged',
          'give up snapshots, pins and holds whose own object can not be read; a signed record says so',
        )
        .option(
          '--accept-rollback',
          'an honest copy of older storage was put back: accept what is missing since, by a signed record',
        )
        .option('--confirm <repository>', 'the id of the repository, where there is no terminal to type it'),
  },
  {
    name: 'forget',
    act: 'repository.forget',
    describe: 'forget snapshots by policy or by name',
    load: () => import('./commands/forget.ts'),
    configure: (command) =>
      void addSelection(command.argument('[snapshot...]').option('--source <name>', 'only this source'))
        .option('--keep-last <n>', 'the newest so many')
        .option('--keep-within-days <n>', 'all of the last so many days')
        .option('--keep-hourly <n>', 'the last one of each of so many hours')
        .option('--keep-daily <n>', 'the last one of each of so many days')
        .option('--keep-weekly <n>', 'the last one of each of so many weeks')
        .option('--keep-monthly <n>', 'the last one of each of so many months')
        .option('--keep-yearly <n>', 'the last one of each of so many years')
        .option('--policy <file>', 'JSON: { "daily": 14, "custom": [{ "pattern": "first-of-month", "keep": 60 }] }')
        .option('--timezone <zone>', "IANA name; default: the machine's")
        .option('--accept-clock', 'the clock is right: let points go for their age in spite of a jump')
        .option('--prune', 'then free their room, as "prune" does')
        .option('--dry-run', 'only say what would happen, and why'),
  },
  {
    name: 'prune',
    act: 'repository.prune',
    describe: 'free the room of what no snapshot needs',
    load: () => import('./commands/prune.ts'),
    configure: (command) => void command.option('--dry-run', 'only say what would happen'),
  },
  {
    name: 'pin',
    act: 'point.pin',
    describe: 'keep a snapshot whatever the policy says',
    load: () => import('./commands/pin.ts'),
    configure: (command) =>
      void command
        .argument('<snapshot>')
        .option('--reason <text>', 'why, as lists show it')
        .option(...SOURCE_OF_LATEST),
  },
  {
    name: 'unpin',
    act: 'point.unpin',
    describe: 'lift a pin',
    load: () => import('./commands/unpin.ts'),
    configure: (command) => void command.argument('<snapshot>').option(...SOURCE_OF_LATEST),
  },
  {
    name: 'hold add',
    act: 'hold.add',
    describe: 'legal hold on a snapshot, a source, or everything',
    load: () => import('./commands/hold-add.ts'),
    configure: (command) =>
      void command
        .option('--snapshot <snapshot>', 'this one; none is on a path: "find" names the snapshots that hold it')
        .option('--source <name>', 'every snapshot of this source, also those to come')
        .option('--everything', 'hold every snapshot, also those to come')
        .option('--until <date>', 'to the end of this day (2047-01-31), or to a moment')
        .option('--timezone <zone>', "of that day; default: the machine's")
        .option('--reason <text>', 'why, as lists show it'),
  },
  {
    name: 'hold lift',
    act: 'hold.lift',
    describe: 'lift a hold',
    load: () => import('./commands/hold-lift.ts'),
    configure: (command) => void command.argument('<id>'),
  },
  { name: 'hold list', describe: 'list holds', load: () => import('./commands/hold-list.ts') },
  {
    name: 'key generate',
    describe: 'write a new key file',
    load: () => import('./commands/key-generate.ts'),
    configure: (command) => void command.argument('<file>'),
  },
  {
    name: 'key list',
    describe: 'list the keys that open the repository',
    load: () => import('./commands/key-list.ts'),
  },
  {
    name: 'key add',
    act: 'key.add',
    describe: 'let another key open the repository',
    load: () => import('./commands/key-add.ts'),
    configure: (command) =>
      void command.argument('<file>').option('--label <text>', "what lists call it; default: the file's name"),
  },
  {
    name: 'key remove',
    act: 'key.remove',
    describe: "take a key's access away, with a new epoch",
    load: () => import('./commands/key-remove.ts'),
    configure: (command) => void command.argument('<id>'),
  },
  {
    name: 'key rotate',
    act: 'key.rotate',
    describe: 'seal new data under a new epoch',
    load: () => import('./commands/key-rotate.ts'),
  },
  {
    name: 'key recovery-kit',
    describe: 'print what a rescue needs to know',
    load: () => import('./commands/key-recovery-kit.ts'),
    configure: (command) =>
      void command
        .option('--with-key', 'print the key, too: for paper in a safe')
        .option('--to <dir>', 'write the kit into this folder, with the reader that needs nothing else'),
  },
  {
    name: 'repository upgrade',
    act: 'repository.upgrade',
    describe: 'let a repository of an earlier version of the format hold what that one can not',
    load: () => import('./commands/repository-upgrade.ts'),
  },
  {
    name: 'run',
    describe: 'run a configuration now and wait for it',
    load: () => import('./commands/run.ts'),
    configure: (command) => void command.argument('<name>'),
  },
  {
    name: 'schedule',
    describe: 'list the next runs; or what the policies would keep',
    load: () => import('./commands/schedule.ts'),
    configure: (command) =>
      void command
        .option('--simulate', 'for every point whether it is kept, and why')
        .option('--config <name>', 'only of this configuration'),
  },
  {
    name: 'runs',
    describe: 'list the runs of the configurations, the newest first',
    load: () => import('./commands/runs.ts'),
    configure: (command) =>
      void command
        .argument('[name]', 'only of this configuration; or the id of one run, for what it lacks')
        .option('--latest <n>', 'only the newest so many (default: 20)')
        .addOption(
          choice(
            '--state <state>',
            'only those of this state: PENDING, RUNNING, COMPLETED, PARTIAL, FAILED, CANCELLED or MISSED',
            STATES,
          ),
        ),
  },
  {
    name: 'points',
    describe: 'list the restore points of the system, the newest first',
    load: () => import('./commands/points.ts'),
    configure: (command) =>
      void command
        .argument('[name]', 'only of this configuration')
        .option('--latest <n>', 'only the newest so many (default: all)'),
  },
  {
    name: 'status',
    describe: 'what is planned, what ran last, what is wrong',
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'alerts',
    describe: 'list the open alarms',
    load: () => import('./commands/alerts.ts'),
    configure: (command) => void command.option('--acknowledge <id>', 'say that somebody looks after it'),
  },
  {
    name: 'alerts test',
    describe: 'send a test message through each channel, or one of them, and say what came of it',
    load: () => import('./commands/alerts-test.ts'),
    configure: (command) =>
      void command.addArgument(
        argumentOf('[channel]', 'email, webhook or healthcheck', ['email', 'webhook', 'healthcheck']),
      ),
  },
  {
    name: 'recover',
    describe: 'have the system restore a point and follow it',
    load: () => import('./commands/recover.ts'),
    configure: (command) =>
      void command
        .argument(
          '<point>',
          'id of a point, a run or a snapshot, or its beginning, or "latest"; ID:/FOLDER is one folder of it; "points" lists them',
        )
        .option('--target <dir>', 'folder to restore into')
        .option('--into <kind>', 'instead: a source of that kind, which takes the point back; with --set')
        .option(...SET_OPTION, repeated)
        .option(...SOURCE_OF_LATEST)
        .option('--include <path>', 'only this path or glob; may be given again', repeated)
        .addOption(
          choice('--overwrite <mode>', 'always, if-changed, if-newer or never', OVERWRITE).default('if-changed'),
        ),
  },
  {
    name: 'system init-db',
    describe: 'put the tables into an external PostgreSQL',
    load: () => import('./commands/system-init-db.ts'),
    configure: (command) =>
      void command.option(
        '--database <url>',
        'env:NAME, file:PATH, "-" or a URL without a password (default: env:DATABASE_URL)',
      ),
  },
  {
    name: 'serve',
    describe: 'run the system: scheduler and worker, until Ctrl-C',
    load: () => import('./commands/serve.ts'),
  },
  { name: 'worker', describe: 'one more worker over a shared PostgreSQL', load: () => import('./commands/worker.ts') },
  {
    name: 'service install',
    describe: 'install the system as a service of systemd: unit, user, HOME, folders and rights',
    load: () => import('./commands/service-install.ts'),
    configure: (command) => void serviceOptions(command).option('--dry-run', 'only say what would happen'),
  },
  {
    name: 'service status',
    describe: 'say what the service lacks',
    load: () => import('./commands/service-status.ts'),
    configure: (command) => void serviceOptions(command),
  },
  {
    name: 'service remove',
    describe: 'take the service away; data and key stay',
    load: () => import('./commands/service-remove.ts'),
    configure: (command) => void serviceOptions(command).option('--dry-run', 'only say what would happen'),
  },
  {
    name: 'config add',
    describe: 'save a configuration: what is backed up, when, how long it is kept',
    load: () => import('./commands/config-add.ts'),
    configure: (command) =>
      void addConfigOptions(
        command
          .requiredOption('--name <name>', 'its name')
          .option('--kind <kind>', 'kind of a source that is neither files nor named by a URL; with --set'),
      ).option('--disabled', 'save it without planning runs'),
  },
  { name: 'config list', describe: 'list the configurations', load: () => import('./commands/config-list.ts') },
  {
    name: 'config show',
    describe: 'show a configuration; without a name, the settings of the system',
    load: () => import('./commands/config-show.ts'),
    configure: (command) =>
      void command.argument('[name]').option('--effective', 'every value, also the defaults, with where it comes from'),
  },
  {
    name: 'config edit',
    describe: 'change a configuration',
    load: () => import('./commands/config-edit.ts'),
    configure: (command) =>
      void addConfigOptions(command.argument('<name>').option('--rename <name>', 'another name')).option(
        '--clear <option>',
        'take an option away, such as retention; may be given again',
        repeated,
      ),
  },
  {
    name: 'config remove',
    describe: 'remove a configuration; its restore points stay',
    load: () => import('./commands/config-remove.ts'),
    configure: (command) => void command.argument('<name>'),
  },
  {
    name: 'config enable',
    describe: 'let a configuration run by itself',
    load: () => import('./commands/config-enable.ts'),
    configure: (command) => void command.argument('<name>'),
  },
  {
    name: 'config disable',
    describe: 'let a configuration no longer run by itself',
    load: () => import('./commands/config-disable.ts'),
    configure: (command) => void command.argument('<name>'),
  },
  ...REPOSITORY_COMMANDS,
  {
    name: 'audit verify',
    describe: 'check the audit log, or an exported one',
    load: () => import('./commands/audit-verify.ts'),
    configure: (command) => void command.option('--file <file>', 'an exported log: needs neither database nor key'),
  },
  {
    name: 'audit export',
    describe: 'write the audit log as JSON lines that anybody can check',
    load: () => import('./commands/audit-export.ts'),
    configure: (command) =>
      void command
        .option('--from <date>', 'from this day or moment on')
        .option('--to <date>', 'up to the end of this day, or to a moment')
        .option('--timezone <zone>', "of those days; default: the machine's")
        .option('--output <file>', 'write into this new file'),
  },
  {
    name: 'system accept-clock',
    describe: "say that this machine's clock is right after a jump: ages count again",
    load: () => import('./commands/system-accept-clock.ts'),
  },
  {
    name: 'system move-home',
    describe: 'move the folder of the system to its fixed place',
    load: () => import('./commands/system-move-home.ts'),
    configure: (command) => void command.option('--to <dir>', 'to this folder instead'),
  },
  {
    name: 'system rebuild',
    describe: 'make a lost database again from the repository',
    load: () => import('./commands/system-rebuild.ts'),
    configure: (command) =>
      void command.option('--force', 'keep other configurations; go on where a record can not be believed'),
  },
  {
    name: 'doctor',
    describe: 'say what this machine lacks',
    load: () => import('./commands/doctor.ts'),
    configure: (command) => void command.argument('[source]'),
  },
  {
    name: 'completion',
    describe: 'print what a shell loads to complete commands, options and snapshots by TAB',
    load: () => import('./commands/completion.ts'),
    configure: (command) =>
      void command
        .addArgument(argumentOf('<shell>', 'bash, zsh or fish', SHELLS))
        .addOption(new Option('--suggest', 'for the script: words on standard input, suggestions back').hideHelp()),
  },
]

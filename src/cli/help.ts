/**
 * Help as people look for it: commands by what one wants to do, examples that paste, every word in the reader's
 * language.
 */
import { type Command, Option } from 'commander'
import { exampleNames, type Locale, placeholder, placeholders, sentence } from './locale.ts'

const COMMAND_GROUPS: ReadonlyArray<readonly [title: string, names: readonly string[]]> = [
  ['Begin here:', ['quickstart']],
  ['Back up:', ['init', 'backup', 'copy']],
  ['Restore and look inside:', ['restore', 'snapshots', 'stats', 'ls', 'find', 'diff', 'dump']],
  ['Check and mend:', ['verify', 'repair', 'repository', 'doctor', 'list', 'cat']],
  ['Keep and forget:', ['forget', 'prune', 'pin', 'unpin', 'hold']],
  ['Keys:', ['key']],
  [
    'The system that runs by itself:',
    [
      'config',
      'run',
      'runs',
      'schedule',
      'status',
      'alerts',
      'points',
      'recover',
      'repository',
      'serve',
      'worker',
      'service',
      'audit',
      'system',
    ],
  ],
  ['Help:', ['completion']],
]

/** The heading under which a command stands in the help. */
export function groupOf(name: string): string {
  return COMMAND_GROUPS.find(([, names]) => names.includes(name))?.[0] ?? 'Commands:'
}

export const GENERAL =
  'Every command takes --repo, --key-file, --password-command, --home, --json, --progress, --quiet and --verbose, before its name or after it; "neonpro-backup COMMAND --help" explains them.'
export const EXIT_CODES =
  'Exit codes: 0 done, 1 failed, 2 wrong use, 3 done with items left out, 10 no repository, 11 locked, 12 wrong key, 130 interrupted.'

const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  '': [
    'key generate ~/neonpro.key',
    'init --repo /mnt/backup --key-file ~/neonpro.key',
    'backup /srv/clinic --repo /mnt/backup --key-file ~/neonpro.key',
    'restore latest --target /tmp/back --verify --repo /mnt/backup --key-file ~/neonpro.key',
  ],
  backup: ['backup /srv/clinic', "backup /srv/clinic --exclude '*.tmp' --exclude-caches --tag nightly"],
  restore: [
    'restore latest --target /tmp/back',
    'restore latest --target /tmp/back --include agenda.db --include /srv/clinic/invoices',
    'restore latest --source clinic --target /tmp/back',
    'restore latest:/srv/clinic --target /srv/clinic --dry-run',
  ],
  ls: ['ls latest', 'ls latest /srv/clinic/invoices'],
  find: ["find '*.pdf'", "find '/srv/clinic/**/agenda.db' --snapshot latest"],
  dump: ['dump latest /srv/clinic/agenda.db > agenda.db', 'dump latest /srv/clinic > clinic.tar'],
  verify: ['verify', 'verify --read-data', 'verify --read-data 10%'],
  forget: [
    'forget --keep-daily 14 --keep-weekly 8 --keep-monthly 12 --dry-run',
    'forget --keep-daily 14 --keep-weekly 8 --keep-monthly 12 --prune',
    'forget 6857d1c2',
  ],
  'hold add': ['hold add --snapshot latest --until 2047-01-31 --reason "case 123"', 'hold add --source clinic'],
  'alerts test': ['alerts test', 'alerts test email'],
  'key add': ['key add /media/usb/second.key --label "safe"'],
  'key remove': ['key list', 'key remove 59f1c0a2b3d4e5f6'],
  'key recovery-kit': ['key recovery-kit > kit.txt', 'key recovery-kit --with-key | lp'],
  'config add': [
    'config add --name clinic --path /srv/clinic --frequency DAILY --time 02:00 --retention 30',
    'config add --name agenda --path /srv/agenda --every 15m --exclude \'*.tmp\' --retention \'{ "daily": 14, "weekly": 8 }\'',
  ],
  'repository add': [
    'repository add second --repo /mnt/second --init',
    'repository add second --repo /mnt/second --key-file ~/second.key',
  ],
  'repository use': ['repository use clinic second', 'repository use clinic main'],
  'config edit': ['config edit clinic --time 03:00', 'config edit clinic --clear retention'],
  'config show': ['config show clinic', 'config show --effective'],
  runs: ['runs', 'runs clinic --latest 5', 'runs --state FAILED'],
  points: ['points', 'points clinic --latest 5'],
  recover: ['points clinic', 'recover 3f2a91c0 --target /tmp/back', 'recover latest:/srv/clinic --target /srv/clinic'],
  doctor: ['doctor', 'doctor clinic'],
  list: ['list packs', 'list records'],
  cat: ['cat config', 'cat snapshot latest', 'cat pack 3f2a', 'cat blob ID --raw > blob'],
  'audit verify': ['audit verify', 'audit verify --file audit.jsonl'],
  'audit export': ['audit export > audit.jsonl', 'audit export --from 2026-01-01 --output audit.jsonl'],
  'system rebuild': ['system rebuild --repo /mnt/backup'],
  completion: [
    'completion bash > ~/.local/share/bash-completion/completions/neonpro-backup',
    'completion zsh | sudo tee /usr/local/share/zsh/site-functions/_neonpro-backup',
    'completion fish > ~/.config/fish/completions/neonpro-backup.fish',
  ],
  copy: ['copy --to /mnt/second', 'copy latest --to /mnt/second --to-key-file ~/second.key'],
}

/** Whole lines, for pasting. */
export function examplesOf(name: string | undefined, locale: Locale): string[] {
  return (EXAMPLES[name ?? ''] ?? []).map((line) => exampleNames(`neonpro-backup ${line}`, locale))
}

export function addExamples(command: Command, name: string | undefined, locale: Locale): void {
  const examples = examplesOf(name, locale).map((line) => `  ${line}`)
  const codes = name === undefined ? [sentence(GENERAL, locale), sentence(EXIT_CODES, locale)] : []
  const parts = [...(examples.length > 0 ? [[sentence('Examples:', locale), ...examples].join('\n')] : []), ...codes]
  if (parts.length > 0) command.addHelpText('after', `\n${parts.join('\n\n')}`)
}

/** Titles, descriptions, placeholders and defaults in the reader's language. */
export function translateHelp(command: Command, locale: Locale): void {
  const say = (text: string) => sentence(text, locale)
  const term = (text: string) => placeholders(text, locale)
  command.addHelpOption(helpOption(command, say)).description(say(command.description()))
  for (const option of command.options) option.description = say(option.description)
  command.configureHelp({
    styleTitle: say,
    styleUsage: term,
    styleOptionTerm: term,
    styleSubcommandTerm: term,
    styleArgumentTerm: (name) => placeholder(name, locale),
    styleArgumentDescription: say,
    styleSubcommandDescription: say,
    // Its choices stand in its description.
    argumentDescription: (argument) => argument.description,
    subcommandTerm: (child) =>
      [child.name(), ...child.registeredArguments.map((each) => bracketed(each.name(), each))].join(' '),
    optionDescription: (option) =>
      option.defaultValue === undefined
        ? option.description
        : `${option.description} ${say(`(default: ${String(option.defaultValue)})`)}`,
  })
  for (const child of command.commands) translateHelp(child, locale)
}

/** Where a command has no options of its own, a heading for this one alone would come last. */
function helpOption(command: Command, say: (text: string) => string): Option {
  const option = new Option('-h, --help', say('show the help'))
  const hasOwn = command.options.some(({ helpGroupHeading }) => helpGroupHeading === undefined)
  return hasOwn ? option : option.helpGroup('General options:')
}

function bracketed(name: string, argument: { readonly required: boolean; readonly variadic: boolean }): string {
  const text = `${name}${argument.variadic ? '...' : ''}`
  return argument.required ? `<${text}>` : `[${text}]`
}

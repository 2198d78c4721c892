/** The manual as `man neonpro-backup` shows it, in each language, made from the tree of commands. */
import fs from 'node:fs'
import path from 'node:path'
import type { Argument, Command, Option } from 'commander'
import type { CommandSpec } from '../src/cli/command.ts'
import { commandTree } from '../src/cli/command-tree.ts'
import { COMMANDS } from '../src/cli/commands.ts'
import { EXIT_CODES, examplesOf, GENERAL } from '../src/cli/help.ts'
import { type Locale, placeholders, sentence } from '../src/cli/locale.ts'
import { PROGRAM } from '../src/kernel/program.ts'

const PAGE = 'neonpro-backup.1'
/** Where `man` looks for a language, below a folder of manuals. */
const FOLDERS: Readonly<Record<Locale, string>> = { en: 'man1', 'pt-BR': 'pt_BR/man1' }

const WORDS = {
  en: {
    name: 'NAME',
    synopsis: 'SYNOPSIS',
    description: 'DESCRIPTION',
    general: 'GENERAL OPTIONS',
    commands: 'COMMANDS',
    examples: 'EXAMPLES',
    exit: 'EXIT STATUS',
    environment: 'ENVIRONMENT',
    seeAlso: 'SEE ALSO',
    options: 'options',
    command: 'command',
    isOneOf: 'One of',
    docs: 'README.md and docs/ of the package; every error with its remedy: docs/errors.md; every setting: docs/configuration.md.',
    variables: {
      NEONPRO_REPOSITORY: 'The repository, where --repo names none.',
      BACKUP_ENCRYPTION_KEY: 'The key: file:PATH, base64:, hex:, paper: or passphrase: before it.',
      BACKUP_ENCRYPTION_KEY_COMMAND: 'A program whose first line of output is the key; no shell reads it.',
      BACKUP_ENCRYPTION_KEY_PREVIOUS: 'Earlier keys, one a line.',
      NEONPRO_BACKUP_HOME: "The folder for this machine's state.",
      LANG: 'The language: Portuguese for pt, else English.',
    },
  },
  'pt-BR': {
    name: 'NOME',
    synopsis: 'SINOPSE',
    description: 'DESCRIÇÃO',
    general: 'OPÇÕES GERAIS',
    commands: 'COMANDOS',
    examples: 'EXEMPLOS',
    exit: 'CÓDIGO DE SAÍDA',
    environment: 'AMBIENTE',
    seeAlso: 'VEJA TAMBÉM',
    options: 'opções',
    command: 'comando',
    isOneOf: 'Um de',
    docs: 'LEIAME.md e docs/ do pacote; cada erro com seu remédio: docs/errors.md; cada configuração: docs/configuration.md.',
    variables: {
      NEONPRO_REPOSITORY: 'O repositório, onde --repo não indica nenhum.',
      BACKUP_ENCRYPTION_KEY: 'A chave: file:CAMINHO, ou base64:, hex:, paper: ou passphrase: antes dela.',
      BACKUP_ENCRYPTION_KEY_COMMAND: 'Um programa cuja primeira linha impressa é a chave; nenhum shell o lê.',
      BACKUP_ENCRYPTION_KEY_PREVIOUS: 'Chaves anteriores, uma por linha.',
      NEONPRO_BACKUP_HOME: 'A pasta do estado desta máquina.',
      LANG: 'O idioma: português para pt, senão inglês.',
    },
  },
} as const

export function writeManPages(folder: string): void {
  for (const locale of Object.keys(FOLDERS) as Locale[]) {
    const file = path.join(folder, FOLDERS[locale], PAGE)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, manPage(COMMANDS, locale))
  }
}

/** In the macros of man(7). */
export function manPage(specs: readonly CommandSpec[], locale: Locale): string {
  const { root } = commandTree(specs, locale)
  const words = WORDS[locale]
  const general = root.options.filter(({ long }) => long !== '--version')
  const lines = [
    `.TH NEONPRO\\-BACKUP 1 "" "${escaped(PROGRAM)}" "NeonPro Backup"`,
    section(words.name),
    `neonpro\\-backup \\- ${escaped(root.description().replace(/\.$/, ''))}`,
    section(words.synopsis),
    `.B neonpro\\-backup\n.RI [ ${words.options} ]\n.I ${words.command}`,
    section(words.description),
    escaped(sentence(GENERAL, locale)),
    section(words.general),
    ...general.map((option) => valued(option, locale)),
    section(words.commands),
    ...groupsOf(specs).flatMap(([group, own]) => [
      `.SS "${escaped(sentence(group, locale).replace(/:$/, ''))}"`,
      ...own.map((spec) => commandEntry(spec, root, locale)),
    ]),
    section(words.examples),
    `.nf\n${examplesOf(undefined, locale).map(escaped).join('\n')}\n.fi`,
    section(words.exit),
    escaped(sentence(EXIT_CODES, locale)),
    section(words.environment),
    ...Object.entries(words.variables).map(([name, text]) => `.TP\n.B ${name}\n${escaped(text)}`),
    section(words.seeAlso),
    escaped(words.docs),
  ]
  return `${lines.join('\n')}\n`

  function groupsOf(all: readonly CommandSpec[]) {
    return [...Map.groupBy(all, (spec) => topOf(root, spec).helpGroup())]
  }
}

function topOf(root: Command, { name }: CommandSpec): Command {
  return root.commands.find((child) => child.name() === name.split(' ')[0])!
}

function commandEntry(spec: CommandSpec, root: Command, locale: Locale): string {
  const command = spec.name.split(' ').reduce((at, name) => at.commands.find((child) => child.name() === name)!, root)
  const general = new Set(root.options.map(({ long }) => long))
  const own = command.options.filter((option) => !option.hidden && !general.has(option.long))
  const args = command.registeredArguments.map((argument) => placeholders(bracketed(argument), locale))
  const examples = examplesOf(spec.name, locale)
  return [
    '.TP',
    `.B ${escaped([spec.name, ...args].join(' '))}`,
    escaped(command.description()),
    ...(own.length + examples.length > 0 ? ['.RS'] : []),
    ...own.map((option) => valued(option, locale)),
    ...examples.map(example),
    ...(own.length + examples.length > 0 ? ['.RE'] : []),
  ].join('\n')
}

function bracketed(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? `<${name}>` : `[${name}]`
}

function valued(option: Option, locale: Locale): string {
  const { defaultValue, argChoices, description } = option
  const untold = (argChoices ?? []).filter((choice) => !description.includes(choice))
  const sentences = [
    description,
    ...(untold.length > 0 ? [`${WORDS[locale].isOneOf}: ${untold.join(', ')}.`] : []),
    ...(defaultValue === undefined ? [] : [sentence(`(default: ${String(defaultValue)})`, locale)]),
  ].filter((text) => text !== '')
  // A tag without a text would take the next one for it.
  return `.TP\n.B ${escaped(placeholders(option.flags, locale))}\n${sentences.length > 0 ? escaped(sentences.join(' ')) : '\\&'}`
}

function example(line: string): string {
  return `.PP\n.nf\n${escaped(line)}\n.fi`
}

function section(title: string): string {
  return `.SH "${title}"`
}

/** Nothing in a text is an instruction of roff. A hyphen that is typed stays one. */
function escaped(text: string): string {
  return text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/"/g, '\\(dq')
    .replace(/^([.'])/, '\\&$1')
}

// Goal: no advice leads into a refusal: every command line that a message, a help, README, LEIAME or docs names is one
// that the program takes, command and options. Method: the texts of both languages and the documents against the
// command tree.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { Command } from 'commander'
import { commandTree } from '../../src/cli/command-tree.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import { toldTexts } from '../harness/told-texts.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const { root } = commandTree(COMMANDS, 'en')

/** What stands where a command would, but is none. */
const PLACEHOLDER = /^(COMMAND|COMANDO|\d.*|\{.*|…|\.\.\.|<.*|\$.*|\[.*)$/

/** Why the words behind the program's name are no command line that it takes; undefined when they are. */
function faultOf(line: string): string | undefined {
  const words = line.trim().split(/\s+/)
  let command: Command = root
  let rest = words
  while (rest.length > 0 && command.commands.length > 0) {
    const [word = ''] = rest
    if (PLACEHOLDER.test(word)) return undefined
    if (word.startsWith('-')) break
    const next = command.commands.find((each) => each.name() === word)
    // `alerts` is a command, and `alerts test` another.
    if (!next && command.registeredArguments.length > 0) break
    if (!next) return `there is no command "${words.slice(0, words.indexOf(word) + 1).join(' ')}"`
    command = next
    rest = rest.slice(1)
  }
  return optionFault(command, rest) ?? argumentFault(command, rest)
}

function optionFault(command: Command, words: readonly string[]): string | undefined {
  const known = [...command.options, ...root.options].flatMap(({ short, long }) => [short, long])
  known.push('-h', '--help')
  const wrong = words
    .map((word) => word.split('=')[0]!)
    .find((word) => /^--?[a-z][a-z-]*$/.test(word) && !known.includes(word))
  return wrong === undefined ? undefined : `"${command.name()}" has no option ${wrong}`
}

/** More words than arguments, values of options aside. */
function argumentFault(command: Command, words: readonly string[]): string | undefined {
  const { registeredArguments: taken } = command
  if (taken.some(({ variadic }) => variadic)) return undefined
  const options = [...command.options, ...root.options]
  const given = words.filter((word, i) => {
    const before = options.find(({ long, short }) => [long, short].includes(words[i - 1]))
    return !word.startsWith('-') && !(before?.required === true || before?.optional === true)
  })
  return given.length <= taken.length ? undefined : `"${command.name()}" takes fewer arguments: ${given.join(' ')}`
}

/** Where a command line ends in a text: at a quote, a bracket, a mark of the sentence, a word of the shell. */
const END =
  / \(|["`\n;|>)&]|, |: | #|\.( |$)|\.\n| (and|e|com|with|in|em|of|de|by|to|until|até|quando|when|on|makes|cria|faz|reads|lê|lists|lista|as|os|a|o|at|lets|is|é|inside|into|moves|shows|mostra|não|does|does not|o move|a move)( |$)/

/** The command lines of a text: what follows the program's name, and quoted words that begin with a command. */
function commandLinesIn(text: string): string[] {
  const lines: string[] = []
  for (const { 1: rest = '' } of text.matchAll(/(?<![\w/.@-])neonpro-backup +(?=([^\n]*))/g)) lines.push(endOf(rest))
  for (const { 1: quoted = '' } of text.matchAll(/["`]((?:[a-z]+ )+(?:--[a-z-]+|[A-Z]{2,}|[a-z-]+)[^"`\n]*)["`]/g)) {
    const [first = ''] = quoted.split(' ')
    if (root.commands.some((each) => each.name() === first) && !/[,.:]/.test(quoted)) lines.push(endOf(quoted))
  }
  return lines.filter((line) => line !== '')
}

function endOf(text: string): string {
  // A value may hold the marks that end a line.
  const plain = text.replace(/'[^']*'|\\?"[^"\\]*\\?"(?= |$)/g, (value, at: number) => (at === 0 ? value : 'VALUE'))
  return (END.exec(plain) ? plain.slice(0, END.exec(plain)!.index) : plain).trim()
}

/** Only what is set as code: prose may name the program. */
function codeOf(markdown: string): string[] {
  const fences = [...markdown.matchAll(/^```[a-z]*\n([\s\S]*?)^```/gm)].map(([, code = '']) => code)
  const prose = markdown.replace(/^```[\s\S]*?^```/gm, '')
  return [
    ...fences.map((code) => code.replace(/\\\n\s*/g, '')),
    ...[...prose.matchAll(/`[^`\n]+`/g)].map(([code]) => code),
  ]
}

function faultsIn(where: string, text: string): string[] {
  return commandLinesIn(text).flatMap((line) => {
    const fault = faultOf(line)
    return fault === undefined ? [] : [`${where}: neonpro-backup ${line}: ${fault}`]
  })
}

test('the test knows a wrong command line', () => {
  const advice = 'What to do: run "neonpro-backup verify --all-of-it", then "repair --quickly"; neonpro-backup backups'
  assert.deepEqual(
    faultsIn('x', advice).map((fault) => fault.split(': ').at(-1)),
    ['"verify" has no option --all-of-it', 'there is no command "backups"', '"repair" has no option --quickly'],
  )
  assert.deepEqual(faultsIn('x', 'neonpro-backup prune NOW'), [
    'x: neonpro-backup prune NOW: "prune" takes fewer arguments: NOW',
  ])
})

test('every command line that a message names is one that the program takes', () => {
  const texts = toldTexts().flatMap(({ where, en, pt }) => [
    [where, en],
    [where, pt],
  ])
  assert.ok(texts.flatMap(([, text]) => commandLinesIn(text!)).length > 100)
  assert.deepEqual(
    texts.flatMap(([where, text]) => faultsIn(where!, text!)),
    [],
  )
})

test('every example of the help is one that the program takes', () => {
  const visit = (command: Command): string[] => {
    let text = ''
    command.configureOutput({ writeOut: (piece) => (text += piece) }).outputHelp()
    const examples = text.split('\n').filter((line) => line.startsWith('  neonpro-backup '))
    return [...examples, ...command.commands.flatMap(visit)]
  }
  const examples = visit(root)
  assert.ok(examples.length > 30, `only ${examples.length} examples`)
  assert.deepEqual(
    examples.flatMap((line) => faultsIn('help', line)),
    [],
  )
})

test('every command line of README, LEIAME and docs is one that the program takes', () => {
  const files = [
    'README.md',
    'LEIAME.md',
    ...fs.readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((file) => `docs/${file}`),
  ]
  const found = files
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => codeOf(fs.readFileSync(path.join(ROOT, file), 'utf8')).map((code) => [file, code] as const))
  const lines = found.flatMap(([, code]) => commandLinesIn(code)).length
  assert.ok(lines > 60, `only ${lines} lines`)
  assert.deepEqual(
    found.flatMap(([file, code]) => faultsIn(file, code)),
    [],
  )
})

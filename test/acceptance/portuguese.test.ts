// Goal: who reads Portuguese meets no English, and who reads English no Portuguese. Method: every text that stands in a
// table, every help, every refusal of wrong use, every mail, and what every command prints when it succeeds and when it
// fails, against the words of the other language.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Command } from 'commander'
import { commandTree, readArguments } from '../../src/cli/command-tree.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import { errorReport } from '../../src/cli/error-report.ts'
import type { Locale } from '../../src/cli/locale.ts'
import { AlertType } from '../../src/contracts/system/vocabulary.ts'
import { messageOf, subjectOf, textOf } from '../../src/notifiers/notice-text.ts'
import type { AlarmNotice } from '../../src/notifiers/notifier.ts'
import { alarmText } from '../../src/services/alarms/alarm-texts.ts'
import { type CommandRun, commandsWithoutRun, type Names, runEveryCommand } from '../harness/every-command.ts'
import { runEveryFailure } from '../harness/every-failure.ts'
import { englishIn, portugueseIn } from '../harness/other-language.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { toldTexts } from '../harness/told-texts.ts'

/** Names of no language. */
const NAMES: Names = {
  file: 'q1.db',
  folder: 'q2',
  source: 'q3',
  tag: 'q4',
  reason: 'q5',
  label: 'q6',
  config: 'q7',
}
const FINDERS = { en: portugueseIn, 'pt-BR': englishIn } as const
const LOCALES = ['en', 'pt-BR'] as const

/** The lines of a text with words of the other language, and the words. */
function foreignLines(text: string, locale: Locale): string[] {
  return text.split('\n').flatMap((line) => {
    const words = FINDERS[locale](line)
    return words.length === 0 ? [] : [`${words.join(', ')} | ${line}`]
  })
}

test('the finder knows the other language when it meets it', () => {
  assert.deepEqual(englishIn('ALARME HIGH: 3 arquivos'), ['high'])
  assert.deepEqual(englishIn('neonpro-backup config add --path DIR'), ['dir'])
  assert.ok(englishIn('manter: keep all').includes('keep'))
  assert.ok(englishIn('id of a point or of a run').length > 3)
  assert.deepEqual(englishIn('Execute "neonpro-backup verify --read-data=all" em /srv/files/of/the/clinic'), [])
  assert.ok(portugueseIn('the next backup, amanhã').length > 0)
  assert.ok(portugueseIn('3 arquivos').length > 0)
})

test('no text of a table has words of the other language', () => {
  const texts = toldTexts()
  assert.ok(texts.length > 1000, `only ${texts.length} texts found`)
  assert.deepEqual(
    texts.flatMap(({ where, en, pt }) =>
      [...foreignLines(pt, 'pt-BR'), ...foreignLines(en, 'en')].map((line) => `${where}: ${line}`),
    ),
    [],
  )
})

for (const locale of LOCALES)
  test(`the help of every command, and every refusal of wrong use, is in one language (${locale})`, async () => {
    const { root } = commandTree(COMMANDS, locale)
    const foreign: string[] = []
    let refusals = 0
    for (const [name, command] of commandsIn(root)) {
      foreign.push(...foreignLines(helpText(command), locale).map((line) => `${name} --help: ${line}`))
      for (const args of wrongUses(command)) {
        const text = await refusal([...name.split(' ').slice(1), ...args], locale)
        refusals += text === '' ? 0 : 1
        foreign.push(...foreignLines(text, locale).map((line) => `${name} ${args.join(' ')}: ${line}`))
      }
    }
    assert.ok(refusals > 200, `only ${refusals} refusals`)
    assert.deepEqual([...new Set(foreign)], [])
  })

function commandsIn(root: Command, path = 'neonpro-backup'): Array<readonly [string, Command]> {
  return [[path, root], ...root.commands.flatMap((child) => commandsIn(child, `${path} ${child.name()}`))]
}

/** Without the names of commands and what an example names: those are typed. */
function helpText(command: Command): string {
  let text = ''
  command.configureOutput({ writeOut: (piece) => (text += piece) })
  command.outputHelp()
  return text
    .replace(/^ {2}(?!neonpro)[a-z][a-z-]*(?=[ \n])/gm, '')
    .replace(/^(Usage|Uso): neonpro-backup[a-z -]*/gm, '')
}

function wrongUses(command: Command): Array<readonly string[]> {
  return [
    [],
    ['--frobnicate'],
    ['--repoo', 'q'],
    Array.from({ length: 5 }, (_, i) => `q${i}`),
    [''],
    ...command.options.flatMap(({ long, required }) => (required ? [[long!], [long!, '']] : [])),
  ]
}

/** What is said of it; empty where nothing is refused. */
async function refusal(argv: readonly string[], locale: Locale): Promise<string> {
  const tree = commandTree(COMMANDS, locale)
  for (const [, command] of commandsIn(tree.root))
    command.configureOutput({ writeOut: () => {}, writeErr: () => {}, outputError: () => {} })
  try {
    await readArguments(tree, ['node', 'neonpro-backup', ...argv])
    return ''
  } catch (error) {
    return errorReport(error, { command: undefined, locale }).lines.join('\n')
  }
}

for (const locale of LOCALES)
  test(`every mail is in one language (${locale})`, () => {
    const foreign: string[] = []
    for (const type of Object.values(AlertType))
      for (const change of ['RAISED', 'REPEATED', 'RESOLVED', 'TEST'] as const)
        for (const severity of ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const) {
          const notice = noticeOf({ locale, change, severity, ...alarmText(type, locale) })
          foreign.push(...foreignLines(`${subjectOf(notice)}\n${textOf(notice)}\n${messageOf(notice)}`, locale))
        }
    assert.deepEqual([...new Set(foreign)], [])
  })

function noticeOf(notice: Pick<AlarmNotice, 'locale' | 'change' | 'severity' | 'title' | 'guidance'>): AlarmNotice {
  return {
    ...notice,
    kind: 'ALARM',
    id: '1',
    alertId: '1',
    type: 'CUSTOM',
    message: '',
    configName: 'q7',
    runId: 'q8',
    host: 'q9',
    at: '2026-11-30T03:00:00.000Z',
    firstSeenAt: '2026-11-29T03:00:00.000Z',
    count: 2,
  } as unknown as AlarmNotice
}

for (const locale of LOCALES)
  test(`what every command prints, done or failed, is in one language (${locale})`, async () => {
    using folder = temporaryDirectory()
    const env = { LC_ALL: locale === 'en' ? 'C' : 'pt_BR.UTF-8', LANG: 'C' }
    const options = { place: folder.path, names: NAMES, env }
    const runs = await runEveryCommand(options)
    assert.deepEqual(commandsWithoutRun(runs), [])
    // What fails says the sentences of the tables: Portuguese ones never in English, as the tables show.
    const failures = locale === 'en' ? [] : await runEveryFailure(options)
    const silent = failures.filter(({ ran }) => ran.status === 0 && ran.stderr === '' && ran.stdout.length === 0)
    assert.deepEqual(silent, [])
    const foreign = [...runs, ...failures].flatMap((each) => foreignIn(each, locale))
    assert.deepEqual([...new Set(foreign)], [])
  })

function foreignIn({ args, ran }: CommandRun, locale: Locale): string[] {
  // What a shell reads is no text for people.
  if (args[0] === 'completion') return []
  return foreignLines(`${ran.stdout.toString('utf8')}\n${ran.stderr}`, locale).map(
    (line) => `${args.slice(0, 4).join(' ')}: ${line}`,
  )
}

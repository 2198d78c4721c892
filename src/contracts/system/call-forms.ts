/**
 * What each member of a call's input accepts, said when it is refused. A test holds it against the schemas of calls.ts.
 * Loads no zod: repository commands translate phrases too.
 */
import type { LocalizedText } from '../error-catalog.ts'
import { SINGLE_ACTS } from '../single-acts.ts'
import { CONFIG_OPTIONS } from './option-reference.ts'
import { AlertSeverity, AlertType, BackupType, Priority, RecoveryType, RunState } from './vocabulary.ts'

type Row = readonly [en: string, pt: string]

const forms = <const R extends Readonly<Record<string, Row>>>(
  rows: R,
): Readonly<Record<keyof R & string, LocalizedText>> =>
  Object.fromEntries(Object.entries(rows).map(([path, [en, pt]]) => [path, { en, 'pt-BR': pt }])) as Record<
    keyof R & string,
    LocalizedText
  >

function oneOf(words: Readonly<Record<string, string>> | readonly string[]): Row {
  const all = Object.values(words)
  const first = all.slice(0, -1).join(', ')
  return [`${first} or ${all.at(-1)}`, `${first} ou ${all.at(-1)}`]
}

const OBJECT = ['an object', 'um objeto'] as const
const YES_OR_NO = ['true or false', 'true ou false'] as const
const PAGE = ['a whole number from 1 up', 'um número inteiro a partir de 1'] as const
const TIME = [
  'an ISO 8601 date such as "2026-11-24" or a time with its offset such as "2026-11-24T02:00:00-03:00"',
  'uma data ISO 8601 como "2026-11-24" ou um horário com deslocamento como "2026-11-24T02:00:00-03:00"',
] as const
const PERIOD = [
  'a period such as "24h", "7d" or "4w", or { from, to } as ISO 8601 dates or times',
  'um período como "24h", "7d" ou "4w", ou { from, to } como datas ou horários ISO 8601',
] as const
const CONFIG_ID = [
  'the id of a configuration, as listConfigs() gives it',
  'o id de uma configuração, como listConfigs() o devolve',
] as const
const POINT_ID = [
  'the id of a restore point, as getRecoveryPoints() gives it',
  'o id de um ponto de restauração, como getRecoveryPoints() o devolve',
] as const
const FILE_PATH = [
  'names joined by slashes, such as docs/report.pdf',
  'nomes separados por barras, como docs/relatorio.pdf',
] as const
const REPOSITORY = [
  'the name of a repository, as listRepositories() gives it, or its absolute path or URL',
  'o nome de um repositório, como listRepositories() o devolve, ou o caminho absoluto ou a URL dele',
] as const
const PATHS = ['a list of paths or globs', 'uma lista de caminhos ou globs'] as const

/** By the member's path; where calls differ, by `CALL: PATH`. */
export const CALL_FORMS = forms({
  config: OBJECT,
  patch: OBJECT,
  action: oneOf(SINGLE_ACTS),
  resource: ['a text of 1 to 4000 characters', 'um texto de 1 a 4000 caracteres'],
  result: ['SUCCESS, REFUSED or FAILED', 'SUCCESS, REFUSED ou FAILED'],
  details: OBJECT,
  id: CONFIG_ID,
  configId: CONFIG_ID,
  userId: ['a text of 1 to 200 characters', 'um texto de 1 a 200 caracteres'],
  runId: ['the id of a run, as runBackupNow() gives it', 'o id de uma execução, como runBackupNow() o devolve'],
  filters: OBJECT,
  'filters.configId': CONFIG_ID,
  'filters.status': oneOf(RunState),
  'filters.type': oneOf(BackupType),
  'filters.from': TIME,
  'filters.to': TIME,
  pagination: ['an object with page and limit', 'um objeto com page e limit'],
  'pagination.page': PAGE,
  'pagination.limit': ['a whole number from 1 to 1000', 'um número inteiro de 1 a 1000'],
  period: PERIOD,
  'period.from': TIME,
  'period.to': TIME,
  'monitor.createAlert: type': oneOf(AlertType),
  severity: oneOf(AlertSeverity),
  message: ['a text of 1 to 2000 characters', 'um texto de 1 a 2000 caracteres'],
  channel: ['email, webhook or healthcheck', 'email, webhook ou healthcheck'],
  alertId: ['the id of an alarm, as getActiveAlerts() gives it', 'o id de um alarme, como getActiveAlerts() o devolve'],
  backupId: ['the id of a run or of a restore point', 'o id de uma execução ou de um ponto de restauração'],
  'recover.create: type': oneOf(RecoveryType),
  options: ['an object with targetPath', 'um objeto com targetPath'],
  'options.targetPath': ['the path of a folder', 'o caminho de uma pasta'],
  'options.target': [
    'an object with kind and settings (a folder is targetPath)',
    'um objeto com kind e settings (uma pasta é targetPath)',
  ],
  'options.target.kind': ['the kind of a source that is here', 'o tipo de uma origem disponível'],
  'options.target.settings': ['an object with the settings of the kind', 'um objeto com as opções do tipo'],
  'options.overwrite': [
    'true, false, "always", "if-changed", "if-newer" or "never"',
    'true, false, "always", "if-changed", "if-newer" ou "never"',
  ],
  'options.priority': oneOf(Priority),
  'options.paths': PATHS,
  'options.paths[]': PATHS,
  'options.subtree': ['the path of a folder in the point', 'o caminho de uma pasta do ponto'],
  'options.at': TIME,
  'options.verify': YES_OR_NO,
  'options.deleteExtra': YES_OR_NO,
  requestId: ['the id that createRecoveryRequest() gave', 'o id que createRecoveryRequest() devolveu'],
  pointId: POINT_ID,
  otherId: POINT_ID,
  pattern: ['a name, a path or a glob such as "**/*.pdf"', 'um nome, um caminho ou um glob como "**/*.pdf"'],
  recursive: YES_OR_NO,
  exact: YES_OR_NO,
  limit: ['a whole number from 1 to 10000', 'um número inteiro de 1 a 10000'],
  before: ['the number of an audit entry', 'o número de uma entrada de auditoria'],
  'repository.add: name': [
    'up to 63 letters, digits, dots, hyphens and underscores, such as "second"',
    'até 63 letras, dígitos, pontos, hifens e sublinhados, como "segundo"',
  ],
  'repository.remove: name': REPOSITORY,
  repository: REPOSITORY,
  location: ['an absolute path or a URL', 'um caminho absoluto ou uma URL'],
  keyFile: ['the absolute path of a file', 'o caminho absoluto de um arquivo'],
  init: YES_OR_NO,
  readShare: ['a number from 0 to 1', 'um número de 0 a 1'],
  dryRun: YES_OR_NO,
  'point.browse: path': ['the path of a folder in the point', 'o caminho de uma pasta do ponto'],
  'point.dump: path': [
    'the path of a file or a folder in the point',
    'o caminho de um arquivo ou de uma pasta do ponto',
  ],
  format: oneOf(['raw', 'tar', 'zip']),
  after: ['the id of an event, as followRuns() gave it', 'o id de um evento, como followRuns() o devolveu'],
  reason: ['a text', 'um texto'],
  holdId: ['the id that addHold() gave', 'o id que addHold() devolveu'],
  source: [
    'the name of a source, as a restore point shows it',
    'o nome de uma origem, como um ponto de restauração o mostra',
  ],
  until: ['a date to come, such as 2047-01-31', 'uma data futura, como 2047-01-31'],
  path: FILE_PATH,
  prefix: FILE_PATH,
  from: TIME,
  to: TIME,
  force: YES_OR_NO,
  data: ['a text, bytes (Uint8Array) or a Readable', 'um texto, bytes (Uint8Array) ou um Readable'],
})

const IS_OPTION = /^(policy|(config|patch)\.)/

/** The accepted form of a member of a call's input. */
export function callForm(call: string, path: string): LocalizedText | undefined {
  const known: Readonly<Record<string, LocalizedText | undefined>> = CALL_FORMS
  const asOption = (CONFIG_OPTIONS as Readonly<Record<string, { readonly accepted: LocalizedText } | undefined>>)[
    path.replace(/^policy/, 'retention').replace(/^(config|patch)\./, '')
  ]
  return known[`${call}: ${path}`] ?? (IS_OPTION.test(path) ? asOption?.accepted : known[path])
}

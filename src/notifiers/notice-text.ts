/** An alarm in words: title, subject and text for people. A title alone says whether the alarm began or is over. */
import { type Locale, numberText } from '../contracts/index.ts'
import type { AlertSeverity } from '../contracts/system/index.ts'
import { printable } from '../kernel/printable.ts'
import type { AlarmChange, AlarmNotice } from './notifier.ts'

interface Words {
  readonly changes: Readonly<Record<AlarmChange, string>>
  readonly severities: Readonly<Record<AlertSeverity, string>>
  /** What comes first where an alarm ends. */
  readonly resolved: string
  readonly labels: {
    readonly what: string
    readonly was: string
    readonly ended: string
    readonly todo: string
    readonly severity: string
    readonly config: string
    readonly run: string
    readonly host: string
    readonly at: string
    readonly since: string
    readonly count: string
  }
  readonly footer: string
}

const WORDS: Readonly<Record<Locale, Words>> = {
  en: {
    changes: { RAISED: '', REPEATED: 'Again: ', RESOLVED: 'Resolved: ', TEST: '' },
    severities: { LOW: 'low', MEDIUM: 'medium', HIGH: 'high', CRITICAL: 'critical' },
    resolved: 'This alarm is resolved: nothing needs to be done about it any more.',
    labels: {
      what: 'What happened',
      was: 'What had happened',
      ended: 'Resolved',
      todo: 'What to do',
      severity: 'Severity',
      config: 'Configuration',
      run: 'Run',
      host: 'Machine',
      at: 'Time',
      since: 'Since',
      count: 'Times',
    },
    footer: 'Sent by NeonPro Backup.',
  },
  'pt-BR': {
    changes: { RAISED: '', REPEATED: 'De novo: ', RESOLVED: 'Resolvido: ', TEST: '' },
    severities: { LOW: 'baixa', MEDIUM: 'média', HIGH: 'alta', CRITICAL: 'crítica' },
    resolved: 'Este alarme está resolvido: não há mais nada a fazer a respeito.',
    labels: {
      what: 'O que houve',
      was: 'O que havia acontecido',
      ended: 'Resolvido em',
      todo: 'O que fazer',
      severity: 'Gravidade',
      config: 'Configuração',
      run: 'Execução',
      host: 'Máquina',
      at: 'Horário',
      since: 'Desde',
      count: 'Vezes',
    },
    footer: 'Enviado pelo NeonPro Backup.',
  },
}

/** `Resolved: Backup failed`: many receivers show nothing but the title. */
export function titleOf({ title, change, locale }: AlarmNotice): string {
  return `${WORDS[locale].changes[change]}${title}`
}

export function subjectOf(notice: AlarmNotice): string {
  const about = notice.configName === null ? '' : `: ${notice.configName}`
  return printable(`[NeonPro Backup] ${titleOf(notice)}${about}`)
}

/** The alarm in one paragraph. Of one that is over it says so first: what had happened is news to nobody. */
export function messageOf({ message, change, locale }: AlarmNotice): string {
  const { resolved, labels } = WORDS[locale]
  return change === 'RESOLVED' ? `${resolved} ${labels.was}: ${message}` : message
}

export function textOf(notice: AlarmNotice): string {
  const { labels, severities, footer, resolved } = WORDS[notice.locale]
  const isOver = notice.change === 'RESOLVED'
  const at = timeText(notice.at, notice.locale)
  const lines: ReadonlyArray<readonly [label: string, value: string | null]> = [
    [isOver ? labels.was : labels.what, notice.message],
    [labels.todo, isOver || notice.guidance === '' ? null : notice.guidance],
    [labels.severity, severities[notice.severity]],
    [labels.config, notice.configName],
    [labels.run, notice.runId],
    [labels.host, notice.host],
    [isOver ? labels.ended : labels.at, at],
    [labels.since, notice.firstSeenAt === notice.at ? null : timeText(notice.firstSeenAt, notice.locale)],
    [labels.count, notice.count > 1 ? numberText(notice.count, notice.locale) : null],
  ]
  const told = lines
    .filter(([, value]) => value !== null)
    .map(([label, value]) => `${label}: ${printable(value!)}`)
    .join('\n')
  return `${isOver ? `${resolved}\n\n` : ''}${told}\n\n-- \n${footer}\n`
}

/** On this machine's clock, with its zone. */
function timeText(iso: string, locale: Locale): string {
  return new Intl.DateTimeFormat(locale, {
    dateStyle: 'short',
    timeStyle: 'long',
  }).format(new Date(iso))
}

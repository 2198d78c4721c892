/** An alarm in words: subject and text for people. */
import type { Locale } from '../contracts/index.ts'
import type { AlertSeverity } from '../contracts/system/index.ts'
import { printable } from '../kernel/printable.ts'
import type { AlarmChange, AlarmNotice } from './notifier.ts'

interface Words {
  readonly changes: Readonly<Record<AlarmChange, string>>
  readonly severities: Readonly<Record<AlertSeverity, string>>
  readonly labels: {
    readonly what: string
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
    changes: { RAISED: '', REPEATED: 'again: ', RESOLVED: 'resolved: ' },
    severities: { LOW: 'low', MEDIUM: 'medium', HIGH: 'high', CRITICAL: 'critical' },
    labels: {
      what: 'What happened',
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
    changes: { RAISED: '', REPEATED: 'de novo: ', RESOLVED: 'resolvido: ' },
    severities: { LOW: 'baixa', MEDIUM: 'média', HIGH: 'alta', CRITICAL: 'crítica' },
    labels: {
      what: 'O que houve',
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

export function subjectOf(notice: AlarmNotice): string {
  const about = notice.configName === null ? '' : `: ${notice.configName}`
  return printable(`[NeonPro Backup] ${WORDS[notice.locale].changes[notice.change]}${notice.title}${about}`)
}

export function textOf(notice: AlarmNotice): string {
  const { labels, severities, footer } = WORDS[notice.locale]
  const isOver = notice.change === 'RESOLVED'
  const lines: ReadonlyArray<readonly [label: string, value: string | null]> = [
    [labels.what, notice.message],
    [labels.todo, isOver || notice.guidance === '' ? null : notice.guidance],
    [labels.severity, severities[notice.severity]],
    [labels.config, notice.configName],
    [labels.run, notice.runId],
    [labels.host, notice.host],
    [labels.at, notice.at],
    [labels.since, notice.firstSeenAt === notice.at ? null : notice.firstSeenAt],
    [labels.count, notice.count > 1 ? String(notice.count) : null],
  ]
  return `${lines
    .filter(([, value]) => value !== null)
    .map(([label, value]) => `${label}: ${printable(value!)}`)
    .join('\n')}\n\n-- \n${footer}\n`
}

/** What the health report says, with what to do where something is not well. `{name}` is filled by the check. */
import type { LocalizedText } from '../../contracts/index.ts'

export const HEALTH_TEXTS = {
  'database.ok': { en: 'The database {database} answers.', 'pt-BR': 'O banco {database} responde.' },
  'repository.ok': {
    en: 'The repository answers and opens with the key.',
    'pt-BR': 'O repositório responde e abre com a chave.',
  },
  'scheduler.ok': { en: 'A scheduler is running.', 'pt-BR': 'Há um agendador em execução.' },
  'scheduler.none': {
    en: 'No scheduler is running: nothing starts by itself. Start one with "neonpro-backup serve".',
    'pt-BR': 'Nenhum agendador em execução: nada começa sozinho. Inicie um com "neonpro-backup serve".',
  },
  'backups.none': {
    en: 'There is no enabled configuration: nothing is backed up. Add one with "neonpro-backup config add".',
    'pt-BR': 'Não há configuração ativada: nada é guardado. Crie uma com "neonpro-backup config add".',
  },
  'backup.ok': { en: 'The last good backup is of {at}.', 'pt-BR': 'O último backup bom é de {at}.' },
  'backup.never': {
    en: 'There is no backup yet. Make one with "neonpro-backup run {name}".',
    'pt-BR': 'Ainda não há backup. Faça um com "neonpro-backup run {name}".',
  },
  'backup.neverOverdue': {
    en: 'There is no backup, though one was due at {due}. Look at the alarms, then "neonpro-backup run {name}".',
    'pt-BR':
      'Não há backup, embora um estivesse previsto para {due}. Veja os alarmes e depois "neonpro-backup run {name}".',
  },
  'backup.onlyIncomplete': {
    en: "Every backup is incomplete; the newest is of {at}. The run's record lists what is missing.",
    'pt-BR': 'Todos os backups estão incompletos; o mais novo é de {at}. O registro da execução lista o que falta.',
  },
  'backup.newestIncomplete': {
    en: 'The newest backup, of {newest}, is incomplete; the last good one is of {at}.',
    'pt-BR': 'O backup mais novo, de {newest}, está incompleto; o último bom é de {at}.',
  },
  'backup.overdue': {
    en: 'The last good backup is of {at}; the next was due at {due}. Look at the alarms, then "neonpro-backup run {name}".',
    'pt-BR':
      'O último backup bom é de {at}; o próximo era previsto para {due}. Veja os alarmes e depois "neonpro-backup run {name}".',
  },
  'backup.overdueRunning': {
    en: 'The last good backup is of {at}; the one due at {due} is running.',
    'pt-BR': 'O último backup bom é de {at}; o previsto para {due} está em execução.',
  },
  'space.ok': {
    en: '{repository} free at the repository, {home} at HOME.',
    'pt-BR': '{repository} livres no repositório, {home} em HOME.',
  },
  'space.low': {
    en: '{repository} free at the repository, {home} at HOME; the limit is {limit}. Free some room or shorten the retention.',
    'pt-BR':
      '{repository} livres no repositório, {home} em HOME; o limite é {limit}. Libere espaço ou encurte a política de retenção.',
  },
  'space.home': {
    en: '{home} free at HOME; the store of the repository does not tell of its room.',
    'pt-BR': '{home} livres em HOME; o armazenamento do repositório não informa o espaço que tem.',
  },
  'space.homeLow': {
    en: '{home} free at HOME; the limit is {limit}. Free some room.',
    'pt-BR': '{home} livres em HOME; o limite é {limit}. Libere espaço.',
  },
  'space.unknown': {
    en: 'How much room is free at repository or HOME can not be known.',
    'pt-BR': 'Não é possível saber o espaço livre no repositório ou em HOME.',
  },
  'alerts.none': { en: 'No alarm is open.', 'pt-BR': 'Nenhum alarme aberto.' },
  'alerts.open': {
    en: '{count} {count:alarm is|alarms are} open, {critical} of them critical. "neonpro-backup status" lists them.',
    'pt-BR':
      '{count} {count:alarme aberto|alarmes abertos}, {critical} {critical:crítico|críticos}. "neonpro-backup status" os lista.',
  },
  'channels.ok': { en: 'Alarms go out by {channels}.', 'pt-BR': 'Os alarmes saem por {channels}.' },
  'channels.none': {
    en: 'No channel is set up: nobody is told of an alarm. Set SMTP_URL, ALERT_EMAIL_FROM and ALERT_EMAIL_TO, or WEBHOOK_URL (docs/alarms.md).',
    'pt-BR':
      'Nenhum canal configurado: ninguém é avisado de um alarme. Defina SMTP_URL, ALERT_EMAIL_FROM e ALERT_EMAIL_TO, ou WEBHOOK_URL (docs/pt/alarms.md).',
  },
  'channels.dead': {
    en: 'Alarms would not arrive by {channels}. Correct address and credentials, then "neonpro-backup alerts test".',
    'pt-BR':
      'Os alarmes não chegariam por {channels}. Corrija endereço e credenciais e depois execute "neonpro-backup alerts test".',
  },
  'heartbeat.dead': {
    en: 'The heartbeat does not arrive ({cause}): if this machine stops, nobody is told in time. Check HEALTHCHECK_URL.',
    'pt-BR':
      'O sinal de vida não chega ({cause}): se esta máquina parar, ninguém será avisado a tempo. Confira HEALTHCHECK_URL.',
  },
  'heartbeat.ok': {
    en: 'A heartbeat is set: a service outside notices when this system is silent.',
    'pt-BR': 'Há um sinal de vida: um serviço externo percebe se este sistema silenciar.',
  },
  'heartbeat.others': {
    en: 'No heartbeat is set; other workers would notice if this one were silent.',
    'pt-BR': 'Sem sinal de vida configurado; outros processos perceberiam se este silenciasse.',
  },
  'heartbeat.none': {
    en: 'No heartbeat is set: if this machine stops, nobody is told. Set HEALTHCHECK_URL, without {slug}, to a healthchecks-compatible address.',
    'pt-BR':
      'Sem sinal de vida: se esta máquina parar, ninguém será avisado. Defina HEALTHCHECK_URL, sem {slug}, com um endereço compatível com healthchecks.',
  },
  'check.noAnswer': { en: 'It did not answer within {seconds} s.', 'pt-BR': 'Não respondeu em {seconds} s.' },
} as const satisfies Readonly<Record<string, LocalizedText>>
export type HealthText = keyof typeof HEALTH_TEXTS

/** Titles and guidance of alarms: a rule brings its own, the others are here. */
import type { Locale, LocalizedText } from '../../contracts/index.ts'
import type { AlertType } from '../../contracts/system/index.ts'
import { RULES } from './rules.ts'

interface AlarmText {
  readonly title: LocalizedText
  readonly guidance: LocalizedText
}

const OTHERS: Readonly<Partial<Record<AlertType, AlarmText>>> = {
  CHANNEL_FAILING: {
    title: { en: 'Alarms do not arrive', 'pt-BR': 'Alarmes não estão chegando' },
    guidance: {
      en: 'Correct address and credentials of the channel (docs/alarms.md) and restart the system.',
      'pt-BR': 'Corrija o endereço e as credenciais do canal (docs/pt/alarms.md) e reinicie o sistema.',
    },
  },
  RECORD_NOT_STORED: {
    title: { en: 'A decision is not in the repository yet', 'pt-BR': 'Uma decisão ainda não está no repositório' },
    guidance: {
      en: 'Check that the repository can be reached; it is tried again by itself.',
      'pt-BR': 'Confira se o repositório está acessível; a gravação será tentada de novo.',
    },
  },
  RETENTION_FAILED: {
    title: { en: 'Old points could not be let go', 'pt-BR': 'Pontos antigos não puderam ser liberados' },
    guidance: {
      en: 'The backup itself is done. Run "neonpro-backup verify"; it is tried again after the next run.',
      'pt-BR':
        'O backup em si foi concluído. Execute "neonpro-backup verify"; será tentado de novo após a próxima execução.',
    },
  },
  VERIFY_FAILED: {
    title: { en: 'Damage was found in the repository', 'pt-BR': 'Foram encontrados danos no repositório' },
    guidance: {
      en: 'Run "neonpro-backup verify --read-data" for snapshots and paths, then "repair --read-data"; the next backup stores what the source still has.',
      'pt-BR':
        'Execute "neonpro-backup verify --read-data" para ver snapshots e caminhos, depois "repair --read-data"; o próximo backup guarda o que a origem ainda tem.',
    },
  },
  CUSTOM: { title: { en: 'Alarm', 'pt-BR': 'Alarme' }, guidance: { en: '', 'pt-BR': '' } },
}

export function alarmText(type: AlertType, locale: Locale): { readonly title: string; readonly guidance: string } {
  const text = RULES.find((rule) => rule.type === type) ?? OTHERS[type]
  return { title: text?.title[locale] ?? type, guidance: text?.guidance[locale] ?? '' }
}

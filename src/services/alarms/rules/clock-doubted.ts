import type { LocalizedText } from '../../../contracts/index.ts'
import { lookAtClock } from '../../../engine/index.ts'
import { isoTime } from '../../../kernel/clock.ts'
import type { ClockDoubtReason } from '../../../kernel/clock-trust.ts'
import { machineZone } from '../../../kernel/zone.ts'
import type { AlarmRule } from '../alarm-rule.ts'
import { timeText } from '../quantities.ts'

const REASONS = {
  JUMPED: { en: 'it was set by more than an hour', 'pt-BR': 'foi alterado em mais de uma hora' },
  BEHIND: { en: 'it is behind the last time that is known', 'pt-BR': 'está atrás do último horário conhecido' },
  AHEAD: {
    en: 'it is more than a week ahead of the last time that is known',
    'pt-BR': 'está mais de uma semana à frente do último horário conhecido',
  },
} as const satisfies Readonly<Record<ClockDoubtReason, LocalizedText>>

/** While this machine's clock is in doubt no point goes for its age. Ends after a day of uptime, or by acceptance. */
export const clockDoubted: AlarmRule = {
  type: 'CLOCK_DOUBTED',
  severity: 'HIGH',
  title: { en: 'The clock is in doubt', 'pt-BR': 'O relógio está em dúvida' },
  message: {
    en: "This machine's clock shows {at}: {reason}. Until the clock is believed again, no restore point goes for its age.",
    'pt-BR':
      'O relógio desta máquina mostra {at}: {reason}. Até que o relógio volte a valer, nenhum ponto de restauração sai por idade.',
  },
  guidance: {
    en: 'Check date and time service of this machine. If the clock is right, run "neonpro-backup system accept-clock"; else it is believed again after 24 hours of agreement.',
    'pt-BR':
      'Confira a data e o serviço de hora desta máquina. Se o relógio estiver certo, execute "neonpro-backup system accept-clock"; senão ele volta a valer após 24 horas de concordância.',
  },
  async evaluate({ parts, nowMs }) {
    const { doubt } = lookAtClock(parts.repositories.first.stateDirectory)
    if (doubt === undefined) return []
    const at = timeText(new Date(nowMs), machineZone(), parts.locale)
    const values = { at, reason: REASONS[doubt.reason][parts.locale] }
    return [{ about: { resource: 'clock' }, occurrence: isoTime(doubt.since.wallMs), values }]
  },
}

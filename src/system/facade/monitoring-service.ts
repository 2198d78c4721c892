import type {
  AlertSeverity,
  AlertType,
  AlertView,
  BackupMetrics,
  CallInput,
  ChannelTest,
  HealthReport,
  RealTimeMetrics,
  Result,
  Spelt,
  Widened,
} from '../../contracts/system/index.ts'
import { HealthStatus } from '../../contracts/system/index.ts'
import { isoTime, nowMs } from '../../kernel/clock.ts'
import type { FacadeCall } from './facade-call.ts'
import { timeText } from './plain-input.ts'

/** Hours, days or weeks up to now, or two moments. */
export type MetricsPeriod = `${number}${'h' | 'd' | 'w'}` | { readonly from: string | Date; readonly to: string | Date }

/** Figures, alarms and health, computed from what exists now. */
export class MonitoringService {
  readonly #call: FacadeCall

  /** @internal Made by the system alone. */
  constructor(call: FacadeCall) {
    this.#call = call
  }

  /** The last 30 days and this moment. */
  getRealTimeMetrics(): Promise<Result<RealTimeMetrics>> {
    return this.#call('monitor.realTime', {})
  }

  /** "24h", "7d", "30d", … or two moments. */
  calculateMetrics<const Period extends Widened<MetricsPeriod>>(
    period: Period & Spelt<Period, MetricsPeriod>,
  ): Promise<Result<BackupMetrics>> {
    const isStretch = typeof period === 'object' && period !== null
    return this.#call('monitor.metrics', {
      period: isStretch ? { ...period, from: timeText(period.from), to: timeText(period.to) } : period,
    })
  }

  getActiveAlerts(): Promise<Result<readonly AlertView[]>> {
    return this.#call('monitor.alerts', {})
  }

  createAlert<const Type extends Widened<AlertType>, const Severity extends Widened<AlertSeverity>>(
    type: Type & Spelt<Type, AlertType>,
    severity: Severity & Spelt<Severity, AlertSeverity>,
    message: string,
    userId?: string,
  ): Promise<Result<AlertView>> {
    return this.#call('monitor.createAlert', { type, severity, message, userId } as CallInput<'monitor.createAlert'>)
  }

  acknowledgeAlert(alertId: string, userId?: string): Promise<Result<AlertView>> {
    return this.#call('monitor.acknowledge', { alertId, userId })
  }

  /** Sends a test message through each channel that is set up, or one of them; what did not arrive says why. */
  testChannels(channel?: string, userId?: string): Promise<Result<readonly ChannelTest[]>> {
    return this.#call('monitor.testChannels', { channel, userId })
  }

  /** The report itself, not a result: `health.overall`. A system that can't be asked is UNKNOWN, never healthy. */
  async performHealthCheck(): Promise<HealthReport> {
    const result = await this.#call('monitor.health', {})
    if (result.success) return result.data
    return {
      overall: HealthStatus.UNKNOWN,
      checkedAt: isoTime(nowMs()),
      checks: [
        { name: 'system', status: HealthStatus.UNKNOWN, message: `${result.error.message} ${result.error.guidance}` },
      ],
    }
  }
}

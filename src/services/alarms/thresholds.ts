/** From which values on the system raises alarms by itself: the configuration's own, else the system's, else these. */
import type { ConfigSettings } from '../../contracts/system/index.ts'
import type { SystemParts } from '../parts.ts'

export interface Thresholds {
  /** 0–1. */
  readonly failureRate: number
  /** Seconds. */
  readonly maxBackupTime: number
  /** Bytes. */
  readonly minFreeSpace: number
}

/** 5 %, two hours, 5 GiB. */
const DEFAULTS: Thresholds = { failureRate: 0.05, maxBackupTime: 7200, minFreeSpace: 5 * 1024 ** 3 }

/** `settings` is a configuration's, as its row holds it. */
export function thresholdsOf(parts: Pick<SystemParts, 'defaults'>, settings?: unknown): Thresholds {
  const system = parts.defaults.alertConfig
  const own = (settings as Partial<ConfigSettings> | undefined)?.alertConfig
  const pick = (name: keyof Thresholds): number => own?.[name] ?? system?.[name] ?? DEFAULTS[name]
  return { failureRate: pick('failureRate'), maxBackupTime: pick('maxBackupTime'), minFreeSpace: pick('minFreeSpace') }
}

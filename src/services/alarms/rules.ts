/** Every alarm rule: one line each. A rule that mutes another stands before it. */
import type { AlarmRule } from './alarm-rule.ts'
import { backupFailed } from './rules/backup-failed.ts'
import { backupLate } from './rules/backup-late.ts'
import { backupMissed } from './rules/backup-missed.ts'
import { backupOverrun } from './rules/backup-overrun.ts'
import { backupPartial } from './rules/backup-partial.ts'
import { clockDoubted } from './rules/clock-doubted.ts'
import { failureRate } from './rules/failure-rate.ts'
import { storageLow } from './rules/storage-low.ts'

export const RULES: readonly AlarmRule[] = [
  backupFailed,
  backupPartial,
  backupMissed,
  backupLate,
  backupOverrun,
  failureRate,
  storageLow,
  clockDoubted,
]

/** What the end of a run decides. */
export const RUN_RULES: readonly AlarmRule[] = [
  backupFailed,
  backupPartial,
  backupMissed,
  backupLate,
  backupOverrun,
  failureRate,
]

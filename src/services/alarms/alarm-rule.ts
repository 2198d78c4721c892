/**
 * The port of alarm rules. A rule is one file under rules/ plus one line in rules.ts: it says which conditions hold
 * now, computed from what the database and the storage say now. The engine raises what is new, counts what comes again
 * and resolves what no longer holds.
 */
import type { Database, DatabaseTransaction } from '../../catalog/index.ts'
import type { LocalizedText, Values } from '../../contracts/index.ts'
import type { AlertSeverity, AlertType } from '../../contracts/system/index.ts'
import type { SystemParts } from '../parts.ts'

/**
 * What an alarm is about: a configuration, or a thing by name (`storage:repository`, `channel:email`). One open alarm
 * for each type and subject.
 */
export interface AlarmSubject {
  readonly configId?: string
  readonly configName?: string
  readonly resource?: string
  /** The run that showed it; no part of the subject. */
  readonly runId?: string
}

/** A condition that holds now. */
export interface Finding {
  readonly about: AlarmSubject
  /** What is counted once: the run's id, the due time, the day. The same one again changes nothing. */
  readonly occurrence: string
  /** Default: the rule's. */
  readonly severity?: AlertSeverity
  /** For the message. */
  readonly values: Values
  /** Default: the rule's. */
  readonly message?: LocalizedText
  /** Default: the rule's. */
  readonly guidance?: string
  readonly details?: Readonly<Record<string, unknown>>
}

export interface RuleContext {
  readonly parts: SystemParts
  readonly db: Database | DatabaseTransaction
  readonly nowMs: number
  /** Look at this configuration only. */
  readonly configId?: string
  /**
   * Whether the alarm of this rule about a subject is open: for conditions that end at another value than they begin.
   */
  isOpen(about: AlarmSubject): boolean
  readonly signal?: AbortSignal
}

export interface AlarmRule {
  readonly type: AlertType
  readonly severity: AlertSeverity
  readonly title: LocalizedText
  /** `{name}` is filled from the finding's values. */
  readonly message: LocalizedText
  readonly guidance: LocalizedText
  /** While an alarm of this type about the same subject holds, this rule is silent. */
  readonly mutedBy?: AlertType
  /**
   * Of a look that costs: the periodic one passes it over until so long after the last. The end of a run looks at its
   * own configuration all the same.
   */
  readonly restMs?: number
  /** Undefined: it can't be known now, and open alarms stay as they are. */
  evaluate(context: RuleContext): Promise<readonly Finding[] | undefined>
}

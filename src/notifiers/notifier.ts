/**
 * The port: a channel that carries notices out of the system. A channel is one file under channels/ (what it needs, how
 * it delivers) plus one line in all.ts. Notices are delivered at least once: the same one may come again with the same
 * key, so that a receiver can tell.
 */
import type { z } from 'zod'
import type { Locale, LocalizedText } from '../contracts/index.ts'
import { type AlertSeverity, type AlertType, VARIABLES, type VariableReference } from '../contracts/system/index.ts'
import { BackupError, systemCode } from '../kernel/backup-error.ts'

export const NoticeKind = { ALARM: 'ALARM', PING: 'PING' } as const
export type NoticeKind = (typeof NoticeKind)[keyof typeof NoticeKind]

/** TEST: nothing happened, somebody tries whether it arrives. */
export const AlarmChange = { RAISED: 'RAISED', REPEATED: 'REPEATED', RESOLVED: 'RESOLVED', TEST: 'TEST' } as const
export type AlarmChange = (typeof AlarmChange)[keyof typeof AlarmChange]

/** TEST is written down over there, and changes nothing. */
export const PingSignal = { START: 'START', SUCCESS: 'SUCCESS', FAIL: 'FAIL', TEST: 'TEST' } as const
export type PingSignal = (typeof PingSignal)[keyof typeof PingSignal]

/**
 * Something that people have to know. Its texts name configurations and hold counts; never a path or anything else of a
 * patient.
 */
export interface AlarmNotice {
  readonly kind: 'ALARM'
  readonly change: AlarmChange
  readonly alertId: string
  readonly type: AlertType
  readonly severity: AlertSeverity
  readonly title: string
  readonly message: string
  /** What to do about it. */
  readonly guidance: string
  readonly configId: string | null
  readonly configName: string | null
  readonly runId: string | null
  readonly count: number
  readonly firstSeenAt: string
  readonly at: string
  /** The machine that noticed. */
  readonly host: string
  readonly locale: Locale
}

/** A sign of life of a run, or of the scheduler, for a service that raises the alarm when it stays away. */
export interface PingNotice {
  readonly kind: 'PING'
  readonly signal: PingSignal
  readonly name: string
  /** What stands for `{slug}` in the address. Default: {@link slugOf} of the name. */
  readonly slug?: string
  /** The configuration's own address; without it the channel's. */
  readonly url?: string
  /** Pairs a start with its end. */
  readonly runId?: string
  /** One short line. */
  readonly text: string
}

export type Notice = AlarmNotice | PingNotice

export interface DeliverOptions {
  readonly signal: AbortSignal
  /** The same for every attempt at this notice; letters and digits. */
  readonly key: string
}

export type ProbeOptions = Pick<DeliverOptions, 'signal'>

export interface Notifier {
  readonly kind: string
  readonly title: LocalizedText
  readonly carries: NoticeKind
  /**
   * Throws DELIVERY_FAILED (worth trying again), DELIVERY_REFUSED (it is not) and ABORTED. No secret is in an error.
   */
  deliver(notice: Notice, options: DeliverOptions): Promise<void>
  /**
   * Tries the channel without sending anything, as far as that can be known: a mail server has to take the password, an
   * HTTP service to be there. Throws as `deliver` does. Absent: it can't be known.
   */
  probe?(options: ProbeOptions): Promise<void>
}

export interface NotifierDefinition<Config> {
  readonly kind: string
  readonly title: LocalizedText
  readonly carries: NoticeKind
  /** What it takes from the channel settings. */
  readonly config: z.ZodType<Config>
  /**
   * Setting → environment variable: what a refusal names. A channel none of whose required settings is there is not set
   * up.
   */
  readonly variables: Readonly<Record<string, string>>
  readonly required: readonly string[]
  deliver(notice: Notice, config: Config, options: DeliverOptions): Promise<void>
  probe?(config: Config, options: ProbeOptions): Promise<void>
}

/** A definition whose type of configuration is nobody else's business. */
export interface RegisteredNotifier {
  readonly kind: string
  readonly title: LocalizedText
  readonly carries: NoticeKind
  /** Undefined where it is not set up. Throws CONFIG_INVALID for half a set-up. */
  open(settings: object): Notifier | undefined
}

export function defineNotifier<Config>(definition: NotifierDefinition<Config>): RegisteredNotifier {
  const { kind, title, carries } = definition
  return { kind, title, carries, open: (settings) => openNotifier(definition, settings) }
}

function openNotifier<Config>(definition: NotifierDefinition<Config>, settings: object): Notifier | undefined {
  const { kind, title, carries, required, variables } = definition
  const given: Readonly<Record<string, unknown>> = { ...settings }
  if (required.length > 0 && !required.some((name) => given[name] !== undefined)) return undefined
  const parsed = definition.config.safeParse(given)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    const name = String(issue.path[0] ?? '')
    const path = variables[name] ?? name
    const why = given[name] === undefined ? 'it is missing' : 'it can not be used'
    const known: Readonly<Record<string, VariableReference>> = VARIABLES
    const accepted = known[path]?.accepted?.en ?? issue.message
    throw new BackupError('CONFIG_INVALID', `${path}: ${why}; accepted: ${accepted}.`, {
      context: { path, why, accepted },
    })
  }
  const config = parsed.data
  return {
    kind,
    title,
    carries,
    deliver: (notice, options) => definition.deliver(notice, config, options),
    ...(definition.probe && { probe: (options: ProbeOptions) => definition.probe!(config, options) }),
  }
}

/** The channels that these settings set up. Throws CONFIG_INVALID for half a set-up. */
export function openAll(registered: readonly RegisteredNotifier[], settings: object): readonly Notifier[] {
  return registered.map((each) => each.open(settings)).filter((each) => each !== undefined)
}

/** Worth trying again. `cause` is a code or a status, never a text of the other side. */
export function deliveryFailed(channel: string, cause: string): BackupError {
  return new BackupError('DELIVERY_FAILED', `${channel}: ${cause}`, { context: { channel, cause } })
}

/** Not worth trying again. */
export function deliveryRefused(channel: string, cause: string): BackupError {
  return new BackupError('DELIVERY_REFUSED', `${channel}: ${cause}`, { context: { channel, cause } })
}

/** Code of a failed connection, for `cause`. */
export function connectionCause(error: unknown): string {
  return systemCode(error) ?? (error instanceof Error ? error.name : 'unknown')
}

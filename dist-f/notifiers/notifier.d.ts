/**
 * The port: a channel that carries notices out of the system. A channel is one file under channels/ (what it needs, how it delivers) plus one line in
 * all.ts. Notices are delivered at least once: the same one may come again with the same key, so that a receiver can tell.
 */
import type { z } from 'zod';
import type { Locale, LocalizedText } from '../contracts/index.ts';
import { type AlertSeverity, type AlertType } from '../contracts/system/index.ts';
import { BackupError } from '../kernel/backup-error.ts';
export declare const NoticeKind: {
    readonly ALARM: "ALARM";
    readonly PING: "PING";
};
export type NoticeKind = (typeof NoticeKind)[keyof typeof NoticeKind];
export declare const AlarmChange: {
    readonly RAISED: "RAISED";
    readonly REPEATED: "REPEATED";
    readonly RESOLVED: "RESOLVED";
};
export type AlarmChange = (typeof AlarmChange)[keyof typeof AlarmChange];
export declare const PingSignal: {
    readonly START: "START";
    readonly SUCCESS: "SUCCESS";
    readonly FAIL: "FAIL";
};
export type PingSignal = (typeof PingSignal)[keyof typeof PingSignal];
/** Something that people have to know. Its texts name configurations and hold counts; never a path or anything else of a patient. */
export interface AlarmNotice {
    readonly kind: 'ALARM';
    readonly change: AlarmChange;
    readonly alertId: string;
    readonly type: AlertType;
    readonly severity: AlertSeverity;
    readonly title: string;
    readonly message: string;
    /** What to do about it. */
    readonly guidance: string;
    readonly configId: string | null;
    readonly configName: string | null;
    readonly runId: string | null;
    readonly count: number;
    readonly firstSeenAt: string;
    readonly at: string;
    /** The machine that noticed. */
    readonly host: string;
    readonly locale: Locale;
}
/** A sign of life of a run, or of the scheduler, for a service that raises the alarm when it stays away. */
export interface PingNotice {
    readonly kind: 'PING';
    readonly signal: PingSignal;
    /** Name of the configuration; it gives the `{slug}`. */
    readonly name: string;
    /** The configuration's own address; without it the channel's. */
    readonly url?: string;
    /** Pairs a start with its end. */
    readonly runId?: string;
    /** One short line. */
    readonly text: string;
}
export type Notice = AlarmNotice | PingNotice;
export interface DeliverOptions {
    readonly signal: AbortSignal;
    /** The same for every attempt at this notice; letters and digits. */
    readonly key: string;
}
export interface Notifier {
    readonly kind: string;
    readonly title: LocalizedText;
    readonly carries: NoticeKind;
    /** Throws DELIVERY_FAILED (worth trying again), DELIVERY_REFUSED (it is not) and ABORTED. No secret is in an error. */
    deliver(notice: Notice, options: DeliverOptions): Promise<void>;
}
export interface NotifierDefinition<Config> {
    readonly kind: string;
    readonly title: LocalizedText;
    readonly carries: NoticeKind;
    /** What it takes from the channel settings. */
    readonly config: z.ZodType<Config>;
    /** Setting → environment variable: what a refusal names. A channel none of whose required settings is there is not set up. */
    readonly variables: Readonly<Record<string, string>>;
    readonly required: readonly string[];
    deliver(notice: Notice, config: Config, options: DeliverOptions): Promise<void>;
}
/** A definition whose type of configuration is nobody else's business. */
export interface RegisteredNotifier {
    readonly kind: string;
    readonly title: LocalizedText;
    readonly carries: NoticeKind;
    /** Undefined where it is not set up. Throws CONFIG_INVALID for half a set-up. */
    open(settings: object): Notifier | undefined;
}
export declare function defineNotifier<Config>(definition: NotifierDefinition<Config>): RegisteredNotifier;
/** The channels that these settings set up. Throws CONFIG_INVALID for half a set-up. */
export declare function openAll(registered: readonly RegisteredNotifier[], settings: object): readonly Notifier[];
/** Worth trying again. `cause` is a code or a status, never a text of the other side. */
export declare function deliveryFailed(channel: string, cause: string): BackupError;
/** Not worth trying again. */
export declare function deliveryRefused(channel: string, cause: string): BackupError;
/** Code of a failed connection, for `cause`. */
export declare function connectionCause(error: unknown): string;

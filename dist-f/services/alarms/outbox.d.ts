import type { DatabaseTransaction } from '../../catalog/index.ts';
import type { AlarmNotice, PingNotice } from '../../notifiers/index.ts';
import type { SystemParts } from '../parts.ts';
export declare const OutboxState: {
    readonly WAITING: "WAITING";
    readonly DELIVERED: "DELIVERED";
    readonly DEAD: "DEAD";
    readonly DROPPED: "DROPPED";
};
/** A ping as it waits: the address is looked up when it is sent, so that no row holds one. */
export interface WaitingPing extends Omit<PingNotice, 'url'> {
    readonly configId: string;
}
/** Letters and digits, the same for the same parts: what a receiver tells repetitions by. */
export declare function idempotencyKey(...parts: readonly string[]): string;
/** One row for each channel that carries alarms. `occurrence` tells repetitions apart. */
export declare function enqueueAlarm(parts: SystemParts, tx: DatabaseTransaction, alarm: {
    readonly notice: AlarmNotice;
    readonly occurrence: string;
    readonly exceptChannels?: readonly string[];
}): Promise<void>;
export declare function enqueuePing(parts: SystemParts, tx: DatabaseTransaction, options: {
    readonly ping: WaitingPing;
    readonly atMs: number;
}): Promise<void>;
/** A start that still waits when its run has ended says nothing any more. */
export declare function dropStartPing(parts: SystemParts, tx: DatabaseTransaction, runId: string): Promise<void>;

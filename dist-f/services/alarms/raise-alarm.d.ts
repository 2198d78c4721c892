import type { DatabaseTransaction } from '../../catalog/index.ts';
import type { AlertSeverity, AlertType, AlertView } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
import type { AlarmSubject } from './alarm-rule.ts';
export interface AlarmInput {
    readonly type: AlertType;
    readonly severity: AlertSeverity;
    /** In the language of `parts.locale`. It is sent out: no path, nothing of a patient. */
    readonly message: string;
    readonly about: AlarmSubject;
    readonly details?: Readonly<Record<string, unknown>>;
    /** Counted and told once each; without one, every call counts. */
    readonly occurrence?: string;
    /** What to do; default: the type's. */
    readonly guidance?: string;
    readonly exceptChannels?: readonly string[];
    /** Default: now. */
    readonly atMs?: number;
}
/** Raises an alarm, or counts another occurrence of the open one. Rows of the outbox are written in the same transaction. */
export declare function raiseAlarm(parts: SystemParts, input: AlarmInput, tx?: DatabaseTransaction): Promise<AlertView>;
/** Ends an open alarm and tells it. False where none was open. */
export declare function resolveAlarm(parts: SystemParts, input: ResolveInput, tx?: DatabaseTransaction): Promise<boolean>;
export interface ResolveInput {
    readonly type: AlertType;
    readonly about: AlarmSubject;
    /** Another alarm speaks in its place: nobody is told. */
    readonly isQuiet?: boolean;
    readonly atMs?: number;
}
/** SHA-256 of tenant, type and subject. */
export declare function fingerprintOf(tenantId: string, type: string, { configId, resource }: AlarmSubject): string;

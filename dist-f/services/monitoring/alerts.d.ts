import type { AlertSeverity, AlertType, AlertView } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
/** Those that are not resolved, the newest first; a thousand at most. */
export declare function getActiveAlerts({ catalog, tenantId }: SystemParts): Promise<readonly AlertView[]>;
export interface NewAlert {
    readonly type: AlertType;
    readonly severity: AlertSeverity;
    /** Sent out as it is: the caller answers for what is in it. */
    readonly message: string;
}
/** Raises an alarm and sends it as any other. The same type and message again counts on the open one. It ends when somebody resolves it, never by a rule. */
export declare function createAlert(parts: SystemParts, { type, severity, message }: NewAlert): Promise<AlertView>;
/** Somebody has seen it: it stays open, and is silent for a day. Throws ALERT_NOT_FOUND, also for one that is resolved. */
export declare function acknowledgeAlert({ catalog, tenantId }: SystemParts, alertId: string, by: string): Promise<AlertView>;

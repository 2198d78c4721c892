import type { AlertView } from '../../contracts/system/index.ts';
export declare const ALERT_COLUMNS: readonly ["id", "type", "severity", "state", "message", "details", "config_id", "run_id", "count", "first_seen_at", "last_seen_at", "acknowledged_at", "resolved_at"];
export interface AlertRow {
    readonly id: string;
    readonly type: string;
    readonly severity: string;
    readonly state: string;
    readonly message: string;
    readonly details: Readonly<Record<string, unknown>>;
    readonly config_id: string | null;
    readonly run_id: string | null;
    readonly count: number;
    readonly first_seen_at: Date;
    readonly last_seen_at: Date;
    readonly acknowledged_at: Date | null;
    readonly resolved_at: Date | null;
}
export declare function alertView(row: AlertRow): AlertView;

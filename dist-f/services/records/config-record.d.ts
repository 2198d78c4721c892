/** A configuration as a signed record in the repository (docs/format/v1.md section 13). */
import type { RecordEntry } from '../../engine/index.ts';
export interface ConfigRecord {
    readonly tenantId: string;
    readonly name: string;
    readonly kind: string;
    readonly enabled: boolean;
    /** Canonical `ConfigSettings`. */
    readonly settings: unknown;
    /** Sealed under the control key, which stands in a record of its own. */
    readonly source: Buffer | null;
    readonly createdBy: string;
    readonly createdAt: string;
    readonly updatedAt: string;
}
export declare function configValue(config: ConfigRecord): Record<string, unknown>;
/** Throws DAMAGED. `document.value` is not null. */
export declare function parseConfigRecord({ document }: RecordEntry): ConfigRecord;

import type { SystemParts } from '../parts.ts';
/** Reads every stored byte once a week, counted from the first look: several workers over one database do it once. True when it was done now. */
export declare function verifyWhenDue(parts: SystemParts, { signal }?: {
    readonly signal?: AbortSignal;
}): Promise<boolean>;

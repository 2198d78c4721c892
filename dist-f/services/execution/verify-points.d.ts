import type { VerifyResult } from '../../engine/index.ts';
import type { SystemParts } from '../parts.ts';
/**
 * Reads every stored byte of the repository. Points whose data is all there and whole are proven (VERIFIED); those that damage hits fall back to BACKED_UP. Gives what
 * was found, and throws only what reading throws.
 */
export declare function verifyPoints({ catalog, repository }: Pick<SystemParts, 'catalog' | 'repository'>, { signal }?: {
    readonly signal?: AbortSignal;
}): Promise<VerifyResult>;

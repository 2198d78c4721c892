import type { SystemParts } from '../parts.ts';
export declare function repositoryBytes({ repository, log }: SystemParts): Promise<number | null>;

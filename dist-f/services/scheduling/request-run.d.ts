import { RunTrigger } from '../../contracts/system/index.ts';
import type { SystemParts } from '../parts.ts';
/** A run now, whatever the schedule says; a disabled configuration has one too. Gives its id once run and job are committed. Throws CONFIG_NOT_FOUND. */
export declare function requestRun(parts: SystemParts, { configId, by, trigger }: {
    readonly configId: string;
    readonly by: string;
    readonly trigger?: RunTrigger;
}): Promise<string>;

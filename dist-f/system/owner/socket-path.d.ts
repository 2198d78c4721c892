import { type OwnerLock } from '../../catalog/index.ts';
/** Chosen by the owner, who tells it beside its lock: another process may have another folder for temporary files. */
export declare function chooseSocketPath({ file }: OwnerLock): string;
/** Where the owner of this lock said that it listens. */
export declare function toldSocketPath(lockFile: string): string;

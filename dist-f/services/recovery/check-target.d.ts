import type { RepositoryLocation } from '../../storage/index.ts';
interface TargetUse {
    readonly location: Pick<RepositoryLocation, 'path'>;
    readonly deleteExtra: boolean;
}
/** Gives the absolute path. Throws TARGET_REFUSED saying why. */
export declare function checkTarget(targetPath: string, { location, deleteExtra }: TargetUse): Promise<string>;
export {};

/** A directory of the target that stays open until the last of its files has its own name: only then may its metadata be set. */
import type { TargetDirectory } from './target-directory.ts';
export declare class HeldDirectory {
    #private;
    readonly target: TargetDirectory;
    constructor(target: TargetDirectory);
    /** For a file that is being written. */
    hold(): void;
    release(): void;
    /** No more files come. `end` runs once, when none is being written any more: perhaps now. */
    close(end: () => void): void;
}

import { type DirectoryPage } from '../snapshot/index.ts';
export interface PreviousEntry {
    readonly page: DirectoryPage;
    readonly entry: number;
}
/** The same directory in each earlier tree. */
export declare class PreviousDirectories {
    #private;
    constructor(trees: ReadonlyArray<readonly DirectoryPage[]>);
    /** The entries of that name, the tree to be preferred first. Names come in ascending order. */
    find(name: string): readonly PreviousEntry[];
    /** The sub-directories of that device and inode, whatever their names: one that was renamed. */
    directoriesOf(identity: string): readonly PreviousEntry[];
}
/** Text of what could not be kept of an entry when it was stored. */
export declare function notKeptOf(previous: PreviousEntry): string | undefined;

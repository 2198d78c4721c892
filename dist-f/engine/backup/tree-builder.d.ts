import { type DirectoryResult, type EntryExtra, type OpenEntry } from './directory-result.ts';
import type { MetadataStore } from './metadata-store.ts';
interface Filled {
    readonly kind: number;
    readonly bytes: Uint8Array;
}
export declare class TreeNode {
    readonly path: string;
    readonly parent: TreeNode | undefined;
    /** What this node is in its parent. */
    readonly entry: OpenEntry | undefined;
    result: DirectoryResult | undefined;
    /** Open entries that are not filled yet. */
    waiting: number;
    readonly filled: Map<number, Filled>;
    readonly children: Set<TreeNode>;
    constructor(path: string, parent?: TreeNode, entry?: OpenEntry);
}
export declare class TreeBuilder {
    #private;
    constructor(store: MetadataStore);
    /** Takes the result of a directory. Returns the id of the root when the whole tree is done. */
    accept(node: TreeNode, result: DirectoryResult): Buffer | undefined;
    /** Fills in a big file; `extras` are added to its entry. */
    fillFile(node: TreeNode, entry: OpenEntry, content: {
        kind: number;
        bytes: Uint8Array;
        extras?: readonly EntryExtra[];
    }): Buffer | undefined;
    /** Fills in a directory whose inside was left out (another file system, unreadable). */
    leaveOut(node: TreeNode, entry: OpenEntry): Buffer | undefined;
    /** Seals what is known of an unfinished tree. What was not reached has no content (docs/format/v1.md section 11). */
    sealPartial(root: TreeNode): Buffer | undefined;
}
export {};

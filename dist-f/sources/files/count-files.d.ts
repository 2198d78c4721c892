export interface FileCount extends Disposable {
    /** Undefined until all was counted. */
    readonly files: number | undefined;
}
/** Starts counting. Folders that can't be read count nothing; dispose it to stop. Filters are not applied: it is an upper bound. */
export declare function countFiles(roots: readonly string[]): FileCount;

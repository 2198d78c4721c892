import { type SystemCalls } from '../../kernel/system-calls.ts';
export interface TargetOptions {
    readonly calls: SystemCalls;
    /** Replace something else of that name by a directory. */
    readonly mayReplace: boolean;
}
export declare class TargetDirectory implements Disposable {
    #private;
    readonly path: string;
    /** True when this run made it: nothing of another's is inside. */
    isNew: boolean;
    constructor(path: string, options: TargetOptions, below?: {
        parent: TargetDirectory;
        name: string;
    });
    /** True when the directory has been opened or made. */
    get isOpen(): boolean;
    child(name: string): TargetDirectory;
    /** Its descriptor; makes it and its parents if needed. Throws TARGET_REFUSED where something else stands in the way. */
    descriptor(): number;
    /** Its descriptor if it exists already; never makes anything. */
    existing(): number | undefined;
    [Symbol.dispose](): void;
}
/** Removes an entry and all below it, by descriptors, without following links. */
export declare function removeTree(calls: SystemCalls, directory: number, name: string): void;
/** Names in an open directory, one character a byte, sorted. */
export declare function namesIn(calls: SystemCalls, directory: number): string[];
/** The status of an entry itself, or undefined when it is absent. */
export declare function statusOf(calls: SystemCalls, directory: number, name: string): {
    mode: number;
    bytes: number;
    mtimeSeconds: number;
    mtimeNanoseconds: number;
} | undefined;

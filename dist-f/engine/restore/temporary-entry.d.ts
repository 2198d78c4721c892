import type { SystemCalls } from '../../kernel/system-calls.ts';
import type { DirectoryPage } from '../snapshot/index.ts';
/** One that this process has not used yet; another of the same number, long gone or beside it in a container, had other random digits. */
export declare function temporaryName(): string;
/** True for what a process of this machine left that is gone; with `ofAll` also for what another machine left, which can't be looked up. */
export declare function isLeftover(name: string, { ofAll }: {
    readonly ofAll: boolean;
}): boolean;
/** Gives an entry its own name. A directory in the way of a file goes only when it is empty: deleting a tree is never a side effect. */
export declare function putInPlace(calls: SystemCalls, directory: number, entry: {
    readonly temporary: string;
    readonly name: string;
    readonly isReplacing: boolean;
}): void;
/** Makes a link, a device, a pipe or a socket. */
export declare function makeSpecial(calls: SystemCalls, { page, entry }: {
    readonly page: DirectoryPage;
    readonly entry: number;
}, at: {
    readonly directory: number;
    readonly name: string;
}): void;

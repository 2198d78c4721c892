import { BackupError } from '../../kernel/backup-error.ts';
import type { BlobReader } from '../repository/index.ts';
import { type DirectoryPage } from './directory-page.ts';
export interface WalkedPage {
    /** Of the directory, one character a byte; "/" for the root. */
    readonly path: string;
    readonly page: DirectoryPage;
}
export interface WalkOptions {
    readonly signal?: AbortSignal;
    /** Asked for each metadata blob before it is read; false leaves it and all below it out. */
    readonly enter?: (id: Uint8Array) => boolean;
    /** Asked for each sub-directory by path; false leaves it out. */
    readonly into?: (path: string) => boolean;
    /** Told of a directory that can't be read; without it the walk throws. */
    readonly onDamage?: (path: string, error: BackupError) => void;
}
export declare function childPath(directory: string, name: string): string;
/** The pages of one directory. A page of a wide one that can't be read is an error at the end, after all that can. */
export declare function pagesOfDirectory(reader: BlobReader, id: Uint8Array, options?: WalkOptions): AsyncGenerator<DirectoryPage>;
/** Every page of every directory below `root` (a directory blob), depth first. */
export declare function walkTree(reader: BlobReader, root: Uint8Array, options?: WalkOptions & {
    readonly path?: string;
}): AsyncGenerator<WalkedPage>;
interface PageVisitor extends Pick<WalkOptions, 'signal' | 'enter'> {
    /** The page is valid until the call is over. Gives a promise only when it has to wait. */
    readonly visit: (page: DirectoryPage) => Promise<void> | undefined;
}
/** The same pages for a visitor that asks for no paths. No promise is made where none is needed: thousands of pages would make garbage faster than it is collected. */
export declare function visitPages(reader: BlobReader, root: Uint8Array, { signal, enter, visit }: PageVisitor): Promise<void>;
export {};

/** Collects what the entries of one directory hold, entry by entry, and cuts it into pages at the end. */
import type { EntryColumns } from '../../contracts/index.ts';
import type { EntryExtra, OpenEntry, PageDraft } from './directory-result.ts';
export type OpenedEntry = Omit<OpenEntry, 'page'>;
export declare class PageCollector {
    #private;
    readonly extras: EntryExtra[];
    readonly open: OpenedEntry[];
    clear(): void;
    /** The number that the next kept entry will have. */
    get next(): number;
    /** Keeps the listed entry `entry` with its content. */
    keep(entry: number, kind: number, content: Uint8Array): void;
    extra(type: number, bytes: Uint8Array): void;
    /** The pages, and the open entries by page. Leaves `columns` with the kept entries only. */
    pages(columns: EntryColumns): {
        pages: PageDraft[];
        open: OpenEntry[];
    };
}

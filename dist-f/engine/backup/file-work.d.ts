/** Stores files that fit the lane's arena: read at once, cut, hashed, stored. */
import type { EntryColumns } from '../../contracts/index.ts';
import type { EntryAccess } from '../../sources/index.ts';
import { type FileContent } from '../snapshot/index.ts';
import type { Lane } from './lane.ts';
export declare class FileWork {
    #private;
    constructor(lane: Lane, access: EntryAccess);
    /** The content of a hard link whose file this lane has stored already. */
    linkedContent(columns: EntryColumns, entry: number): FileContent | undefined;
    /** Stores an open file. When it is not as it was listed, its size column becomes what was read. `timed` calls what it is given, once. */
    store(descriptor: number, { columns, entry }: {
        readonly columns: EntryColumns;
        readonly entry: number;
    }, timed: (read: () => number) => number): {
        content: FileContent;
        isAsListed: boolean;
    };
}

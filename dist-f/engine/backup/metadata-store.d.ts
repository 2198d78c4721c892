/** Stores directory blobs: hashes them, leaves out what is known, collects the rest in metadata packs. Main thread only. */
import { type LookupIds } from '../crypto/index.ts';
import type { BlobTable } from '../index/index.ts';
import type { PackWriter } from '../pack/index.ts';
export declare class MetadataStore {
    #private;
    bytesAdded: number;
    blobsAdded: number;
    /** The writer, with its buffers and its compressor, is opened at the first new blob: a run that finds nothing changed has none. */
    constructor(table: BlobTable, openWriter: () => PackWriter, lookupIds: LookupIds);
    /** Returns the blob's id. The bytes are copied if they are kept. */
    store(bytes: Uint8Array): Buffer;
    finish(): void;
    discard(): void;
}

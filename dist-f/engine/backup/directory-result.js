/** What a lane says of one directory. Plain data: it crosses from a worker by structured clone. */
/** Content kind of an entry that the run still has to fill in; never stored. */
export const CONTENT_OPEN = 255;
export function emptyCounters() {
    return { filesNew: 0, filesChanged: 0, filesUnmodified: 0, filesFiltered: 0, bytesProcessed: 0 };
}
export function addCounters(total, part) {
    total.filesNew += part.filesNew;
    total.filesChanged += part.filesChanged;
    total.filesUnmodified += part.filesUnmodified;
    total.filesFiltered += part.filesFiltered;
    total.bytesProcessed += part.bytesProcessed;
}

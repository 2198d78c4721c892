import { packKey } from "../repository/index.js";
/** Stored bytes by pack name. */
export async function storedPacks(repository) {
    const sizes = new Map();
    for await (const { key, bytes } of repository.store.list('packs/'))
        sizes.set(key.slice(-64), bytes);
    return sizes;
}
export function tasksOf(repository, index, facts) {
    const age = (name) => facts.lastVerified.get(name) ?? 0;
    const present = index.packs.filter(({ name }) => facts.sizes.has(name)).sort((a, b) => age(a.name) - age(b.name) || b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
    return present.map(({ name, bytes, entryFrom, blobCount, segmentFrom, segmentCount }) => ({
        path: repository.store.localPath(packKey(name)) ?? '', name, bytes, entryFrom, blobCount, sealedBytes: Uint32Array.from({ length: segmentCount }, (_, i) => index.placeOfSegment(segmentFrom + i).sealedBytes),
    }));
}
/** What a number of bytes is spent on: the longest unread first, whatever it holds. Of packs that were never read those of `first` come before those of `second`. */
export function tasksWithin(tasks, bytes, lastVerified) {
    const age = ({ name }) => lastVerified.get(name) ?? 0;
    let left = bytes;
    const taken = [...tasks.first, ...tasks.second].sort((a, b) => age(a) - age(b)).filter((task) => {
        const isTaken = left > 0;
        left -= task.bytes;
        return isTaken;
    });
    return new Set(taken);
}
export function setupOf({ keys }, index) {
    return { repositoryId: keys.repositoryId, masters: keys.bundle.masters, idKey: keys.idKey.key, table: index.table.memory };
}

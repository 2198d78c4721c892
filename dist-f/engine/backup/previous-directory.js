import { FileType } from "../../contracts/index.js";
import { ContentKind, ExtraType } from "../snapshot/index.js";
/** A directory of one earlier tree, asked for names in ascending order. */
class PreviousDirectory {
    pages;
    #page = 0;
    #entry = 0;
    constructor(pages) {
        this.pages = pages;
    }
    find(name) {
        for (; this.#page < this.pages.length; this.#page += 1, this.#entry = 0) {
            const page = this.pages[this.#page];
            const names = page.columns.names;
            while (this.#entry < page.count && names[this.#entry] < name)
                this.#entry += 1;
            if (this.#entry < page.count)
                return names[this.#entry] === name ? { page, entry: this.#entry } : undefined;
        }
        return undefined;
    }
}
const NONE = [];
/** The same directory in each earlier tree. */
export class PreviousDirectories {
    #directories;
    #byIdentity;
    constructor(trees) {
        this.#directories = trees.map((pages) => new PreviousDirectory(pages));
    }
    /** The entries of that name, the tree to be preferred first. Names come in ascending order. */
    find(name) {
        let found = NONE;
        for (const directory of this.#directories) {
            const entry = directory.find(name);
            if (entry)
                found = [...found, entry];
        }
        return found;
    }
    /** The sub-directories of that device and inode, whatever their names: one that was renamed. */
    directoriesOf(identity) {
        this.#byIdentity ??= byIdentity(this.#directories);
        return this.#byIdentity.get(identity) ?? NONE;
    }
}
function byIdentity(directories) {
    const found = new Map();
    for (const page of directories.flatMap(({ pages }) => pages)) {
        for (let entry = 0; entry < page.count; entry += 1) {
            if (page.columns.type(entry) !== FileType.DIRECTORY || page.kinds[entry] !== ContentKind.ONE)
                continue;
            const identity = page.columns.identity(entry);
            found.set(identity, [...(found.get(identity) ?? NONE), { page, entry }]);
        }
    }
    return found;
}
/** Text of what could not be kept of an entry when it was stored. */
export function notKeptOf(previous) {
    const bytes = previous.page.extra(previous.entry, ExtraType.NOT_KEPT);
    return bytes && Buffer.from(bytes).toString('utf8');
}

/** Walks the directories of a snapshot, parents before children, in name order. */
import { FileType } from "../../contracts/index.js";
import { throwIfAborted } from "../../kernel/abort.js";
import { BackupError, isBackupError } from "../../kernel/backup-error.js";
import { damageOf } from "./chunk-list.js";
import { BlobKind, ContentKind, decodePage } from "./directory-page.js";
import { decodeSplit } from "./directory-split.js";
const DEPTH_MAX = 20_000;
const FRAMES_MAX = 1_000_000;
export function childPath(directory, name) {
    return directory === '/' ? `/${name}` : `${directory}/${name}`;
}
/** The pages of one directory. A page of a wide one that can't be read is an error at the end, after all that can. */
export async function* pagesOfDirectory(reader, id, options = {}) {
    if (options.enter?.(id) === false)
        return;
    const blob = Uint8Array.from(reader.readSync(id) ?? (await reader.read(id, options.signal)));
    if (blob[0] !== BlobKind.SPLIT) {
        yield decodePage(blob);
        return;
    }
    let failure;
    for (const { id: pageId } of decodeSplit(blob)) {
        if (options.enter?.(pageId) === false)
            continue;
        const page = await readPage(reader, pageId, options.signal).catch((error) => {
            failure ??= damageOf(error);
        });
        if (page)
            yield page;
    }
    if (failure)
        throw failure;
}
async function readPage(reader, id, signal) {
    return decodePage(Uint8Array.from(reader.readSync(id) ?? (await reader.read(id, signal))));
}
/** Every page of every directory below `root` (a directory blob), depth first. */
export async function* walkTree(reader, root, options = {}) {
    const stack = [{ path: options.path ?? '/', id: root }];
    for (let frame = stack.pop(); frame; frame = stack.pop()) {
        throwIfAborted(options.signal);
        const children = [];
        try {
            for await (const page of pagesOfDirectory(reader, frame.id, options)) {
                yield { path: frame.path, page };
                collectChildren(frame.path, page, { into: options.into, children });
            }
        }
        catch (error) {
            if (!options.onDamage || !isBackupError(error) || (error.code !== 'DAMAGED' && error.code !== 'NOT_FOUND'))
                throw error;
            options.onDamage(frame.path, error);
        }
        if (stack.length + children.length > FRAMES_MAX || frame.path.split('/').length > DEPTH_MAX)
            throw tooDeep();
        for (const child of children.reverse())
            stack.push(child);
    }
}
/** The same pages for a visitor that asks for no paths. No promise is made where none is needed: thousands of pages would make garbage faster than it is collected. */
export async function visitPages(reader, root, { signal, enter, visit }) {
    const stack = [{ id: root, depth: 0 }];
    for (let frame = stack.pop(); frame; frame = stack.pop()) {
        throwIfAborted(signal);
        if (enter?.(frame.id) === false)
            continue;
        const blob = Uint8Array.from(reader.readSync(frame.id) ?? (await reader.read(frame.id, signal)));
        const page = blob[0] === BlobKind.SPLIT ? undefined : decodePage(blob);
        const below = page ? { ids: directoriesOf(page), depth: frame.depth + 1 } : { ids: decodeSplit(blob).map(({ id }) => id), depth: frame.depth };
        const waits = page && visit(page);
        if (waits)
            await waits;
        if (stack.length + below.ids.length > FRAMES_MAX || below.depth > DEPTH_MAX)
            throw tooDeep();
        for (const id of below.ids.reverse())
            stack.push({ id, depth: below.depth });
    }
}
function directoriesOf(page) {
    const ids = [];
    for (let entry = 0; entry < page.count; entry += 1) {
        if (page.columns.type(entry) === FileType.DIRECTORY && page.kinds[entry] === ContentKind.ONE)
            ids.push(Uint8Array.from(page.contentOf(entry)));
    }
    return ids;
}
function tooDeep() {
    return new BackupError('DAMAGED', 'A tree is deeper than any file system.', { context: { object: 'tree' } });
}
function collectChildren(path, page, parts) {
    for (let entry = 0; entry < page.count; entry += 1) {
        if (page.columns.type(entry) !== FileType.DIRECTORY || page.kinds[entry] !== ContentKind.ONE)
            continue;
        const below = childPath(path, page.columns.names[entry]);
        if (parts.into?.(below) !== false)
            parts.children.push({ path: below, id: Uint8Array.from(page.contentOf(entry)) });
    }
}

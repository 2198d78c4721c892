/** Opening what a listing named, by descriptor and name, so that no link or rename can lead elsewhere; by path only where system calls are missing. */
import fs from 'node:fs';
import { Column, FileType } from "../../contracts/index.js";
import { systemCode } from "../../kernel/backup-error.js";
import { STATX_BYTES, StatxOffset, SystemCallError, systemCalls } from "../../kernel/system-calls.js";
const { O_RDONLY, O_NOFOLLOW, O_DIRECTORY, O_NONBLOCK, O_NOATIME } = fs.constants;
const O_CLOEXEC = 0o2000000;
const FILE_FLAGS = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
const DIRECTORY_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
/** Access for this platform and thread. */
export function createEntryAccess(calls = systemCalls()) {
    return calls ? new SystemCallAccess(calls) : new PortableAccess();
}
class SystemCallAccess {
    missing = '';
    #calls;
    #status = Buffer.alloc(STATX_BYTES);
    #words = new Uint32Array(this.#status.buffer, this.#status.byteOffset, STATX_BYTES / 4);
    #fileFlags = FILE_FLAGS | O_NOATIME;
    constructor(calls) {
        this.#calls = calls;
    }
    openRoot(path) {
        return fs.openSync(Buffer.from(path, 'latin1'), O_RDONLY | O_DIRECTORY);
    }
    openDirectory(parent, name) {
        return this.#calls.openat(parent.descriptor, name, DIRECTORY_FLAGS);
    }
    openFile(parent, name) {
        try {
            return this.#calls.openat(parent.descriptor, name, this.#fileFlags);
        }
        catch (error) {
            // Only the owner or root may ask for O_NOATIME; the next files are likely somebody else's too.
            if (systemCode(error) !== 'EPERM' || this.#fileFlags === FILE_FLAGS)
                throw error;
            this.#fileFlags = FILE_FLAGS;
            return this.#calls.openat(parent.descriptor, name, FILE_FLAGS);
        }
    }
    willRead(descriptor, bytes) {
        this.#calls.willRead(descriptor, bytes);
    }
    isAsListed(descriptor, columns, entry) {
        this.#calls.fstatx(descriptor, this.#status);
        const words = this.#words;
        const values = columns.values;
        return (words[StatxOffset.SIZE / 4] === values[Column.SIZE_LOW][entry] &&
            words[StatxOffset.SIZE / 4 + 1] === values[Column.SIZE_HIGH][entry] &&
            words[StatxOffset.MTIME_SECONDS / 4] === values[Column.MTIME_LOW][entry] &&
            words[StatxOffset.MTIME_NANOSECONDS / 4] === values[Column.MTIME_NANOSECONDS][entry] &&
            words[StatxOffset.CTIME_SECONDS / 4] === values[Column.CTIME_LOW][entry] &&
            words[StatxOffset.CTIME_NANOSECONDS / 4] === values[Column.CTIME_NANOSECONDS][entry] &&
            words[StatxOffset.INODE / 4] === values[Column.INODE_LOW][entry]);
    }
    checkIdentity(descriptor, columns, entry) {
        this.#calls.fstatx(descriptor, this.#status);
        const isSame = this.#words[StatxOffset.INODE / 4] === columns.values[Column.INODE_LOW][entry] && (this.#words[StatxOffset.MODE / 4] & 0o170000) === FileType.FILE;
        if (!isSame)
            throw new SystemCallError('open', 116);
    }
    readLink(parent, name) {
        return this.#calls.readlinkat(parent.descriptor, name);
    }
    attributesOfFile(descriptor) {
        return collect(() => this.#calls.flistxattr(descriptor), (name) => this.#calls.fgetxattr(descriptor, name));
    }
    attributesOfEntry(parent, name) {
        return collect(() => this.#calls.llistxattr(parent.descriptor, name), (attribute) => this.#calls.lgetxattr(parent.descriptor, name, attribute));
    }
    extents(descriptor, bytes) {
        const extents = [];
        for (let at = 0; at < bytes;) {
            const from = this.#calls.nextData(descriptor, at);
            if (from === undefined || from >= bytes)
                break;
            const to = Math.min(bytes, this.#calls.nextHole(descriptor, from));
            extents.push({ from, to });
            at = to;
        }
        return extents;
    }
}
const NO_ATTRIBUTES = { attributes: [], failed: [] };
function collect(list, read) {
    let names;
    try {
        names = list();
    }
    catch (error) {
        return { attributes: [], failed: [`extended attributes (${systemCode(error) ?? 'unknown'})`] };
    }
    if (names.length === 0)
        return NO_ATTRIBUTES;
    const attributes = [];
    const failed = [];
    for (const name of names) {
        try {
            attributes.push({ name, value: read(name) });
        }
        catch (error) {
            failed.push(`${name} (${systemCode(error) ?? 'unknown'})`);
        }
    }
    return { attributes, failed };
}
class PortableAccess {
    missing = 'extended attributes, holes';
    openRoot(path) {
        return fs.openSync(Buffer.from(path, 'latin1'), O_RDONLY | O_DIRECTORY);
    }
    openDirectory(parent, name) {
        return fs.openSync(pathOf(parent, name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    }
    openFile(parent, name) {
        return fs.openSync(pathOf(parent, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    }
    willRead() { }
    isAsListed(descriptor, columns, entry) {
        const stat = fs.fstatSync(descriptor, { bigint: true });
        return stat.size === BigInt(columns.size(entry)) && stat.mtimeNs === BigInt(columns.mtimeSeconds(entry)) * 1000000000n + BigInt(columns.mtimeNanoseconds(entry));
    }
    checkIdentity(descriptor, columns, entry) {
        const stat = fs.fstatSync(descriptor, { bigint: true });
        if (!stat.isFile() || Number(stat.ino & 0xffffffffn) !== columns.values[Column.INODE_LOW][entry])
            throw new SystemCallError('open', 116);
    }
    readLink(parent, name) {
        return fs.readlinkSync(pathOf(parent, name), { encoding: 'buffer' });
    }
    attributesOfFile() {
        return NO_ATTRIBUTES;
    }
    attributesOfEntry() {
        return NO_ATTRIBUTES;
    }
    extents(_descriptor, bytes) {
        return bytes === 0 ? [] : [{ from: 0, to: bytes }];
    }
}
/** Node's types leave Buffers out of some path parameters that take them. */
function pathOf(parent, name) {
    return Buffer.from(`${parent.path === '/' ? '' : parent.path}/${name}`, 'latin1');
}

/**
 * The exported log (docs/audit.md): JSON lines that anybody can check with sha256sum. Writing and checking need neither database nor key, so this file
 * loads neither.
 */
import { BackupError } from "../../kernel/backup-error.js";
import { AuditFault, ChainWalk, HASH_BYTES } from "./chain.js";
const FORMAT = 'neonpro-backup-audit';
const VERSION = 1;
export function headerLine({ tenant, from, to, previous, hash }) {
    return JSON.stringify({ format: FORMAT, v: VERSION, tenant, from, to, previous, hash });
}
/** The entry's canonical bytes stand at the end as they are: cut them out and hash them. */
export function entryLine({ sequence, hash, entry }) {
    return `{"sequence":${sequence},"hash":"${Buffer.from(hash).toString('hex')}","entry":${Buffer.from(entry).toString('utf8')}}`;
}
const ENTRY_LINE = /^\{"sequence":(\d{1,16}),"hash":"([0-9a-f]{64})","entry":(.*)\}$/s;
/**
 * Checks an exported log line by line. What is found is a problem; throws DAMAGED only for a file that is no export, FORMAT_TOO_NEW for one of a later version.
 * A file can't prove that nothing came after it: compare `head` with `audit verify`, or with a later export.
 */
export async function verifyExport(lines) {
    let header;
    let walk;
    let entries = 0;
    for await (const line of lines) {
        if (line === '')
            continue;
        if (!header || !walk) {
            header = parseHeader(line);
            walk = new ChainWalk({ sequence: header.from - 1, hash: Buffer.from(header.previous, 'hex') }, header.tenant);
            continue;
        }
        entries += 1;
        takeLine(walk, line);
    }
    if (!header || !walk)
        throw new BackupError('DAMAGED', 'The file holds no exported audit log.', { context: { object: 'audit export' } });
    const problems = [...walk.problems, ...endProblems(walk, header)];
    return { isIntact: problems.length === 0, tenant: header.tenant, from: header.from, to: header.to, entries, head: walk.head.hash.toString('hex'), problems };
}
function takeLine(walk, line) {
    const [, sequence, hash, entry] = ENTRY_LINE.exec(line) ?? [];
    if (sequence === undefined || hash === undefined || entry === undefined)
        walk.problems.push({ sequence: walk.head.sequence + 1, what: AuditFault.FOREIGN });
    else
        walk.take({ sequence: Number(sequence), hash: Buffer.from(hash, 'hex'), entry: Buffer.from(entry, 'utf8') });
}
function endProblems(walk, { to, hash }) {
    const { head } = walk;
    if (head.sequence < to)
        return [{ sequence: head.sequence + 1, what: AuditFault.TAIL_REMOVED }];
    if (head.sequence > to)
        return [{ sequence: to + 1, what: AuditFault.INSERTED }];
    return head.hash.toString('hex') === hash ? [] : [{ sequence: to, what: AuditFault.HEAD_DIFFERS }];
}
function parseHeader(line) {
    const header = jsonObject(line);
    const { format, v, tenant, from, to, previous, hash } = header;
    if (format === FORMAT && typeof v === 'number' && v > VERSION)
        throw new BackupError('FORMAT_TOO_NEW', 'The exported log has a newer version.', { context: { version: v } });
    const isHash = (text) => typeof text === 'string' && /^[0-9a-f]+$/.test(text) && text.length === HASH_BYTES * 2;
    if (format === FORMAT && v === VERSION && typeof tenant === 'string' && isCount(from) && isCount(to) && isHash(previous) && isHash(hash))
        return { tenant, from, to, previous, hash };
    throw new BackupError('DAMAGED', 'The file does not begin as an exported audit log.', { context: { object: 'audit export' } });
}
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
function jsonObject(line) {
    try {
        return JSON.parse(line) ?? {};
    }
    catch {
        return {};
    }
}

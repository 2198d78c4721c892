var __addDisposableResource = (this && this.__addDisposableResource) || function (env, value, async) {
    if (value !== null && value !== void 0) {
        if (typeof value !== "object" && typeof value !== "function") throw new TypeError("Object expected.");
        var dispose, inner;
        if (async) {
            if (!Symbol.asyncDispose) throw new TypeError("Symbol.asyncDispose is not defined.");
            dispose = value[Symbol.asyncDispose];
        }
        if (dispose === void 0) {
            if (!Symbol.dispose) throw new TypeError("Symbol.dispose is not defined.");
            dispose = value[Symbol.dispose];
            if (async) inner = dispose;
        }
        if (typeof dispose !== "function") throw new TypeError("Object not disposable.");
        if (inner) dispose = function() { try { inner.call(this); } catch (e) { return Promise.reject(e); } };
        env.stack.push({ value: value, dispose: dispose, async: async });
    }
    else if (async) {
        env.stack.push({ async: true });
    }
    return value;
};
var __disposeResources = (this && this.__disposeResources) || (function (SuppressedError) {
    return function (env) {
        function fail(e) {
            env.error = env.hasError ? new SuppressedError(e, env.error, "An error was suppressed during disposal.") : e;
            env.hasError = true;
        }
        var r, s = 0;
        function next() {
            while (r = env.stack.pop()) {
                try {
                    if (!r.async && s === 1) return s = 0, env.stack.push(r), Promise.resolve().then(next);
                    if (r.dispose) {
                        var result = r.dispose.call(r.value);
                        if (r.async) return s |= 2, Promise.resolve(result).then(next, function(e) { fail(e); return next(); });
                    }
                    else s |= 1;
                }
                catch (e) {
                    fail(e);
                }
            }
            if (s === 1) return env.hasError ? Promise.reject(env.error) : Promise.resolve();
            if (env.hasError) throw env.error;
        }
        return next();
    };
})(typeof SuppressedError === "function" ? SuppressedError : function (error, suppressed, message) {
    var e = new Error(message);
    return e.name = "SuppressedError", e.error = error, e.suppressed = suppressed, e;
});
/**
 * Closes stretches of the log: what is in the repository, signed, survives the database and whoever can write to it. A stretch is given its number
 * and its bounds in the database first, so that a repetition after a crash, or by a second process, writes the same record again.
 */
import { GENESIS } from "./chain.js";
import { putRecord } from "../../engine/index.js";
import { isoTime, nowMs } from "../../kernel/clock.js";
import { recordControlKey } from "../control-key/index.js";
import { readEntries, readHead } from "./entries.js";
import { segmentSubject, segmentValue } from "./segment-record.js";
/** Of one record: what a reader of the history has to read is bounded. */
const SEGMENT_ENTRIES_MAX = 2000;
const SEGMENT_BYTES_MAX = 512 * 1024;
/** In `audit_segments.record` until the record is in the repository. */
const PENDING = '';
/**
 * Writes every entry that no segment holds yet into the repository. Answers how many entries were closed; opens no repository when there are none.
 * Throws what opening and writing throw: nothing is lost, the next call goes on.
 */
export async function closeAuditSegments(parts, options = {}) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const { signal } = options;
        if (!(await isDue(parts, options.olderThanMs ?? 0)))
            return 0;
        if (options.repository)
            return await closeInto(parts, options.repository, signal);
        const repository = __addDisposableResource(env_1, await parts.repository.open(signal), true);
        return await closeInto(parts, repository, signal);
    }
    catch (e_1) {
        env_1.error = e_1;
        env_1.hasError = true;
    }
    finally {
        const result_1 = __disposeResources(env_1);
        if (result_1)
            await result_1;
    }
}
async function isDue({ catalog, tenantId }, olderThanMs) {
    const pending = await catalog.db.selectFrom('audit_segments').select('number').where('tenant_id', '=', tenantId).where('record', '=', PENDING).limit(1).executeTakeFirst();
    if (pending)
        return true;
    const last = await lastSegment(catalog.db, tenantId);
    const oldest = await catalog.db.selectFrom('audit_entries').select('at').where('tenant_id', '=', tenantId).where('sequence', '=', last.to + 1).executeTakeFirst();
    return oldest !== undefined && oldest.at.getTime() <= nowMs() - olderThanMs;
}
async function closeInto(parts, repository, signal) {
    await recordControlKey(parts, repository, signal);
    let closed = 0;
    for (const segment of await pendingSegments(parts))
        closed += await writeSegment(parts, repository, { segment, signal });
    for (;;) {
        const segment = await parts.catalog.transaction((tx) => reserve(tx, parts.tenantId));
        if (!segment)
            return closed;
        closed += await writeSegment(parts, repository, { segment, signal });
    }
}
async function pendingSegments({ catalog, tenantId }) {
    return await catalog.db.selectFrom('audit_segments').select(['number', 'from_sequence as from', 'to_sequence as to']).where('tenant_id', '=', tenantId).where('record', '=', PENDING).orderBy('number').execute();
}
async function lastSegment(db, tenantId) {
    const last = await db.selectFrom('audit_segments').select(['number', 'to_sequence as to']).where('tenant_id', '=', tenantId).orderBy('number', 'desc').limit(1).executeTakeFirst();
    return last ?? { number: 0, to: 0 };
}
/** Takes the next stretch. The head's lock lets one process at a time do so. */
async function reserve(tx, tenantId) {
    await tx.selectFrom('audit_heads').select('sequence').where('tenant_id', '=', tenantId).forUpdate().execute();
    const last = await lastSegment(tx, tenantId);
    const head = await readHead(tx, tenantId);
    if (!head || head.sequence <= last.to)
        return undefined;
    let bytes = 0;
    let end;
    for await (const { sequence, hash, entry } of readEntries(tx, { tenantId, after: last.to, to: last.to + SEGMENT_ENTRIES_MAX })) {
        bytes += entry.length;
        if (end && bytes > SEGMENT_BYTES_MAX)
            break;
        end = { sequence, hash };
    }
    if (!end)
        return undefined;
    const bounds = { number: last.number + 1, from: last.to + 1, to: end.sequence };
    await tx.insertInto('audit_segments').values({ tenant_id: tenantId, number: bounds.number, from_sequence: bounds.from, to_sequence: bounds.to, hash: end.hash, record: PENDING }).execute();
    return bounds;
}
async function writeSegment(parts, repository, { segment, signal }) {
    const { catalog, tenantId } = parts;
    const rows = [];
    for await (const row of readEntries(catalog.db, { tenantId, after: segment.from - 1, to: segment.to }))
        rows.push(row);
    const value = segmentValue({ ...segment, previous: rows[0]?.previous ?? GENESIS, hash: rows.at(-1)?.hash ?? GENESIS, entries: rows.map(({ entry }) => entry.toString('utf8')) });
    const record = await putRecord(repository, { record: 'audit', subject: segmentSubject(tenantId, segment.number), generation: 1, at: isoTime(nowMs()), by: 'system', value }, signal);
    // A second process may have written the same stretch: the first record that is entered counts, the other is a copy.
    await catalog.db.updateTable('audit_segments').set({ record, closed_at: new Date(nowMs()) }).where('tenant_id', '=', tenantId).where('number', '=', segment.number).where('record', '=', PENDING).execute();
    return rows.length;
}

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
import { readRecords, RecordFolder } from "../../engine/index.js";
import { canonicalJson } from "./canonical-json.js";
import { AuditFault, ChainWalk, GENESIS } from "./chain.js";
import { readEntries, readHead } from "./entries.js";
import { hashesOf, segmentsOf } from "./segment-record.js";
/** Throws what opening the repository throws: a log that can't be compared is not called intact. */
export async function verifyAudit(parts, options = {}) {
    const known = await closedSegments(parts);
    const stored = await storedSegments(parts, options.signal);
    const problems = segmentProblems(known, stored, await closedSegments(parts));
    const compare = new SegmentComparison(stored.segments);
    const { walk, head } = await walkLog(parts, compare);
    problems.push(...walk.problems, ...headProblems(walk, head), ...compare.finish(walk.head.sequence));
    const found = unique(problems);
    return { isIntact: found.length === 0, entries: walk.head.sequence, head: walk.head.hash.toString('hex'), problems: found, segments: stored.segments.length };
}
async function closedSegments({ catalog, tenantId }) {
    const rows = await catalog.db.selectFrom('audit_segments').select(['number', 'to_sequence as to', 'hash', 'record']).where('tenant_id', '=', tenantId).orderBy('number').execute();
    return rows;
}
async function storedSegments(parts, signal) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const repository = __addDisposableResource(env_1, await parts.repository.open(signal), true);
        return segmentsOf((await readRecords(repository, RecordFolder.AUDIT, signal)).entries, parts.tenantId);
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
/** `before` and `after` are what the database knows before and after the repository was read: another process may close one meanwhile. */
function segmentProblems(before, stored, after) {
    const problems = stored.damaged.map(() => ({ sequence: null, what: AuditFault.SEGMENT_DAMAGED }));
    for (const { number, to, hash, record } of before) {
        // Without a name it was being closed: it may not be in the repository yet.
        if (record === '')
            continue;
        const isThere = stored.segments.some((segment) => segment.number === number && segment.to === to && segment.hash.equals(hash));
        if (!isThere)
            problems.push({ sequence: to, what: AuditFault.SEGMENT_MISSING });
    }
    const numbers = new Set(after.map(({ number }) => number));
    for (const { number, to } of stored.segments)
        if (!numbers.has(number))
            problems.push({ sequence: to, what: AuditFault.SEGMENT_UNKNOWN });
    return problems;
}
/** Holds the log's entries against those of the segments, both in the order of their numbers. */
class SegmentComparison {
    #problems = [];
    #hashes = new Map();
    #last = 0;
    constructor(segments) {
        for (const segment of segments) {
            for (const [index, hash] of hashesOf(segment).entries()) {
                const sequence = segment.from + index;
                this.#hashes.set(sequence, [...(this.#hashes.get(sequence) ?? []), hash]);
                this.#last = Math.max(this.#last, sequence);
            }
        }
    }
    take({ sequence, hash }) {
        const kept = this.#hashes.get(sequence);
        if (kept?.some((each) => !each.equals(hash)))
            this.#problems.push({ sequence, what: AuditFault.SEGMENT_DIFFERS });
    }
    finish(lastInLog) {
        return this.#last > lastInLog ? [...this.#problems, { sequence: lastInLog + 1, what: AuditFault.SEGMENT_AHEAD }] : this.#problems;
    }
}
async function walkLog({ catalog, tenantId }, compare) {
    const walk = new ChainWalk({ sequence: 0, hash: GENESIS }, tenantId);
    let after = Number.MIN_SAFE_INTEGER;
    for (;;) {
        const from = walk.head.sequence;
        for await (const row of readEntries(catalog.db, { tenantId, after })) {
            walk.take(row);
            if (differsFromCopy(row))
                walk.problems.push({ sequence: row.sequence, what: AuditFault.COPY_DIFFERS });
            compare.take(row);
        }
        // The head is read after the entries: what was appended meanwhile is taken in the next round.
        const head = await readHead(catalog.db, tenantId);
        if (!head || head.sequence <= walk.head.sequence || walk.head.sequence === from)
            return { walk, head };
        after = walk.head.sequence;
    }
}
/** The columns beside an entry's bytes are for questions; they have to say the same. */
function differsFromCopy({ entry, entry_json: copy, at }) {
    try {
        const parsed = JSON.parse(entry.toString('utf8'));
        return canonicalJson(copy) !== canonicalJson(parsed) || Date.parse(String(parsed.at)) !== at.getTime();
    }
    catch {
        return true;
    }
}
function headProblems(walk, head) {
    const { sequence, hash } = walk.head;
    if (!head)
        return sequence === 0 ? [] : [{ sequence: null, what: AuditFault.HEAD_DIFFERS }];
    if (head.sequence > sequence)
        return [{ sequence: sequence + 1, what: AuditFault.TAIL_REMOVED }];
    if (head.sequence < sequence)
        return [{ sequence: head.sequence + 1, what: AuditFault.INSERTED }];
    return head.hash.equals(hash) ? [] : [{ sequence, what: AuditFault.HEAD_DIFFERS }];
}
function unique(problems) {
    const byText = new Map(problems.map((problem) => [`${problem.sequence} ${problem.what}`, problem]));
    return [...byText.values()].sort((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0));
}

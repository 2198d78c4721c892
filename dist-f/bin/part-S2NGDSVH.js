import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  invariant
} from "./part-R6C3JOCY.js";
import {
  BackupError
} from "./part-KOWYFHTZ.js";

// src/services/audit/chain.ts
import { createHash } from "node:crypto";

// node_modules/canonicalize/lib/canonicalize.js
function serializeString(value) {
  if (!value.isWellFormed()) {
    throw new Error("Lone surrogate is not allowed");
  }
  return JSON.stringify(value);
}
function serializePrimitive(value) {
  switch (typeof value) {
    case "number":
      if (isNaN(value)) {
        throw new Error("NaN is not allowed");
      }
      if (!isFinite(value)) {
        throw new Error("Infinity is not allowed");
      }
      return JSON.stringify(value);
    case "string":
      return serializeString(value);
    case "boolean":
      return value ? "true" : "false";
    default:
      return JSON.stringify(value);
  }
}
function enterValue(value, seen) {
  let wrappers = null;
  while (value !== null && typeof value === "object" && typeof value.toJSON === "function") {
    if (seen.has(value)) {
      throw new Error("Circular reference detected");
    }
    seen.add(value);
    (wrappers ??= []).push(value);
    value = value.toJSON();
  }
  if (value instanceof Number || value instanceof String || value instanceof Boolean) {
    value = value.valueOf();
  }
  if (value === null || typeof value !== "object") {
    if (wrappers !== null) {
      for (const wrapper of wrappers) seen.delete(wrapper);
    }
    return serializePrimitive(value);
  }
  if (seen.has(value)) {
    throw new Error("Circular reference detected");
  }
  seen.add(value);
  return {
    container: value,
    // null marks an array frame; object frames carry their sorted keys.
    // `sort()`'s default comparator orders by UTF-16 code unit, which is the
    // order JCS requires.
    keys: Array.isArray(value) ? null : Object.keys(value).sort(),
    // Next child to serialize; the frame resumes here after a nested
    // container's subtree completes.
    index: 0,
    // Whether no member has been emitted yet (controls comma placement).
    first: true,
    // toJSON wrappers to release from `seen` when this frame completes.
    wrappers
  };
}
function canonicalize(object) {
  if (object === null || typeof object !== "object") {
    return serializePrimitive(object);
  }
  const seen = /* @__PURE__ */ new Set();
  const root = enterValue(object, seen);
  if (typeof root !== "object") {
    return root;
  }
  let result = root.keys === null ? "[" : "{";
  const stack = [root];
  outer:
    while (stack.length > 0) {
      const frame = stack[stack.length - 1];
      const container = frame.container;
      if (frame.keys === null) {
        while (frame.index < container.length) {
          const i = frame.index++;
          if (i > 0) {
            result += ",";
          }
          const element = container[i];
          const value = element === void 0 || typeof element === "symbol" || typeof element === "function" ? null : element;
          if (value === null || typeof value !== "object") {
            result += serializePrimitive(value);
            continue;
          }
          const child = enterValue(value, seen);
          if (typeof child !== "object") {
            result += child === void 0 ? "null" : child;
            continue;
          }
          result += child.keys === null ? "[" : "{";
          stack.push(child);
          continue outer;
        }
        result += "]";
      } else {
        const keys = frame.keys;
        while (frame.index < keys.length) {
          const key = keys[frame.index++];
          const value = container[key];
          if (value === void 0 || typeof value === "symbol" || typeof value === "function") {
            continue;
          }
          if (value === null || typeof value !== "object") {
            if (frame.first) {
              frame.first = false;
            } else {
              result += ",";
            }
            result += serializeString(key) + ":" + serializePrimitive(value);
            continue;
          }
          const child = enterValue(value, seen);
          if (child === void 0) {
            continue;
          }
          if (frame.first) {
            frame.first = false;
          } else {
            result += ",";
          }
          result += serializeString(key) + ":";
          if (typeof child !== "object") {
            result += child;
            continue;
          }
          result += child.keys === null ? "[" : "{";
          stack.push(child);
          continue outer;
        }
        result += "}";
      }
      seen.delete(container);
      if (frame.wrappers !== null) {
        for (const wrapper of frame.wrappers) seen.delete(wrapper);
      }
      stack.pop();
    }
  return result;
}

// src/services/audit/canonical-json.ts
function canonicalJson(value) {
  const text = canonicalize(value);
  invariant(text !== void 0, "Only a JSON value has a canonical form.");
  return text;
}
function isCanonicalJson(text) {
  try {
    return canonicalJson(JSON.parse(text)) === text;
  } catch {
    return false;
  }
}

// src/services/audit/chain.ts
var HASH_BYTES = 32;
var GENESIS = Buffer.alloc(HASH_BYTES);
var AuditFault = {
  /** The entry's bytes are not those that were hashed. */
  EDITED: "EDITED",
  /** The entry does not follow the one before it. */
  CHAIN_BROKEN: "CHAIN_BROKEN",
  /** Numbers are missing. */
  REMOVED: "REMOVED",
  /** An entry stands where none can be: below 1, or behind the head. */
  INSERTED: "INSERTED",
  /** The newest entries are gone: the head knows more. */
  TAIL_REMOVED: "TAIL_REMOVED",
  /** There is no head, or it names another hash. */
  HEAD_DIFFERS: "HEAD_DIFFERS",
  /** No entry of this log: not canonical, of another version or of another tenant. */
  FOREIGN: "FOREIGN",
  /** The readable copy beside the entry says something else. */
  COPY_DIFFERS: "COPY_DIFFERS",
  /** A closed segment in the repository has another entry here. */
  SEGMENT_DIFFERS: "SEGMENT_DIFFERS",
  /** A closed segment in the repository has entries that the log lacks. */
  SEGMENT_AHEAD: "SEGMENT_AHEAD",
  /** A segment that was closed is not in the repository, or not as it was. */
  SEGMENT_MISSING: "SEGMENT_MISSING",
  /** The repository has a closed segment that the database does not know. */
  SEGMENT_UNKNOWN: "SEGMENT_UNKNOWN",
  /** A segment in the repository does not hold together. */
  SEGMENT_DAMAGED: "SEGMENT_DAMAGED"
};
function nextHash(previous, entry) {
  return createHash("sha256").update(previous).update(entry).digest();
}
function isEntry(entry, tenantId) {
  const text = Buffer.from(entry).toString("utf8");
  if (!isCanonicalJson(text)) return false;
  const { v, tenant } = JSON.parse(text) ?? {};
  return v === 1 && typeof tenant === "string" && (tenantId === void 0 || tenant === tenantId);
}
var ChainWalk = class {
  problems = [];
  #tenantId;
  #sequence;
  #hash;
  constructor(start, tenantId) {
    this.#sequence = start.sequence;
    this.#hash = Buffer.from(start.hash);
    this.#tenantId = tenantId;
  }
  /** The last entry that was taken. */
  get head() {
    return { sequence: this.#sequence, hash: this.#hash };
  }
  /** Entries in the order of their numbers. */
  take({ sequence, entry, hash, previous }) {
    const report = (what) => this.problems.push({ sequence, what });
    if (sequence <= this.#sequence) {
      report(AuditFault.INSERTED);
      return;
    }
    const before = previous ?? this.#hash;
    if (sequence > this.#sequence + 1) this.problems.push({ sequence: this.#sequence + 1, what: AuditFault.REMOVED });
    else if (Buffer.compare(before, this.#hash) !== 0) report(AuditFault.CHAIN_BROKEN);
    if (Buffer.compare(nextHash(before, entry), hash) !== 0) report(AuditFault.EDITED);
    if (!isEntry(entry, this.#tenantId)) report(AuditFault.FOREIGN);
    this.#sequence = sequence;
    this.#hash = Buffer.from(hash);
  }
};

// src/services/audit/export-file.ts
var FORMAT = "neonpro-backup-audit";
var VERSION = 1;
function headerLine({ tenant, from, to, previous, hash }) {
  return JSON.stringify({ format: FORMAT, v: VERSION, tenant, from, to, previous, hash });
}
function entryLine({ sequence, hash, entry }) {
  return `{"sequence":${sequence},"hash":"${Buffer.from(hash).toString("hex")}","entry":${Buffer.from(entry).toString("utf8")}}`;
}
var ENTRY_LINE = /^\{"sequence":(\d{1,16}),"hash":"([0-9a-f]{64})","entry":(.*)\}$/s;
async function verifyExport(lines) {
  let header;
  let walk;
  let entries = 0;
  for await (const line of lines) {
    if (line === "") continue;
    if (!header || !walk) {
      header = parseHeader(line);
      walk = new ChainWalk({ sequence: header.from - 1, hash: Buffer.from(header.previous, "hex") }, header.tenant);
      continue;
    }
    entries += 1;
    takeLine(walk, line);
  }
  if (!header || !walk) throw new BackupError("DAMAGED", "The file holds no exported audit log.", { context: { object: "audit export" } });
  const problems = [...walk.problems, ...endProblems(walk, header)];
  return { isIntact: problems.length === 0, tenant: header.tenant, from: header.from, to: header.to, entries, head: walk.head.hash.toString("hex"), problems };
}
function takeLine(walk, line) {
  const [, sequence, hash, entry] = ENTRY_LINE.exec(line) ?? [];
  if (sequence === void 0 || hash === void 0 || entry === void 0) walk.problems.push({ sequence: walk.head.sequence + 1, what: AuditFault.FOREIGN });
  else walk.take({ sequence: Number(sequence), hash: Buffer.from(hash, "hex"), entry: Buffer.from(entry, "utf8") });
}
function endProblems(walk, { to, hash }) {
  const { head } = walk;
  if (head.sequence < to) return [{ sequence: head.sequence + 1, what: AuditFault.TAIL_REMOVED }];
  if (head.sequence > to) return [{ sequence: to + 1, what: AuditFault.INSERTED }];
  return head.hash.toString("hex") === hash ? [] : [{ sequence: to, what: AuditFault.HEAD_DIFFERS }];
}
function parseHeader(line) {
  const header = jsonObject(line);
  const { format, v, tenant, from, to, previous, hash } = header;
  if (format === FORMAT && typeof v === "number" && v > VERSION) throw new BackupError("FORMAT_TOO_NEW", "The exported log has a newer version.", { context: { version: v } });
  const isHash = (text) => typeof text === "string" && /^[0-9a-f]+$/.test(text) && text.length === HASH_BYTES * 2;
  if (format === FORMAT && v === VERSION && typeof tenant === "string" && isCount(from) && isCount(to) && isHash(previous) && isHash(hash)) return { tenant, from, to, previous, hash };
  throw new BackupError("DAMAGED", "The file does not begin as an exported audit log.", { context: { object: "audit export" } });
}
var isCount = (value) => Number.isSafeInteger(value) && value >= 0;
function jsonObject(line) {
  try {
    return JSON.parse(line) ?? {};
  } catch {
    return {};
  }
}

export {
  canonicalJson,
  HASH_BYTES,
  GENESIS,
  AuditFault,
  nextHash,
  ChainWalk,
  headerLine,
  entryLine,
  verifyExport
};

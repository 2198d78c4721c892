import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  bootId,
  isProcessAlive,
  machineTag,
  makeDirectories,
  processStart
} from "./part-K2YNPRNH.js";
import {
  throwIfAborted
} from "./part-QRF3X5AE.js";
import {
  STATX_BYTES,
  StatxOffset,
  SystemCallError,
  systemCalls
} from "./part-E7CUHJHR.js";
import {
  InvariantViolation,
  invariant
} from "./part-R6C3JOCY.js";
import {
  COLUMN_COUNT,
  Column,
  EntryColumns,
  FileType,
  fileTypeOf
} from "./part-AUIKQE6Q.js";
import {
  isoTime,
  monotonicNs,
  nowMs
} from "./part-KY2D2ADW.js";
import {
  BackupError,
  isBackupError,
  systemCode
} from "./part-KOWYFHTZ.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/sources/files/count-files.ts
import fs from "node:fs/promises";
function countFiles(roots) {
  let files;
  let isStopped = false;
  const walk = async () => {
    const folders = [...roots];
    let counted = 0;
    for (let folder = folders.pop(); folder !== void 0 && !isStopped; folder = folders.pop()) {
      for (const entry of await fs.readdir(folder, { withFileTypes: true }).catch(() => [])) {
        if (entry.isDirectory()) folders.push(`${folder}/${entry.name}`);
        else if (entry.isFile()) counted += 1;
      }
    }
    if (!isStopped) files = counted;
  };
  void walk();
  return {
    get files() {
      return files;
    },
    [Symbol.dispose]: () => {
      isStopped = true;
    }
  };
}

// src/sources/files/directory-scanner.ts
import fs2 from "node:fs";
var RECORD_BUFFER_BYTES = 128 * 1024;
var RECORD_LENGTH_AT = 16;
var RECORD_NAME_AT = 19;
var ENOENT = 2;
function createDirectoryScanner(calls = systemCalls()) {
  return calls ? new SystemCallScanner(calls) : new PortableScanner();
}
var SystemCallScanner = class {
  #calls;
  #records = Buffer.allocUnsafeSlow(RECORD_BUFFER_BYTES);
  #status = Buffer.alloc(STATX_BYTES);
  #words;
  constructor(calls) {
    this.#calls = calls;
    this.#words = new Uint32Array(this.#status.buffer, this.#status.byteOffset, STATX_BYTES / 4);
  }
  scan(directory, into) {
    into.clear();
    this.#calls.rewind(directory.descriptor);
    const names = this.#names(directory.descriptor);
    into.reserve(names.length);
    const skips = [];
    for (const name of names) {
      const errno = this.#calls.statx(directory.descriptor, name, this.#status);
      if (errno === 0) this.#take(name, into);
      else if (errno !== ENOENT) skips.push({ name, reason: new SystemCallError("statx", errno).code });
    }
    return skips;
  }
  #names(descriptor) {
    const names = [];
    const records = this.#records;
    for (let bytes = this.#calls.getdents(descriptor, records); bytes > 0; bytes = this.#calls.getdents(descriptor, records)) {
      for (let at = 0; at < bytes; at += records.readUInt16LE(at + RECORD_LENGTH_AT)) {
        const from = at + RECORD_NAME_AT;
        const name = records.toString("latin1", from, records.indexOf(0, from));
        if (name !== "." && name !== "..") names.push(name);
      }
    }
    return names.sort();
  }
  #take(name, into) {
    const words2 = this.#words;
    const values = into.values;
    const entry = into.count;
    into.names[entry] = name;
    values[Column.MODE][entry] = words2[StatxOffset.MODE / 4] & 65535;
    values[Column.UID][entry] = words2[StatxOffset.UID / 4];
    values[Column.GID][entry] = words2[StatxOffset.GID / 4];
    values[Column.SIZE_LOW][entry] = words2[StatxOffset.SIZE / 4];
    values[Column.SIZE_HIGH][entry] = words2[StatxOffset.SIZE / 4 + 1];
    values[Column.MTIME_LOW][entry] = words2[StatxOffset.MTIME_SECONDS / 4];
    values[Column.MTIME_HIGH][entry] = words2[StatxOffset.MTIME_SECONDS / 4 + 1];
    values[Column.MTIME_NANOSECONDS][entry] = words2[StatxOffset.MTIME_NANOSECONDS / 4];
    values[Column.CTIME_LOW][entry] = words2[StatxOffset.CTIME_SECONDS / 4];
    values[Column.CTIME_HIGH][entry] = words2[StatxOffset.CTIME_SECONDS / 4 + 1];
    values[Column.CTIME_NANOSECONDS][entry] = words2[StatxOffset.CTIME_NANOSECONDS / 4];
    values[Column.INODE_LOW][entry] = words2[StatxOffset.INODE / 4];
    values[Column.INODE_HIGH][entry] = words2[StatxOffset.INODE / 4 + 1];
    values[Column.LINKS][entry] = words2[StatxOffset.LINKS / 4];
    values[Column.DEVICE_MAJOR][entry] = words2[StatxOffset.DEVICE_MAJOR / 4];
    values[Column.DEVICE_MINOR][entry] = words2[StatxOffset.DEVICE_MINOR / 4];
    into.rdevMajors[entry] = words2[StatxOffset.RDEV_MAJOR / 4];
    into.rdevMinors[entry] = words2[StatxOffset.RDEV_MINOR / 4];
    into.blocks[entry] = words2[StatxOffset.BLOCKS / 4];
    into.count += 1;
  }
};
var PortableScanner = class {
  scan(directory, into) {
    into.clear();
    const parent = Buffer.from(`${directory.path === "/" ? "" : directory.path}/`, "latin1");
    const names = fs2.readdirSync(Buffer.from(directory.path, "latin1"), { encoding: "buffer" }).map((name) => name.toString("latin1")).sort();
    into.reserve(names.length);
    const skips = [];
    for (const name of names) {
      try {
        takeStats(name, fs2.lstatSync(Buffer.concat([parent, Buffer.from(name, "latin1")]), { bigint: true }), into);
      } catch (error) {
        if (systemCode(error) !== "ENOENT") skips.push({ name, reason: systemCode(error) ?? "unknown" });
      }
    }
    return skips;
  }
};
var WORD = 0xffffffffn;
function takeStats(name, stats, into) {
  const entry = into.count;
  const second = 1000000000n;
  const mtime = floorDivide(stats.mtimeNs, second);
  const ctime = floorDivide(stats.ctimeNs, second);
  const fields = [
    stats.mode,
    stats.uid,
    stats.gid,
    stats.size,
    stats.size >> 32n,
    mtime,
    mtime >> 32n,
    stats.mtimeNs - mtime * second,
    ctime,
    ctime >> 32n,
    stats.ctimeNs - ctime * second,
    stats.ino,
    stats.ino >> 32n,
    stats.nlink,
    majorOf(stats.dev),
    minorOf(stats.dev)
  ];
  into.names[entry] = name;
  fields.forEach((value, column) => {
    into.values[column][entry] = Number(value & WORD);
  });
  into.rdevMajors[entry] = Number(majorOf(stats.rdev));
  into.rdevMinors[entry] = Number(minorOf(stats.rdev));
  into.blocks[entry] = Number(stats.blocks & WORD);
  into.count += 1;
}
function floorDivide(value, by) {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}
function majorOf(device) {
  return device >> 8n & 0xfffn | device >> 32n & ~0xfffn;
}
function minorOf(device) {
  return device & 0xffn | device >> 12n & ~0xffn & WORD;
}

// src/sources/files/glob.ts
var ALTERNATIVES_MAX = 256;
var SLASH = 47;
var GlobError = class extends Error {
};
var Glob = class {
  #alternatives;
  /** `atAnyDepth` lets folders stand before the pattern. Throws GlobError with what is wrong. */
  constructor(body, options) {
    const prefix = options.atAnyDepth ? [{ kind: "folders" }] : [];
    this.#alternatives = expand(body).map((each) => [...prefix, ...tokens(each)]);
  }
  /** The whole path has to match; one character a byte. */
  test(path4) {
    return this.#alternatives.some((pattern) => matches(pattern, path4));
  }
};
function matches(pattern, path4) {
  let now = new Uint8Array(pattern.length + 1);
  let next = new Uint8Array(pattern.length + 1);
  enter(pattern, now, 0);
  for (let at = 0; at < path4.length; at += 1) {
    const byte = path4.charCodeAt(at) & 255;
    next.fill(0);
    for (let place = 0; place < pattern.length; place += 1) if (now[place] === 1) step(pattern, next, { place, byte });
    const spent = now;
    now = next;
    next = spent;
  }
  return now[pattern.length] === 1;
}
function enter(pattern, places, place) {
  for (let at = place; at <= pattern.length; at += 1) {
    places[at] = 1;
    if (at === pattern.length || pattern[at].kind === "bytes") return;
  }
}
function step(pattern, next, at) {
  const token = pattern[at.place];
  switch (token.kind) {
    case "bytes":
      if (token.table[at.byte] === 1) enter(pattern, next, at.place + 1);
      return;
    case "star":
      if (at.byte !== SLASH) enter(pattern, next, at.place);
      return;
    case "anything":
      enter(pattern, next, at.place);
      return;
    case "folders":
      next[at.place] = 1;
      if (at.byte === SLASH) enter(pattern, next, at.place + 1);
  }
}
function tokens(body) {
  const found = [];
  for (let i = 0; i < body.length; i += 1) {
    const char = body[i];
    if (char === "*") {
      const stars = /^\*+/.exec(body.slice(i))[0].length;
      const isWholeName = (i === 0 || body[i - 1] === "/") && body[i + stars] === "/";
      found.push(stars === 1 ? { kind: "star" } : isWholeName ? { kind: "folders" } : { kind: "anything" });
      i += stars - 1 + (stars > 1 && isWholeName ? 1 : 0);
    } else if (char === "?") found.push({ kind: "bytes", table: tableOf((byte) => byte !== SLASH) });
    else if (char === "[") {
      const taken = characterClass(body, i);
      found.push(taken.token);
      i = taken.last;
    } else {
      const literal = char === "\\" && i + 1 < body.length ? body[++i] : char;
      found.push({ kind: "bytes", table: tableOf((byte) => byte === (literal.charCodeAt(0) & 255)) });
    }
  }
  return found;
}
function tableOf(takes) {
  return Uint8Array.from({ length: 256 }, (_, byte) => takes(byte) ? 1 : 0);
}
function characterClass(body, at) {
  const isNegated = body[at + 1] === "!" || body[at + 1] === "^";
  const from = at + (isNegated ? 2 : 1);
  const end = body.indexOf("]", from + 1);
  if (end < 0) throw new GlobError('has an open "["');
  const members = body.slice(from, end);
  const isMember = (byte) => {
    for (let i = 0; i < members.length; i += 1) {
      const isRange = members[i + 1] === "-" && i + 2 < members.length;
      if (byte >= members.charCodeAt(i) && byte <= members.charCodeAt(isRange ? i + 2 : i)) return true;
      if (isRange) i += 2;
    }
    return false;
  };
  return { token: { kind: "bytes", table: tableOf((byte) => byte !== SLASH && isMember(byte) !== isNegated) }, last: end };
}
function expand(body) {
  const open = find(body, 0, "{");
  if (open < 0) return [body];
  const parts = [];
  let depth = 0;
  let from = open + 1;
  for (let i = open; i < body.length; i += 1) {
    const char = body[i];
    if (char === "\\") i += 1;
    else if (char === "{") depth += 1;
    else if (char === "," && depth === 1) {
      parts.push(body.slice(from, i));
      from = i + 1;
    } else if (char === "}") {
      depth -= 1;
      if (depth > 0) continue;
      parts.push(body.slice(from, i));
      const whole = parts.flatMap((part) => expand(`${body.slice(0, open)}${part}${body.slice(i + 1)}`));
      if (whole.length > ALTERNATIVES_MAX) throw new GlobError(`has more than ${ALTERNATIVES_MAX} alternatives`);
      return whole;
    }
  }
  throw new GlobError('has an open "{"');
}
function find(body, from, wanted) {
  for (let i = from; i < body.length; i += 1) {
    if (body[i] === "\\") i += 1;
    else if (body[i] === wanted) return i;
    else if (body[i] === "[") {
      const end = body.indexOf("]", i + 2);
      if (end > 0) i = end;
    }
  }
  return -1;
}

// src/sources/files/filters.ts
function createFileFilter(filters, roots) {
  const includes = (filters.includePatterns ?? []).map((pattern) => compilePattern(pattern));
  const excludes = (filters.excludePatterns ?? []).map((pattern) => compilePattern(pattern));
  const relative = (path4) => relativeTo(roots, path4);
  return {
    excludesDirectory: (path4, rules) => {
      const name = relative(path4);
      return name !== "" && (excludes.some((pattern) => pattern.expression.test(name)) || ignored(rules, path4, true));
    },
    excludesFile: (path4, facts, rules) => {
      if (filters.sizeLimit !== void 0 && facts.bytes > filters.sizeLimit) return true;
      if (filters.modifiedSinceMs !== void 0 && facts.modifiedMs < filters.modifiedSinceMs) return true;
      const name = relative(path4);
      if (excludes.some((pattern) => !pattern.directoryOnly && pattern.expression.test(name))) return true;
      if (includes.length > 0 && !includes.some((pattern) => pattern.expression.test(name))) return true;
      return ignored(rules, path4, false);
    }
  };
}
function parseIgnoreFile(text, directory) {
  const lines = text.split("\n").map((line) => line.replace(/\r$/, "").replace(/(?<!\\)\s+$/, ""));
  return { directory, patterns: lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => compilePattern(line)) };
}
function ignored(rules, path4, isDirectory) {
  let verdict = false;
  for (const { directory, patterns } of rules ?? []) {
    const name = path4.slice(directory === "/" ? 1 : directory.length + 1);
    for (const pattern of patterns) {
      if ((!pattern.directoryOnly || isDirectory) && pattern.expression.test(name)) verdict = !pattern.isNegated;
    }
  }
  return verdict;
}
function relativeTo(roots, path4) {
  for (const root of roots) {
    if (path4 === root) return "";
    const prefix = root === "/" ? "/" : `${root}/`;
    if (path4.startsWith(prefix)) return path4.slice(prefix.length);
  }
  return path4.replace(/^\/+/, "");
}
function compilePattern(pattern) {
  const isNegated = pattern.startsWith("!");
  const bytes = Buffer.from(isNegated ? pattern.slice(1) : pattern.replace(/^\\(?=[!#])/, "")).toString("latin1");
  const directoryOnly = bytes.endsWith("/");
  const anchored = bytes.startsWith("/");
  const body = bytes.slice(anchored ? 1 : 0, directoryOnly ? -1 : void 0);
  if (body === "") throw badPattern(pattern, "is empty");
  try {
    return { expression: new Glob(body, { atAnyDepth: !anchored && !body.includes("/") }), isNegated, directoryOnly };
  } catch (error) {
    if (error instanceof GlobError) throw badPattern(pattern, error.message);
    throw error;
  }
}
function badPattern(pattern, how) {
  return new BackupError("USAGE", `The pattern "${pattern}" ${how}.`, { context: { pattern } });
}

// src/sources/files/open-entry.ts
import fs3 from "node:fs";
var { O_RDONLY, O_NOFOLLOW, O_DIRECTORY, O_NONBLOCK, O_NOATIME } = fs3.constants;
var O_CLOEXEC = 524288;
var FILE_FLAGS = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
var DIRECTORY_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
function createEntryAccess(calls = systemCalls()) {
  return calls ? new SystemCallAccess(calls) : new PortableAccess();
}
var SystemCallAccess = class {
  missing = "";
  #calls;
  #status = Buffer.alloc(STATX_BYTES);
  #words = new Uint32Array(this.#status.buffer, this.#status.byteOffset, STATX_BYTES / 4);
  #fileFlags = FILE_FLAGS | O_NOATIME;
  constructor(calls) {
    this.#calls = calls;
  }
  openRoot(path4) {
    return fs3.openSync(Buffer.from(path4, "latin1"), O_RDONLY | O_DIRECTORY);
  }
  openDirectory(parent, name) {
    return this.#calls.openat(parent.descriptor, name, DIRECTORY_FLAGS);
  }
  openFile(parent, name) {
    try {
      return this.#calls.openat(parent.descriptor, name, this.#fileFlags);
    } catch (error) {
      if (systemCode(error) !== "EPERM" || this.#fileFlags === FILE_FLAGS) throw error;
      this.#fileFlags = FILE_FLAGS;
      return this.#calls.openat(parent.descriptor, name, FILE_FLAGS);
    }
  }
  willRead(descriptor, bytes) {
    this.#calls.willRead(descriptor, bytes);
  }
  isAsListed(descriptor, columns, entry) {
    this.#calls.fstatx(descriptor, this.#status);
    const words2 = this.#words;
    const values = columns.values;
    return words2[StatxOffset.SIZE / 4] === values[Column.SIZE_LOW][entry] && words2[StatxOffset.SIZE / 4 + 1] === values[Column.SIZE_HIGH][entry] && words2[StatxOffset.MTIME_SECONDS / 4] === values[Column.MTIME_LOW][entry] && words2[StatxOffset.MTIME_NANOSECONDS / 4] === values[Column.MTIME_NANOSECONDS][entry] && words2[StatxOffset.CTIME_SECONDS / 4] === values[Column.CTIME_LOW][entry] && words2[StatxOffset.CTIME_NANOSECONDS / 4] === values[Column.CTIME_NANOSECONDS][entry] && words2[StatxOffset.INODE / 4] === values[Column.INODE_LOW][entry];
  }
  checkIdentity(descriptor, columns, entry) {
    this.#calls.fstatx(descriptor, this.#status);
    const isSame = this.#words[StatxOffset.INODE / 4] === columns.values[Column.INODE_LOW][entry] && (this.#words[StatxOffset.MODE / 4] & 61440) === FileType.FILE;
    if (!isSame) throw new SystemCallError("open", 116);
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
    for (let at = 0; at < bytes; ) {
      const from = this.#calls.nextData(descriptor, at);
      if (from === void 0 || from >= bytes) break;
      const to = Math.min(bytes, this.#calls.nextHole(descriptor, from));
      extents.push({ from, to });
      at = to;
    }
    return extents;
  }
};
var NO_ATTRIBUTES = { attributes: [], failed: [] };
function collect(list, read) {
  let names;
  try {
    names = list();
  } catch (error) {
    return { attributes: [], failed: [`extended attributes (${systemCode(error) ?? "unknown"})`] };
  }
  if (names.length === 0) return NO_ATTRIBUTES;
  const attributes = [];
  const failed = [];
  for (const name of names) {
    try {
      attributes.push({ name, value: read(name) });
    } catch (error) {
      failed.push(`${name} (${systemCode(error) ?? "unknown"})`);
    }
  }
  return { attributes, failed };
}
var PortableAccess = class {
  missing = "extended attributes, holes";
  openRoot(path4) {
    return fs3.openSync(Buffer.from(path4, "latin1"), O_RDONLY | O_DIRECTORY);
  }
  openDirectory(parent, name) {
    return fs3.openSync(pathOf(parent, name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  }
  openFile(parent, name) {
    return fs3.openSync(pathOf(parent, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  }
  willRead() {
  }
  isAsListed(descriptor, columns, entry) {
    const stat = fs3.fstatSync(descriptor, { bigint: true });
    return stat.size === BigInt(columns.size(entry)) && stat.mtimeNs === BigInt(columns.mtimeSeconds(entry)) * 1000000000n + BigInt(columns.mtimeNanoseconds(entry));
  }
  checkIdentity(descriptor, columns, entry) {
    const stat = fs3.fstatSync(descriptor, { bigint: true });
    if (!stat.isFile() || Number(stat.ino & 0xffffffffn) !== columns.values[Column.INODE_LOW][entry]) throw new SystemCallError("open", 116);
  }
  readLink(parent, name) {
    return fs3.readlinkSync(pathOf(parent, name), { encoding: "buffer" });
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
};
function pathOf(parent, name) {
  return Buffer.from(`${parent.path === "/" ? "" : parent.path}/${name}`, "latin1");
}

// src/sources/files/owner-names.ts
import fs4 from "node:fs";
function readOwnerNames() {
  return { users: parse("/etc/passwd"), groups: parse("/etc/group") };
}
function parse(file) {
  const names = /* @__PURE__ */ new Map();
  let text = "";
  try {
    text = fs4.readFileSync(file, "utf8");
  } catch {
  }
  for (const line of text.split("\n")) {
    const [name, , id] = line.split(":");
    if (name && id !== void 0 && /^\d+$/.test(id) && !names.has(Number(id))) names.set(Number(id), name);
  }
  return names;
}

// src/engine/crypto/hkdf.ts
import { hkdfSync } from "node:crypto";
function hkdf(ikm, salt, options) {
  return Buffer.from(hkdfSync("sha256", ikm, salt, options.info, options.bytes));
}

// src/engine/crypto/kek.ts
import { createHmac, scryptSync } from "node:crypto";
import fs5 from "node:fs";

// src/engine/crypto/guessable.ts
var OWN_CHARS_MIN = 8;
var RUN_CHARS_MIN = 3;
var ROWS = ["qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890"];
var WORDS = [
  "password",
  "passphrase",
  "encryption",
  "encrypt",
  "secret",
  "segredo",
  "senha",
  "chave",
  "backup",
  "restore",
  "neonpro",
  "clinica",
  "clinic",
  "hospital",
  "paciente",
  "supabase",
  "postgres",
  "admin",
  "master",
  "default",
  "example",
  "exemplo",
  "company",
  "empresa",
  "system",
  "sistema",
  "welcome",
  "letmein",
  "key",
  "test"
];
function isGuessable(text) {
  const plain = text.toLowerCase();
  if (isRepetition(plain)) return true;
  const own = withoutRuns(WORDS.reduce((left, word) => left.replaceAll(word, ""), plain));
  return own.length < OWN_CHARS_MIN;
}
function isRepetition(text) {
  for (let block = 1; block <= text.length / 2; block += 1) if (text === text.slice(0, block).repeat(Math.ceil(text.length / block)).slice(0, text.length)) return true;
  return false;
}
function withoutRuns(text) {
  const kept = [];
  for (let from = 0; from < text.length; ) {
    let to = from + 1;
    while (to < text.length && areNeighbours(text[to - 1], text[to])) to += 1;
    if (to - from < RUN_CHARS_MIN) kept.push(text.slice(from, to));
    from = to;
  }
  return kept.join("");
}
function areNeighbours(a, b) {
  const isBesideInRow = ROWS.some((row) => row.includes(a) && row.includes(b) && Math.abs(row.indexOf(a) - row.indexOf(b)) <= 1);
  return isBesideInRow || /[a-z0-9]/.test(a) && /[a-z0-9]/.test(b) && Math.abs(a.charCodeAt(0) - b.charCodeAt(0)) <= 1 || a === b;
}

// src/engine/crypto/kek.ts
var KEY_BYTES = 32;
var PASSPHRASE_CHARS_MIN = 16;
var DISTINCT_MIN = 6;
var KEY_FILE_BYTES_MAX = 64 * 1024;
var PLACEHOLDERS = [
  /^your[_-].*(key|here|passphrase|secret)$/i,
  /^(sua|minha|my)[_-].*(chave|key|aqui|here|senha)$/i,
  /^(replace|insert|put|enter|coloque|insira|troque)[_-]/i,
  /^change[_-]?me/i,
  /32[_-]char/i,
  /^(secret|password|senha|example|exemplo|test|teste)[_-]?\d*$/i,
  /^<.*>$/,
  /^x{8,}$/i
];
var SCRYPT_MEMORY_BYTES_MAX = 1200 * 1024 * 1024;
var SCRYPT_COST = { n: 32768, r: 8, p: 3 };
function parseKek(value, source, depth = 0) {
  const text = value.trim();
  if (text === "") throw new BackupError("KEY_MISSING", `${source} is empty.`, { context: { source } });
  if (text.startsWith("file:")) return fromFile(text.slice(5), source, depth);
  const body = text.replace(/^(base64|hex|passphrase):/, "");
  if (PLACEHOLDERS.some((pattern) => pattern.test(body))) throw new BackupError("KEY_PLACEHOLDER", `${source} is a placeholder.`, { context: { source } });
  if (/^(kms:|age1|AGE-SECRET-KEY-)/.test(text)) throw refused(source, "Keys in a KMS and age recipients are not taken by this version; use a raw key or a passphrase");
  if (text.startsWith("passphrase:")) return passphrase(body, source);
  if (text.startsWith("hex:")) return raw(hexBytes(body), source);
  if (text.startsWith("base64:")) return raw(base64Bytes(body), source);
  return unprefixed(text, source);
}
function unprefixed(text, source) {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return raw(hexBytes(text), source);
  if (/^[A-Za-z0-9+/]{43}=$/.test(text) || /^[A-Za-z0-9_-]{43}$/.test(text)) return raw(base64Bytes(text), source);
  if (/^[0-9a-fA-F]{32}$/.test(text)) throw refused(source, '32 hexadecimal digits are 128 bits: give 64 of them, or write "passphrase:" before the value if it is one');
  if (/^[A-Za-z0-9+/_-]{16,}={1,2}$/.test(text) || /^[A-Za-z0-9+/]{44}$/.test(text)) return raw(base64Bytes(text), source);
  if (/^[\x20-\x7e]{32}$/.test(text)) return { ...passphrase(text, source), warning: "TYPED_KEY" };
  throw refused(source, "It has none of the known forms: base64: or hex: with 32 bytes, passphrase: with at least 16 characters, file: with a path, or exactly 32 characters");
}
function raw(bytes, source) {
  if (bytes?.length !== KEY_BYTES) throw refused(source, bytes ? `It decodes to ${bytes.length} bytes where 32 are needed` : "It holds characters that its form does not have");
  if (new Set(bytes).size < DISTINCT_MIN) throw weak(source);
  return { kind: "raw", key: bytes };
}
function passphrase(text, source) {
  if ([...text].length < PASSPHRASE_CHARS_MIN) throw new BackupError("KEY_WEAK", `${source} has fewer than 16 characters.`, { context: { source } });
  if (new Set(text).size < DISTINCT_MIN) throw weak(source);
  return { kind: "passphrase", text: text.normalize("NFC"), ...isGuessable(text) && { guessable: source } };
}
function requireStrength(kek) {
  if (kek.kind === "passphrase" && kek.guessable !== void 0) throw weak(kek.guessable);
}
function hexBytes(text) {
  return /^([0-9a-fA-F]{2})+$/.test(text) ? Buffer.from(text, "hex") : void 0;
}
function base64Bytes(text) {
  return /^[A-Za-z0-9+/_-]+=*$/.test(text) ? Buffer.from(text, "base64") : void 0;
}
function fromFile(file, source, depth) {
  if (depth > 0) throw refused(source, "A key file may not point to another file");
  let text;
  try {
    const status = fs5.statSync(file);
    if (!status.isFile() || status.size > KEY_FILE_BYTES_MAX) throw refused(source, `${file} is no key file`);
    if ((status.mode & 63) !== 0 && !isCredential(file, status.mode)) throw refused(source, `The key file ${file} can be read by others: run "chmod 600 ${file}"`);
    text = fs5.readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof BackupError) throw error;
    throw new BackupError("KEY_FILE_UNREADABLE", `The key file ${file} can't be read.`, { context: { path: file, cause: systemCode(error) }, cause: error });
  }
  return parseKek(text, source, depth + 1);
}
function isCredential(file, mode) {
  return (mode & 31) === 0 && fs5.realpathSync(file).startsWith("/run/credentials/");
}
function kekBytes(kek, scrypt) {
  if (kek.kind === "raw") return kek.key;
  if (!scrypt) throw new BackupError("KEY_WRONG", "This recipient takes no passphrase.");
  const { n, r, p, salt } = scrypt;
  return scryptSync(Buffer.from(kek.text, "utf8"), salt, KEY_BYTES, { N: n, r, p, maxmem: SCRYPT_MEMORY_BYTES_MAX });
}
function kekFingerprint(kek, repositoryId) {
  const secret = kek.kind === "raw" ? kek.key : Buffer.from(kek.text, "utf8");
  return createHmac("sha256", secret).update("neonpro/v1/fingerprint").update(repositoryId).digest("hex").slice(0, 8);
}
function refused(source, why) {
  return new BackupError("KEY_REFUSED", `${source} is refused. ${why}.`, { context: { source, why } });
}
function weak(source) {
  return new BackupError("KEY_WEAK", `${source} repeats too few characters.`, { context: { source } });
}

// src/engine/crypto/sealed-object.ts
import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, timingSafeEqual } from "node:crypto";
var ObjectType = {
  PACK_DATA: 1,
  PACK_META: 2,
  INDEX_DATA: 3,
  INDEX_META: 4,
  SNAPSHOT: 5,
  CHECKPOINT: 6,
  RECORD: 7,
  SESSION: 8,
  DELETE: 9,
  CONFIRM: 10,
  STREAM: 11,
  PARITY: 12,
  CLAIM: 13,
  USER_NAME: 14,
  USER_CONTENT: 15
};
var FrameKind = { SEGMENT: 0, PAYLOAD: 1, PACK_END: 2 };
var HEADER_BYTES = 128;
var FRAME_HEADER_BYTES = 16;
var TAG_BYTES = 16;
var SEALED_BYTES_MAX = 32 * 1024 * 1024;
var PAYLOAD_FRAME_BYTES = 1024 * 1024;
var PAYLOAD_FRAMES_MAX = 4096;
var PIECE_BYTES = 128 * 1024;
var MAGIC = Buffer.from("4e50424b55500d0a", "hex");
var FRAME_MAGIC = 21385294;
var FORMAT_VERSION = 1;
var AEAD_AES_256_GCM = 1;
var SALT_BYTES = 32;
function masterLookup(masters) {
  const keys = /* @__PURE__ */ new Map();
  for (const { tenant, epoch, key } of masters) keys.set(`${tenant}/${epoch}`, [...keys.get(`${tenant}/${epoch}`) ?? [], Buffer.from(key, "hex")]);
  return (tenant, epoch, isRight) => {
    const found = keys.get(`${Buffer.from(tenant).toString("hex")}/${epoch}`) ?? [];
    return (found.length > 1 && isRight ? found.find(isRight) : void 0) ?? found[0];
  };
}
var preparedMasters = /* @__PURE__ */ new WeakMap();
function prepared(master) {
  const known = preparedMasters.get(master) ?? createSecretKey(master);
  preparedMasters.set(master, known);
  return known;
}
function objectKeys(master, salt, type) {
  const both = hkdf(prepared(master), salt, { info: `neonpro/v1/object/${type}`, bytes: 64 });
  return { key: createSecretKey(both.subarray(0, 32)), commitment: both.subarray(32) };
}
function nonceOf(frame) {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32LE(frame, 0);
  return nonce;
}
var ObjectSealer = class {
  header;
  #key;
  #frame = 0;
  #isFinished = false;
  constructor(type, scope) {
    const salt = randomBytes(SALT_BYTES);
    const { key, commitment } = objectKeys(scope.master, salt, type);
    const header = Buffer.alloc(HEADER_BYTES);
    MAGIC.copy(header, 0);
    header.set([type, FORMAT_VERSION, AEAD_AES_256_GCM, 0], 8);
    header.writeUInt32LE(scope.epoch, 12);
    header.set(scope.tenant, 16);
    header.set(scope.repositoryId, 32);
    header[48] = scope.lockClass ?? 0;
    header.set(salt, 64);
    header.set(commitment, 96);
    this.header = header;
    this.#key = key;
  }
  /** Seals the joined parts as the next frame. `emit` must consume each piece before it returns. Returns the frame's bytes with its header. */
  sealFrame(parts, options) {
    if (this.#isFinished) throw new InvariantViolation("No frame follows the final one.");
    const plainBytes = parts.reduce((sum, part) => sum + part.length, 0);
    invariant(plainBytes > 0 && plainBytes + TAG_BYTES <= SEALED_BYTES_MAX, "A frame is not empty and stays below the format limit.");
    const head = frameHeader(this.#frame, { kind: options.kind, isFinal: options.final, sealedBytes: plainBytes + TAG_BYTES });
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonceOf(this.#frame));
    cipher.setAAD(this.header);
    cipher.setAAD(head);
    options.emit(head);
    for (const part of parts) encryptPieces(part, (piece) => cipher.update(piece), options.emit);
    cipher.final();
    options.emit(cipher.getAuthTag());
    this.#frame += 1;
    this.#isFinished = options.final;
    return FRAME_HEADER_BYTES + plainBytes + TAG_BYTES;
  }
};
function encryptPieces(part, encrypt, emit) {
  for (let at = 0; at < part.length; at += PIECE_BYTES) {
    const output = encrypt(part.subarray(at, at + PIECE_BYTES));
    emit(output);
    release(output);
  }
}
function release(output) {
  const memory = output.buffer;
  if (memory instanceof ArrayBuffer && memory.byteLength === output.length && output.length >= 4096) memory.transfer(0);
}
function frameHeader(frame, fields) {
  const head = Buffer.alloc(FRAME_HEADER_BYTES);
  head.writeUInt32LE(FRAME_MAGIC, 0);
  head.writeUInt32LE(frame, 4);
  head[8] = fields.kind;
  head[9] = fields.isFinal ? 1 : 0;
  head.writeUInt32LE(fields.sealedBytes, 12);
  return head;
}
function parseFrameHeader(bytes) {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (head.length < FRAME_HEADER_BYTES || head.readUInt32LE(0) !== FRAME_MAGIC) throw damaged("A frame does not begin as a frame.");
  const flags = head[9];
  const sealedBytes = head.readUInt32LE(12);
  const keySlot = head.readUInt16LE(10);
  if (flags > 1 || head[8] > FrameKind.PACK_END) throw damaged("A frame has an unknown kind or flag.");
  if (keySlot !== 0) throw damaged("A frame names a key slot that this repository does not have.");
  if (sealedBytes <= TAG_BYTES || sealedBytes > SEALED_BYTES_MAX) throw damaged("A frame has an impossible length.");
  return { number: head.readUInt32LE(4), kind: head[8], isFinal: flags === 1, keySlot, sealedBytes };
}
function parseObjectHeader(bytes) {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, HEADER_BYTES));
  if (head.length < HEADER_BYTES || !head.subarray(0, 8).equals(MAGIC)) throw damaged("An object does not begin as one of this repository.");
  if (head[9] !== FORMAT_VERSION || head[10] !== AEAD_AES_256_GCM || head[11] !== 0) throw damaged("An object names an unknown version, cipher or flag.");
  if (head.subarray(49, 64).some((byte) => byte !== 0)) throw damaged("An object has non-zero reserved bytes.");
  return {
    type: head[8],
    epoch: head.readUInt32LE(12),
    tenant: head.subarray(16, 32),
    repositoryId: head.subarray(32, 48),
    lockClass: head[48],
    salt: head.subarray(64, 96),
    commitment: head.subarray(96, 128)
  };
}
var ObjectOpener = class {
  header;
  #aad;
  #key;
  constructor(header, expect) {
    this.#aad = Buffer.from(header.subarray(0, HEADER_BYTES));
    this.header = parseObjectHeader(this.#aad);
    const types = typeof expect.type === "number" ? [expect.type] : expect.type;
    if (!types.includes(this.header.type)) throw damaged("An object is of another type than its place says.");
    if (Buffer.compare(this.header.repositoryId, expect.repositoryId) !== 0) throw damaged("An object belongs to another repository.");
    const { salt, type } = this.header;
    const isRight = (master2) => timingSafeEqual(objectKeys(master2, salt, type).commitment, this.header.commitment);
    const master = expect.masterOf(this.header.tenant, this.header.epoch, isRight);
    if (!master) throw damaged(`An object names the unknown key epoch ${this.header.epoch}.`);
    const { key, commitment } = objectKeys(master, salt, type);
    if (!timingSafeEqual(commitment, this.header.commitment)) throw damaged("An object's key commitment does not match.");
    this.#key = key;
  }
  /** Opens a frame (header and sealed bytes) that must have the given number. `into` receives the plaintext where it has room. Throws DAMAGED. */
  openFrame(frame, options) {
    const head = parseFrameHeader(frame);
    if (head.number !== options.number) throw damaged("A frame is not at its place.");
    if (frame.length !== FRAME_HEADER_BYTES + head.sealedBytes) throw damaged("A frame is cut short.");
    const end = frame.length - TAG_BYTES;
    const decipher = createDecipheriv("aes-256-gcm", this.#key, nonceOf(head.number), { authTagLength: TAG_BYTES });
    decipher.setAAD(this.#aad);
    decipher.setAAD(frame.subarray(0, FRAME_HEADER_BYTES));
    decipher.setAuthTag(frame.subarray(end));
    const bytes = end - FRAME_HEADER_BYTES;
    const target = options.into && options.into.length >= bytes ? options.into.subarray(0, bytes) : Buffer.allocUnsafeSlow(bytes);
    let done = 0;
    encryptPieces(frame.subarray(FRAME_HEADER_BYTES, end), (piece) => decipher.update(piece), (piece) => {
      target.set(piece, done);
      done += piece.length;
    });
    try {
      decipher.final();
    } catch (error) {
      target.fill(0);
      throw damaged("A frame does not authenticate.", error);
    }
    return { kind: head.kind, isFinal: head.isFinal, plaintext: target };
  }
};
function sealPayload(type, scope, payload) {
  invariant(payload.length > 0 && payload.length <= PAYLOAD_FRAMES_MAX * PAYLOAD_FRAME_BYTES, "A payload is not empty and stays below the format limit.");
  const sealer = new ObjectSealer(type, scope);
  const pieces = [sealer.header];
  for (let at = 0; at < payload.length; at += PAYLOAD_FRAME_BYTES) {
    const final = at + PAYLOAD_FRAME_BYTES >= payload.length;
    sealer.sealFrame([payload.subarray(at, at + PAYLOAD_FRAME_BYTES)], { kind: FrameKind.PAYLOAD, final, emit: (piece) => pieces.push(Buffer.from(piece)) });
  }
  return Buffer.concat(pieces);
}
function openPayload(bytes, expect) {
  const opener = new ObjectOpener(bytes, expect);
  const parts = [];
  let at = HEADER_BYTES;
  for (let number = 0; ; number += 1) {
    if (number >= PAYLOAD_FRAMES_MAX) throw damaged("An object has too many frames.");
    const { sealedBytes } = parseFrameHeader(bytes.subarray(at));
    const end = at + FRAME_HEADER_BYTES + sealedBytes;
    if (end > bytes.length) throw damaged("An object is cut short.");
    const frame = opener.openFrame(bytes.subarray(at, end), { number });
    if (frame.kind !== FrameKind.PAYLOAD) throw damaged("An object holds a frame of another kind.");
    parts.push(frame.plaintext);
    at = end;
    if (frame.isFinal) break;
  }
  if (at !== bytes.length) throw damaged("An object has bytes after its final frame.");
  return { payload: joined(parts), header: opener.header };
}
function joined(parts) {
  const [first] = parts;
  return parts.length === 1 && first ? Buffer.from(first.buffer, first.byteOffset, first.length) : Buffer.concat(parts);
}
function damaged(sentence, cause) {
  return new BackupError("DAMAGED", sentence, cause === void 0 ? {} : { cause });
}

// src/engine/crypto/document-shape.ts
var isText = (value) => typeof value === "string";
var isFlag = (value) => typeof value === "boolean";
var isCount = (value) => Number.isSafeInteger(value) && value >= 0;
var isTime = (value) => Number.isFinite(value) && value >= 0;
var isHex = (bytes) => (value) => isText(value) && value.length === bytes * 2 && /^[0-9a-f]*$/.test(value);
var isHexText = (value) => isText(value) && value.length % 2 === 0 && /^[0-9a-f]*$/.test(value);
var isList = (each) => (value) => Array.isArray(value) && value.every(each);
var isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
var isMap = (each) => (value) => isObject(value) && Object.values(value).every(each);
var hasShape = (shape) => (value) => isObject(value) && Object.entries(shape).every(([member, check]) => check(value[member]));
var orNull = (check) => (value) => value === null || check(value);
var optional = (check) => (value) => value === void 0 || check(value);
var one = (...allowed) => (value) => allowed.includes(value);
function checked(body, shape, what) {
  for (const [member, check] of Object.entries(shape)) {
    if (!check(body[member])) throw new BackupError("DAMAGED", `A ${what} has no valid "${member}".`, { context: { object: what, member } });
  }
  return body;
}

// src/engine/crypto/ids.ts
import { hash } from "node:crypto";

// src/engine/crypto/lookup-id-wasm.ts
var LOOKUP_ID_WASM_BASE64 = "AGFzbQEAAAABCAJgAAF/YAAAAwgHAQAAAAEAAQUDAQABBikIfwFBAAt/AUEAC38BQQALfwFBAAt/AUEAC38BQQALfwFBAAt/AUEACwc+Bwljb25zdGFudHMABQV3b3JkcwABBXN0YXRlAAIDb3V0AAMGYWJzb3JiAAYGZGlnZXN0AAQGbWVtb3J5AgAK2QoH9QgBDX9BECEAA0AgAEHAAEkEQCAAQQJ0QYAKaiIBQTxrKAIAIQIgASABQRxrKAIAIAFBQGooAgAgAkEHeCACQRJ4cyACQQN2c2pqIAFBCGsoAgAiAUEReCABQRN4cyABQQp2c2o2AgAgAEEBaiEADAELC0GADCgCACEAQYQMKAIAIQFBiAwoAgAhAkGMDCgCACEDQZAMKAIAIQRBlAwoAgAhBUGYDCgCACEGQZwMKAIAIQcDQCAIQcAASQRAIAQgBSAGIAcgBEEGeCAEQQt4cyAEQRl4cyAEIAVxIARBf3MgBnFzaiAIQQJ0IgZBgAhqKAIAIAZBgApqKAIAampqIgYgA2oiA0EGeCADQQt4cyADQRl4cyADIARxIANBf3MgBXFzaiAIQQFqQQJ0IgVBgAhqKAIAIAVBgApqKAIAampqIgUgAmoiB0EGeCAHQQt4cyAHQRl4cyADIAdxIAdBf3MgBHFzaiAIQQJqQQJ0IgRBgAhqKAIAIARBgApqKAIAampqIgQgAWoiCUEGeCAJQQt4cyAJQRl4cyAHIAlxIAlBf3MgA3FzaiAIQQNqQQJ0IgpBgAhqKAIAIApBgApqKAIAampqIgogAGohCyAGIABBAnggAEENeHMgAEEWeHMgASACcSAAIAFxIgYgACACcXNzamoiAiAAcSEMIAUgAkECeCACQQ14cyACQRZ4cyAGIAwgASACcXNzamoiASACcSEFIAQgAUECeCABQQ14cyABQRZ4cyAMIAUgACABcXNzamoiACABcSEMIAogAEECeCAAQQ14cyAAQRZ4cyAFIAwgACACcXNzamoiCiALIAkgByADIAtBBnggC0ELeHMgC0EZeHMgCSALcSALQX9zIAdxc2ogCEEEakECdCIDQYAIaigCACADQYAKaigCAGpqaiIDIAJqIgdBBnggB0ELeHMgB0EZeHMgByALcSAHQX9zIAlxc2ogCEEFakECdCICQYAIaigCACACQYAKaigCAGpqaiICIAFqIgZBBnggBkELeHMgBkEZeHMgBiAHcSAGQX9zIAtxc2ogCEEGakECdCIEQYAIaigCACAEQYAKaigCAGpqaiIJIABqIgVBBnggBUELeHMgBUEZeHMgBSAGcSAFQX9zIAdxc2ogCEEHakECdCIEQYAIaigCACAEQYAKaigCAGpqaiILaiEEIAogAyAKQQJ4IApBDXhzIApBFnhzIAwgACAKcSIMIAEgCnFzc2pqIgNxIQEgAyACIANBAnggA0ENeHMgA0EWeHMgDCABIAAgA3Fzc2pqIgJxIQAgCyAJIAJBAnggAkENeHMgAkEWeHMgASAAIAIgCnFzc2pqIgFBAnggAUENeHMgAUEWeHMgACABIAJxIAEgA3Fzc2pqIQAgCEEIaiEIDAELCyAAQYAMKAIAaiQAIAFBhAwoAgBqJAEgAkGIDCgCAGokAiADQYwMKAIAaiQDIARBkAwoAgBqJAQgBUGUDCgCAGokBSAGQZgMKAIAaiQGIAdBnAwoAgBqJAcLBQBBgAoLBQBBgAwLBQBBoAwLggEBAX8QAEGgDCMAIgBBgP6DeHFBCHcgAEH/gfwHcUEIeHI2AgBBpAwjASIAQYD+g3hxQQh3IABB/4H8B3FBCHhyNgIAQagMIwIiAEGA/oN4cUEIdyAAQf+B/AdxQQh4cjYCAEGsDCMDIgBBgP6DeHFBCHcgAEH/gfwHcUEIeHI2AgALBQBBgAgLRAAQAEGADCMANgIAQYQMIwE2AgBBiAwjAjYCAEGMDCMDNgIAQZAMIwQ2AgBBlAwjBTYCAEGYDCMGNgIAQZwMIwc2AgAL";

// src/engine/crypto/ids.ts
var ID_BYTES = 32;
function blobIdOf(blob) {
  return hash("sha256", blob, "buffer");
}
var K = roundConstants();
var INITIAL = [1779033703, 3144134277, 1013904242, 2773480762, 1359893119, 2600822924, 528734635, 1541459225];
function roundConstants() {
  const constants = new Int32Array(64);
  let found = 0;
  for (let n = 2; found < 64; n += 1) {
    if (isPrime(n)) constants[found++] = fractionOfCubeRoot(n);
  }
  return constants;
}
function isPrime(n) {
  for (let d = 2; d * d <= n; d += 1) if (n % d === 0) return false;
  return true;
}
function fractionOfCubeRoot(n) {
  const scaled = BigInt(n) << 96n;
  let low = 0n;
  let high = 1n << 40n;
  while (low < high) {
    const middle = low + high + 1n >> 1n;
    if (middle ** 3n <= scaled) low = middle;
    else high = middle - 1n;
  }
  return Number(BigInt.asIntN(32, low));
}
var compiled;
var LookupIds = class {
  #wasm;
  #words;
  #out;
  constructor(idKey) {
    invariant(idKey.length === ID_BYTES, "An id key is 32 bytes long.");
    compiled ??= new WebAssembly.Module(Buffer.from(LOOKUP_ID_WASM_BASE64, "base64"));
    this.#wasm = new WebAssembly.Instance(compiled, {}).exports;
    const { memory } = this.#wasm;
    new Int32Array(memory.buffer, this.#wasm.constants(), K.length).set(K);
    new Uint32Array(memory.buffer, this.#wasm.state(), INITIAL.length).set(INITIAL);
    this.#words = new Int32Array(memory.buffer, this.#wasm.words(), 16);
    this.#out = new Uint32Array(memory.buffer, this.#wasm.out(), 4);
    const key = Buffer.from(idKey);
    for (let i = 0; i < 8; i += 1) this.#words[i] = key.readInt32BE(i * 4);
    this.#wasm.absorb();
    this.#words[8] = 2147483648;
    this.#words[15] = 96 * 8;
  }
  /** The first 16 bytes of SHA-256(idKey ‖ 32 zero bytes ‖ id), as four words that hold those bytes in little-endian order. The id stands at `offset`. */
  lookupInto(blobIds, offset, out) {
    const words2 = this.#words;
    for (let i = 0, at = offset; i < 8; i += 1, at += 4) {
      words2[i] = blobIds[at] << 24 | blobIds[at + 1] << 16 | blobIds[at + 2] << 8 | blobIds[at + 3];
    }
    this.#wasm.digest();
    for (let i = 0; i < 4; i += 1) out[i] = this.#out[i];
  }
};

// src/engine/crypto/signed-document.ts
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { promisify } from "node:util";
var verifyAside = promisify(verify);
var SIGNER_BYTES = 16;
var SIGNATURE_BYTES = 64;
var PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");
var MAINTENANCE_SIGNER = Buffer.alloc(SIGNER_BYTES, 255);
function signerFromSeed(id, seed) {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: "der", type: "pkcs8" });
  return { id: Buffer.from(id), privateKey, publicKey: createPublicKey(privateKey) };
}
function maintenanceSigner(root, repositoryId) {
  return signerFromSeed(MAINTENANCE_SIGNER, hkdf(root, repositoryId, { info: "neonpro/v1/maintenance", bytes: 32 }));
}
function writerSigner(root, writerId) {
  return signerFromSeed(writerId, hkdf(root, writerId, { info: "neonpro/v1/writer", bytes: 32 }));
}
function signedBytes(purpose, repositoryId, signerAndBody) {
  return Buffer.concat([Buffer.from(`neonpro/v1/signed/${purpose}\0`), repositoryId, ...signerAndBody]);
}
function signDocument(document, options) {
  const body = Buffer.from(JSON.stringify(document));
  const { id, privateKey } = options.signer;
  const signature = sign(null, signedBytes(options.purpose, options.repositoryId, [id, body]), privateKey);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  return Buffer.concat([length, body, id, signature]);
}
function splitDocument(bytes) {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const bodyBytes = all.length < 4 ? -1 : all.readUInt32LE(0);
  if (bodyBytes < 0 || 4 + bodyBytes + SIGNER_BYTES + SIGNATURE_BYTES !== all.length) throw new BackupError("DAMAGED", "A signed document has another length than it says.");
  const end = 4 + bodyBytes;
  return { body: all.subarray(4, end), signer: all.subarray(end, end + SIGNER_BYTES), signature: all.subarray(end + SIGNER_BYTES) };
}
function verifyDocument(document, expect) {
  const signer = expect.signerOf(document.signer);
  if (!signer || !verify(null, toVerify(document, expect), signer.publicKey, document.signature)) throw new BackupError("DAMAGED", "A signature does not verify.");
  return { body: parseBody(document.body), signer: document.signer };
}
async function isSignedAside(document, expect) {
  const signer = expect.signerOf(document.signer);
  return signer !== void 0 && await verifyAside(null, toVerify(document, expect), signer.publicKey, document.signature);
}
function toVerify({ signer, body }, { purpose, repositoryId }) {
  return signedBytes(purpose, repositoryId, [signer, body]);
}
function parseBody(body) {
  try {
    const value = JSON.parse(Buffer.from(body).toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    throw new BackupError("DAMAGED", "A document is no JSON.", { cause: error });
  }
  throw new BackupError("DAMAGED", "A document is no JSON object.");
}
function isMaintenanceSigner(id) {
  return MAINTENANCE_SIGNER.equals(id);
}

// src/engine/repository/client-state.ts
import { randomBytes as randomBytes2 } from "node:crypto";
import fs6 from "node:fs";
import path from "node:path";
var WRITERS_MAX = 64;
var ClientState = class {
  #directory;
  /** `directory` is the machine's state folder; one folder a repository is made in it. */
  constructor(directory, repositoryId) {
    this.#directory = path.join(directory, Buffer.from(repositoryId).toString("hex"));
  }
  /** The heads seen so far; undefined on a machine that has not met this repository. */
  heads() {
    try {
      return JSON.parse(fs6.readFileSync(path.join(this.#directory, "heads.json"), "utf8"));
    } catch {
      return void 0;
    }
  }
  /** Remembers heads; never lowers one. Failing to is no reason to fail a backup. */
  remember(heads) {
    const known = this.heads();
    const merged = {
      keyGeneration: Math.max(heads.keyGeneration, known?.keyGeneration ?? 0),
      deleteGeneration: Math.max(heads.deleteGeneration, known?.deleteGeneration ?? 0),
      writers: highest(known?.writers, heads.writers),
      records: highest(known?.records, heads.records)
    };
    const text = JSON.stringify(merged);
    if (text === JSON.stringify(known)) return;
    try {
      this.#writeFile("heads.json", text);
    } catch {
    }
  }
  /** Claims a writer identity until it is disposed of. Where the state folder can't be written, a fresh one. */
  claimWriter() {
    for (let number = 0; number < WRITERS_MAX; number += 1) {
      const lock2 = path.join(this.#directory, `writer-${number}.lock`);
      const taken = this.#lock(lock2);
      if (taken === "unwritable") break;
      if (taken === "taken") continue;
      return { id: this.#writerId(number), [Symbol.dispose]: () => fs6.rmSync(lock2, { force: true }) };
    }
    return { id: randomBytes2(16), [Symbol.dispose]: () => {
    } };
  }
  #lock(file) {
    const owner = `${process.pid} ${processStart()} ${bootId()}`;
    for (let attempt = 0; attempt < 2; attempt += 1) {
      try {
        makeDirectories(this.#directory, { mode: 448 });
        fs6.writeFileSync(file, owner, { flag: "wx", mode: 384 });
        return "locked";
      } catch (error) {
        if (systemCode(error) !== "EEXIST") return "unwritable";
        if (isHeld(file)) return "taken";
        fs6.rmSync(file, { force: true });
      }
    }
    return "taken";
  }
  #writerId(number) {
    const file = `writer-${number}.id`;
    try {
      const id2 = Buffer.from(fs6.readFileSync(path.join(this.#directory, file), "utf8"), "hex");
      if (id2.length === 16) return id2;
    } catch {
    }
    const id = randomBytes2(16);
    this.#writeFile(file, id.toString("hex"));
    return id;
  }
  #writeFile(name, text) {
    makeDirectories(this.#directory, { mode: 448 });
    const temporary = path.join(this.#directory, `.${name}-${process.pid}`);
    fs6.writeFileSync(temporary, text, { mode: 384, flush: true });
    fs6.renameSync(temporary, path.join(this.#directory, name));
  }
};
function highest(a, b) {
  const merged = { ...a };
  for (const [name, value] of Object.entries(b ?? {})) merged[name] = Math.max(value, merged[name] ?? 0);
  return merged;
}
function isHeld(lock2) {
  try {
    const [pid, start, boot] = fs6.readFileSync(lock2, "utf8").split(" ");
    if (boot !== bootId()) return false;
    const number = Number(pid);
    return number === process.pid || isProcessAlive(number) && processStart(number) === start;
  } catch {
    return false;
  }
}

// src/engine/repository/keyring.ts
import { createCipheriv as createCipheriv2, createDecipheriv as createDecipheriv2, createHash, randomBytes as randomBytes3, timingSafeEqual as timingSafeEqual2 } from "node:crypto";
var NO_TENANT = new Uint8Array(16);
var COPIES = ["a", "b"];
var NONCE = Buffer.alloc(12);
var TAG_BYTES2 = 16;
var SCRYPT_N_MIN = 2 ** 14;
var SCRYPT_N_MAX = 2 ** 20;
var SCRYPT_P_MAX = 16;
var SCRYPT_WORK_MAX = 2 ** 22;
var RECIPIENTS_MAX = 64;
var OpenKeys = class {
  repositoryId;
  generation;
  name;
  recipients;
  /** The recipient that opened it. */
  openedBy;
  bundle;
  maintenance;
  keyringKey;
  masterOf;
  #writers = /* @__PURE__ */ new Map();
  constructor(body, parts) {
    this.repositoryId = Buffer.from(body.repositoryId, "hex");
    this.generation = body.generation;
    this.recipients = body.recipients;
    this.name = parts.name;
    this.bundle = parts.bundle;
    this.openedBy = parts.openedBy;
    this.keyringKey = parts.keyringKey;
    this.maintenance = maintenanceSigner(Buffer.from(parts.bundle.root, "hex"), this.repositoryId);
    this.masterOf = masterLookup(parts.bundle.masters);
  }
  get chunkerSecret() {
    return Buffer.from(this.bundle.chunker, "hex");
  }
  /** Wraps the key of a control plane, so that every recipient of the repository can rebuild it. */
  get controlPlaneKek() {
    return { kind: "raw", key: hkdf(Buffer.from(this.bundle.root, "hex"), this.repositoryId, { info: "neonpro/v1/control-plane", bytes: 32 }) };
  }
  /** Under which the paths of the application's files are hashed: it stays the same for the repository's life. */
  get userNameKey() {
    return hkdf(Buffer.from(this.bundle.root, "hex"), this.repositoryId, { info: "neonpro/v1/user-names", bytes: 32 });
  }
  /** The id key for new blobs. */
  get idKey() {
    const newest = this.bundle.idKeys.reduce((best, each) => each.version > best.version ? each : best);
    return { version: newest.version, key: Buffer.from(newest.key, "hex") };
  }
  /** What new objects are sealed under. */
  scope(tenant = NO_TENANT) {
    const hex = Buffer.from(tenant).toString("hex");
    const epoch = Math.max(...this.bundle.masters.filter((master2) => master2.tenant === hex).map((master2) => master2.epoch));
    const master = this.masterOf(tenant, epoch);
    if (!master) throw new BackupError("KEY_WRONG", "The keyring has no key for this tenant.");
    return { repositoryId: this.repositoryId, tenant, epoch, master };
  }
  writer(writerId) {
    const hex = Buffer.from(writerId).toString("hex");
    const known = this.#writers.get(hex) ?? writerSigner(Buffer.from(this.bundle.root, "hex"), writerId);
    this.#writers.set(hex, known);
    return known;
  }
  signerOf = (id) => isMaintenanceSigner(id) ? this.maintenance : this.writer(id);
};
function wrapAad(repositoryId, recipientId) {
  return Buffer.concat([Buffer.from("neonpro/v1/wrap"), Buffer.from(repositoryId, "hex"), Buffer.from(recipientId, "hex")]);
}
function bundleAad(repositoryId, generation) {
  const number = Buffer.alloc(4);
  number.writeUInt32LE(generation);
  return Buffer.concat([Buffer.from("neonpro/v1/bundle"), Buffer.from(repositoryId, "hex"), number]);
}
function seal(key, aad, plain) {
  const cipher = createCipheriv2("aes-256-gcm", key, NONCE).setAAD(aad);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString("hex");
}
function unseal(key, aad, sealed) {
  const bytes = Buffer.from(sealed, "hex");
  if (bytes.length < TAG_BYTES2) throw new BackupError("DAMAGED", "A sealed key is too short.");
  const decipher = createDecipheriv2("aes-256-gcm", key, NONCE, { authTagLength: TAG_BYTES2 }).setAAD(aad);
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES2));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES2)), decipher.final()]);
  } catch (error) {
    throw new BackupError("DAMAGED", "A sealed key does not authenticate.", { cause: error });
  }
}
function wrapFor(kek, keyringKey, options) {
  const id = options.id ?? randomBytes3(8).toString("hex");
  const scrypt = kek.kind === "passphrase" ? { ...SCRYPT_COST, salt: randomBytes3(16) } : void 0;
  const salt = randomBytes3(32);
  const both = hkdf(kekBytes(kek, scrypt), salt, { info: "neonpro/v1/wrap", bytes: 64 });
  return {
    id,
    label: options.label,
    kind: kek.kind,
    addedAt: options.now,
    ...scrypt && { scrypt: { n: scrypt.n, r: scrypt.r, p: scrypt.p, salt: scrypt.salt.toString("hex") } },
    salt: salt.toString("hex"),
    commitment: both.subarray(32).toString("hex"),
    wrapped: seal(both.subarray(0, 32), wrapAad(options.repositoryId, id), keyringKey)
  };
}
function unwrap(kek, recipient, repositoryId) {
  if (recipient.kind !== kek.kind) return void 0;
  const both = hkdf(kekBytes(kek, checkedScrypt(recipient)), Buffer.from(recipient.salt, "hex"), { info: "neonpro/v1/wrap", bytes: 64 });
  const commitment = Buffer.from(recipient.commitment, "hex");
  if (commitment.length !== 32 || !timingSafeEqual2(both.subarray(32), commitment)) return void 0;
  return unseal(both.subarray(0, 32), wrapAad(repositoryId, recipient.id), recipient.wrapped);
}
function checkedScrypt(recipient) {
  if (!recipient.scrypt) return void 0;
  const { n, r, p, salt } = recipient.scrypt;
  const isAllowed = Number.isInteger(Math.log2(n)) && n >= SCRYPT_N_MIN && n <= SCRYPT_N_MAX && r === 8 && Number.isInteger(p) && p >= 1 && p <= SCRYPT_P_MAX && n * p <= SCRYPT_WORK_MAX;
  if (!isAllowed) throw new BackupError("DAMAGED", "A key object asks for scrypt parameters outside the allowed bounds.", { context: { object: "keys/" } });
  return { n, r, p, salt: Buffer.from(salt, "hex") };
}
function newBundle(now) {
  const hex = (bytes) => randomBytes3(bytes).toString("hex");
  return {
    root: hex(32),
    chunker: hex(64),
    masters: [{ tenant: Buffer.from(NO_TENANT).toString("hex"), epoch: 1, key: hex(32), createdAt: now }],
    idKeys: [{ version: 1, key: hex(32) }],
    writers: []
  };
}
function withNewEpoch(bundle, now) {
  const tenants = [...new Set(bundle.masters.map(({ tenant }) => tenant))];
  const next = tenants.map((tenant) => ({
    tenant,
    epoch: Math.max(...bundle.masters.filter((master) => master.tenant === tenant).map(({ epoch }) => epoch)) + 1,
    key: randomBytes3(32).toString("hex"),
    createdAt: now
  }));
  return { ...bundle, masters: [...bundle.masters, ...next] };
}
async function publishKeyring(store, draft) {
  const salt = randomBytes3(32);
  const key = hkdf(draft.keyringKey, salt, { info: "neonpro/v1/bundle", bytes: 32 });
  const body = {
    kind: "keyring",
    repositoryId: draft.repositoryId,
    generation: draft.generation,
    previous: draft.previous,
    createdAt: draft.now,
    recipients: draft.recipients,
    salt: salt.toString("hex"),
    bundle: seal(key, bundleAad(draft.repositoryId, draft.generation), Buffer.from(JSON.stringify(draft.bundle)))
  };
  const repositoryId = Buffer.from(draft.repositoryId, "hex");
  const signer = maintenanceSigner(Buffer.from(draft.bundle.root, "hex"), repositoryId);
  const bytes = signDocument(body, { purpose: "keyring", repositoryId, signer });
  const name = createHash("sha256").update(bytes).digest("hex");
  const generation = draft.generation.toString(16).padStart(8, "0");
  for (const copy of COPIES) await store.put(`keys/${generation}-${copy}-${name}`, bytes);
  return name;
}
async function storedGenerations(store, signal) {
  const found = /* @__PURE__ */ new Map();
  for await (const { key } of store.list("keys/", signal ? { signal } : {})) {
    const match = /^keys\/([0-9a-f]{8})-[ab]-([0-9a-f]{64})$/.exec(key);
    if (!match) continue;
    const entry = found.get(match[2]) ?? { generation: Number.parseInt(match[1], 16), name: match[2], keys: [] };
    entry.keys.push(key);
    found.set(entry.name, entry);
  }
  return [...found.values()].sort((a, b) => b.generation - a.generation || (a.name < b.name ? -1 : 1));
}
async function openKeyring(store, keks, options) {
  const generations = await storedGenerations(store, options.signal);
  const newest = generations[0];
  if (!newest) throw new BackupError("DAMAGED", "The repository has no key objects.", { context: { object: "keys/" } });
  if (options.seenGeneration !== void 0 && newest.generation < options.seenGeneration) {
    throw new BackupError("ROLLBACK_SUSPECTED", "The newest keyring is older than one that was seen before.", { context: { object: "keys/", seen: options.seenGeneration, found: newest.generation } });
  }
  const { repositoryId } = options;
  const { body, parts } = openGeneration(await readCopies(store, newest), keks, { ...newest, repositoryId });
  return new OpenKeys(body, { ...parts, bundle: { ...parts.bundle, masters: [...parts.bundle.masters, ...await rivalMasters(store, generations, { keks, repositoryId, bundle: parts.bundle })] } });
}
async function rivalMasters(store, generations, known) {
  const rivals = [...Map.groupBy(generations, ({ generation }) => generation).values()].filter((each) => each.length > 1).flat();
  const masters = /* @__PURE__ */ new Map();
  for (const rival of rivals) {
    try {
      const { bundle } = openGeneration(await readCopies(store, rival), known.keks, { ...rival, repositoryId: known.repositoryId }).parts;
      if (bundle.root === known.bundle.root) for (const master of bundle.masters) masters.set(master.key, master);
    } catch (error) {
      if (!isBackupError(error, "KEY_WRONG") && !isBackupError(error, "DAMAGED")) throw error;
    }
  }
  for (const { key } of known.bundle.masters) masters.delete(key);
  return [...masters.values()];
}
async function readCopies(store, stored) {
  for (const key of stored.keys) {
    const bytes = await store.get(key);
    if (createHash("sha256").update(bytes).digest("hex") === stored.name) return bytes;
  }
  throw new BackupError("DAMAGED", "Both copies of the newest keyring are damaged.", { context: { object: stored.keys[0] ?? "keys/" } });
}
var SCRYPT = { n: isCount, r: isCount, p: isCount, salt: isHexText };
var KEYRING = {
  kind: one("keyring"),
  repositoryId: isHex(16),
  generation: isCount,
  previous: orNull(isHex(32)),
  createdAt: isText,
  salt: isHex(32),
  bundle: isHexText,
  recipients: (value) => Array.isArray(value) && value.length <= RECIPIENTS_MAX && value.every(hasShape({ id: isHex(8), label: isText, kind: isText, salt: isHex(32), commitment: isHex(32), wrapped: isHexText, scrypt: optional(hasShape(SCRYPT)) }))
};
var BUNDLE = {
  root: isHex(32),
  chunker: isHex(64),
  masters: isList(hasShape({ tenant: isHex(16), epoch: isCount, key: isHex(32) })),
  idKeys: isList(hasShape({ version: isCount, key: isHex(32) })),
  writers: isList(hasShape({ id: isHex(16), publicKey: isHex(32) }))
};
function openGeneration(bytes, keks, expect) {
  const document = splitDocument(bytes);
  const body = checked(parseBody(document.body), KEYRING, "keyring");
  if (body.repositoryId !== expect.repositoryId || body.generation !== expect.generation) {
    throw new BackupError("DAMAGED", "A key object does not belong where it stands.", { context: { object: `keys/${expect.name}` } });
  }
  const opened = unwrapAny(keks, body);
  const key = hkdf(opened.keyringKey, Buffer.from(body.salt, "hex"), { info: "neonpro/v1/bundle", bytes: 32 });
  const bundle = checked(parseBody(unseal(key, bundleAad(body.repositoryId, body.generation), body.bundle)), BUNDLE, "keyring");
  const parts = { name: expect.name, bundle, ...opened };
  const keys = new OpenKeys(body, parts);
  verifyDocument(document, { purpose: "keyring", repositoryId: keys.repositoryId, signerOf: (id) => isMaintenanceSigner(id) ? keys.maintenance : void 0 });
  return { body, parts };
}
function unwrapAny(keks, body) {
  for (const kek of keks) {
    for (const recipient of body.recipients) {
      const keyringKey = unwrap(kek, recipient, body.repositoryId);
      if (keyringKey) return { keyringKey, openedBy: recipient.id };
    }
  }
  const [first] = keks;
  const fingerprint = first?.kind === "raw" ? kekFingerprint(first, Buffer.from(body.repositoryId, "hex")) : void 0;
  throw new BackupError("KEY_WRONG", "This key does not open this repository.", { context: { repository: body.repositoryId, fingerprint } });
}
function recipientOpenedBy(keys, kek) {
  return keys.recipients.find((recipient) => unwrap(kek, recipient, keys.repositoryId.toString("hex")) !== void 0);
}
async function changeKeyring(store, keys, change) {
  const repositoryId = keys.repositoryId.toString("hex");
  if (change.add) requireStrength(change.add.kek);
  const kept = keys.recipients.filter(({ id }) => id !== change.remove);
  if (change.remove !== void 0 && kept.length === keys.recipients.length) throw new BackupError("USAGE", "There is no such recipient.", { context: { recipient: change.remove } });
  const keyringKey = change.remove === void 0 ? keys.keyringKey : randomBytes3(32);
  const recipients = change.remove === void 0 ? [...kept] : kept.map((recipient) => rewrap(recipient, keyringKey, { keks: change.keks, repositoryId, now: change.now }));
  if (change.add) recipients.push(wrapFor(change.add.kek, keyringKey, { repositoryId, label: change.add.label, now: change.now }));
  if (recipients.length === 0) throw new BackupError("USAGE", "The last recipient can not be removed.", { context: { recipient: change.remove ?? "" } });
  const bundle = change.newEpoch || change.remove !== void 0 ? withNewEpoch(keys.bundle, change.now) : keys.bundle;
  const generation = keys.generation + 1;
  await requireAlone(store, { generation });
  const name = await publishKeyring(store, { repositoryId, generation, previous: keys.name, now: change.now, recipients, keyringKey, bundle });
  await requireAlone(store, { generation, name });
  return name;
}
async function requireAlone(store, { generation, name }) {
  const others = (await storedGenerations(store)).filter((each) => each.name !== name && each.generation >= generation);
  if (others.length > 0) throw new BackupError("REPOSITORY_LOCKED", "The keys were changed by somebody else at the same time. Look at them and run it again.", { context: { object: `keys/${others[0].name}` } });
}
function rewrap(recipient, keyringKey, options) {
  const kek = options.keks.find((each) => unwrap(each, recipient, options.repositoryId) !== void 0);
  if (!kek) throw new BackupError("USAGE", `The key of the recipient "${recipient.label}" is needed to keep it: add it to BACKUP_ENCRYPTION_KEY_PREVIOUS.`, { context: { recipient: recipient.id } });
  return { ...wrapFor(kek, keyringKey, { repositoryId: options.repositoryId, label: recipient.label, now: options.now, id: recipient.id }), addedAt: recipient.addedAt };
}

// src/engine/repository/repository.ts
import { createHash as createHash3, randomBytes as randomBytes4 } from "node:crypto";

// src/kernel/in-order.ts
async function* inOrder(items, { widthMax }, work) {
  const begun = [];
  try {
    for await (const item of items) {
      const result = work(item);
      result.catch(() => {
      });
      begun.push(result);
      if (begun.length >= widthMax) yield await begun.shift();
    }
    while (begun.length > 0) yield await begun.shift();
  } finally {
    await Promise.allSettled(begun);
  }
}

// src/kernel/node-version.ts
var MAJOR = 22;
var MINOR = 15;
function requireNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < MAJOR || major === MAJOR && minor < MINOR) throw new BackupError("NODE_TOO_OLD", `Node.js ${version} is too old.`, { context: { version } });
}

// src/engine/repository/config.ts
import { createHash as createHash2 } from "node:crypto";
var FORMAT_VERSION2 = "v1-rc";
var COPIES2 = ["a", "b", "c"];
var CONFIG_BYTES_MAX = 1024 * 1024;
function newConfig(repositoryId, now) {
  return {
    format: "neonpro-backup-repository",
    version: FORMAT_VERSION2,
    repositoryId,
    createdAt: now,
    hash: "sha-256",
    aead: "aes-256-gcm",
    kdf: "hkdf-sha-256",
    codecs: ["none", "zstd"],
    chunker: "window48-v1",
    features: { read: [], write: [], delete: [] }
  };
}
async function writeConfig(store, config, signer) {
  const bytes = signDocument(config, { purpose: "config", repositoryId: Buffer.from(config.repositoryId, "hex"), signer });
  const name = createHash2("sha256").update(bytes).digest("hex");
  for (const copy of COPIES2) await store.put(`config/${copy}-${name}`, bytes);
}
async function readConfig(store, signal) {
  const damaged2 = [];
  let found;
  for await (const { key, bytes: size } of store.list("config/", signal ? { signal } : {})) {
    const name = /^config\/[abc]-([0-9a-f]{64})$/.exec(key)?.[1];
    if (!name) continue;
    const bytes = size <= CONFIG_BYTES_MAX ? await store.get(key) : new Uint8Array(0);
    if (createHash2("sha256").update(bytes).digest("hex") !== name) damaged2.push(key);
    else found ??= parseConfig(bytes, damaged2);
  }
  if (found) return found;
  if (damaged2.length > 0) throw new BackupError("DAMAGED", "Every copy of the configuration is damaged.", { context: { object: damaged2[0] ?? "config/" } });
  throw new BackupError("REPOSITORY_NOT_FOUND", "There is no repository here.", { context: { repository: store.location } });
}
var CONFIG = {
  repositoryId: isHex(16),
  createdAt: isText,
  hash: isText,
  aead: isText,
  kdf: isText,
  codecs: isList(isText),
  chunker: isText,
  features: hasShape({ read: isList(isText), write: isList(isText), delete: isList(isText) })
};
function parseConfig(bytes, damaged2) {
  const document = splitDocument(bytes);
  const body = parseBody(document.body);
  checked(body, { format: isText, version: isText }, "configuration");
  const config = body;
  if (config.format !== "neonpro-backup-repository") throw new BackupError("REPOSITORY_NOT_FOUND", "The configuration is of another program.");
  if (config.version !== FORMAT_VERSION2) throw new BackupError("FORMAT_TOO_NEW", `The repository has format ${config.version}.`, { context: { version: config.version, known: FORMAT_VERSION2 } });
  checked(body, CONFIG, "configuration");
  const suite = [config.hash, config.aead, config.kdf].join(" ");
  if (suite !== "sha-256 aes-256-gcm hkdf-sha-256") throw new BackupError("FEATURE_UNSUPPORTED", "The repository uses other algorithms.", { context: { feature: suite } });
  requireFeatures(config, "read");
  return { config, document, damaged: damaged2 };
}
function requireFeatures(config, work) {
  const unknown = config.features[work];
  if (unknown.length > 0) throw new BackupError("FEATURE_UNSUPPORTED", `The repository needs ${unknown.join(", ")} to ${work}.`, { context: { feature: unknown.join(", ") } });
  if (work === "write" && config.chunker !== "window48-v1") throw new BackupError("FEATURE_UNSUPPORTED", "The repository is cut by another chunker.", { context: { feature: config.chunker } });
}
function verifyConfig(stored, maintenance) {
  verifyDocument(stored.document, { purpose: "config", repositoryId: Buffer.from(stored.config.repositoryId, "hex"), signerOf: () => maintenance });
}

// src/engine/repository/signatures.ts
var SIGNATURES_AT_ONCE = 16;
async function signedNames(opened, expect, previousOf = () => void 0) {
  const byName = new Map(opened.map((each) => [each.name, each]));
  const named = new Set(opened.map(({ body }) => previousOf(body)));
  const signed = /* @__PURE__ */ new Set();
  for (const group of [opened.filter(({ name }) => !named.has(name)), opened.filter(({ name }) => named.has(name))]) {
    const unseen = () => group.filter(({ name }) => !signed.has(name));
    for await (const { each, isSigned } of inOrder(unseen(), { widthMax: SIGNATURES_AT_ONCE }, async (each2) => ({ each: each2, isSigned: await isSignedAside(each2.document, expect) }))) {
      if (isSigned) for (const { name } of chainOf(each, byName, previousOf)) signed.add(name);
    }
  }
  return signed;
}
function* chainOf(head, byName, previousOf) {
  for (let at = head; at; ) {
    yield at;
    const before = byName.get(String(previousOf(at.body)));
    at = before?.document.signer.equals(head.document.signer) ? before : void 0;
  }
}
function unsigned() {
  return new BackupError("DAMAGED", "A signature does not verify.");
}

// src/engine/repository/repository.ts
var NAMED = /^[a-z]+\/([0-9a-f]{16}-)?[0-9a-f]{64}$/;
var DOCUMENTS_AT_ONCE = 16;
function isRotten({ error }) {
  return error.context["rotten"] === true;
}
var Repository = class _Repository {
  store;
  config;
  keys;
  /** Keys of configuration copies that are damaged although one is whole. */
  damagedConfigs;
  memory;
  constructor(store, parts) {
    this.store = store;
    this.config = parts.config;
    this.keys = parts.keys;
    this.damagedConfigs = parts.damagedConfigs;
    this.memory = parts.memory;
  }
  /** Makes a repository where there is none. Throws REPOSITORY_EXISTS, KEY_WEAK, and TARGET_REFUSED where other files are. */
  static async create(store, kek, label) {
    requireNode();
    requireStrength(kek);
    for await (const { key } of store.list("")) {
      if (key.startsWith("config/") || key.startsWith("keys/")) throw new BackupError("REPOSITORY_EXISTS", "There is a repository already.", { context: { repository: store.location } });
      throw new BackupError("TARGET_REFUSED", "The place for the repository is not empty.", { context: { path: store.location, why: "It is not empty, and no repository either", found: key } });
    }
    const now = isoTime(nowMs());
    const repositoryId = randomBytes4(16).toString("hex");
    const keyringKey = randomBytes4(32);
    const recipients = [wrapFor(kek, keyringKey, { repositoryId, label, now })];
    await publishKeyring(store, { repositoryId, generation: 1, previous: null, now, recipients, keyringKey, bundle: newBundle(now) });
    const keys = await openKeyring(store, [kek], { repositoryId });
    await writeConfig(store, newConfig(repositoryId, now), keys.maintenance);
    await store.reserve?.("keep");
    return _Repository.open(store, [kek]);
  }
  /** Throws REPOSITORY_NOT_FOUND, KEY_WRONG, FORMAT_TOO_NEW, FEATURE_UNSUPPORTED, ROLLBACK_SUSPECTED, DAMAGED. */
  static async open(store, keks, options = {}) {
    requireNode();
    const stored = await readConfig(store, options.signal);
    const repositoryId = stored.config.repositoryId;
    const memory = options.memory?.(Buffer.from(repositoryId, "hex"));
    const seen = memory?.heads();
    const keys = await openKeyring(store, keks, { repositoryId, ...seen && { seenGeneration: seen.keyGeneration }, ...options.signal && { signal: options.signal } });
    verifyConfig(stored, keys.maintenance);
    return new _Repository(store, { config: stored.config, keys, damagedConfigs: stored.damaged, memory });
  }
  /** Seals, signs and stores a document. Returns its name. `nameFor` gives the key; default `folder/name`. */
  async writeDocument(document, options) {
    const { bytes, name } = this.sealDocument(document, options);
    await this.store.put(`${options.folder}/${options.prefix ?? ""}${name}`, bytes, options.signal ? { signal: options.signal } : {});
    return name;
  }
  sealDocument(document, options) {
    const payload = signDocument(document, { purpose: String(options.type), repositoryId: this.keys.repositoryId, signer: options.signer });
    const bytes = sealPayload(options.type, this.keys.scope(), payload);
    return { bytes, name: createHash3("sha256").update(bytes).digest("hex") };
  }
  /** Seals and stores an unsigned payload (index segments). Returns its name. */
  async writePayload(payload, options) {
    const bytes = sealPayload(options.type, this.keys.scope(), payload);
    const name = createHash3("sha256").update(bytes).digest("hex");
    await this.store.put(`${options.folder}/${name}`, bytes, options.signal ? { signal: options.signal } : {});
    return name;
  }
  /** Reads a whole small object by key: its name, then its seal. Re-read once before it is called DAMAGED. */
  readPayload(key, type, signal) {
    return this.#open(key, type, { isNamed: true, signal });
  }
  /** Reads one signed document whose key is not its name (a claim). Throws NOT_FOUND, DAMAGED. The caller checks that it belongs to its key. */
  async readDocument(key, type, signal) {
    const { body, signer } = verifyDocument(splitDocument(await this.#open(key, type, { isNamed: false, signal })), this.#signedAs(type));
    return { body, signer: signer.toString("hex") };
  }
  async #open(key, type, { isNamed, signal }) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const bytes = await this.store.get(key, signal ? { signal } : {});
        if (isNamed && createHash3("sha256").update(bytes).digest("hex") !== key.slice(-64)) throw new BackupError("DAMAGED", "An object does not have the SHA-256 that names it.", { context: { object: key, rotten: true } });
        return openPayload(bytes, { type, repositoryId: this.keys.repositoryId, masterOf: this.keys.masterOf }).payload;
      } catch (error) {
        if (attempt > 0 || !(error instanceof BackupError) || error.code !== "DAMAGED") throw atObject(error, key);
      }
    }
  }
  /**
   * Reads every signed document of a folder, in the order of its listing. What can't be believed is returned apart, never dropped in silence. `previousOf`: for
   * documents that are chains of their signers (signatures.ts).
   */
  async readDocuments(folder, type, options = {}) {
    const { signal, previousOf } = options;
    const read = [];
    const listed = this.store.list(`${folder}/`, signal ? { signal } : {});
    for await (const each of inOrder(listed, { widthMax: DOCUMENTS_AT_ONCE }, (object) => this.#listedDocument(object, type, signal))) if (each) read.push(each);
    const opened = read.filter((each) => "document" in each);
    const signed = await signedNames(opened, this.#signedAs(type), previousOf);
    return {
      documents: opened.filter(({ name }) => signed.has(name)).map(({ name, key, modifiedMs, body, document }) => ({ name, key, modifiedMs, body, signer: document.signer.toString("hex") })),
      problems: read.flatMap((each) => "error" in each ? [each] : signed.has(each.name) ? [] : [{ key: each.key, error: unsigned(), modifiedMs: each.modifiedMs }])
    };
  }
  async #listedDocument({ key, modifiedMs }, type, signal) {
    if (!NAMED.test(key)) return void 0;
    try {
      const document = splitDocument(await this.readPayload(key, type, signal));
      return { name: key.slice(-64), key, modifiedMs, document, body: parseBody(document.body) };
    } catch (error) {
      if (isBackupError(error, "NOT_FOUND")) return void 0;
      if (isBackupError(error, "DAMAGED")) return { key, error, modifiedMs };
      throw error;
    }
  }
  #signedAs(type) {
    return { purpose: String(type), repositoryId: this.keys.repositoryId, signerOf: this.keys.signerOf };
  }
  async [Symbol.asyncDispose]() {
    await this.store[Symbol.asyncDispose]();
  }
};
function atObject(error, key) {
  if (!(error instanceof BackupError) || error.context["object"] === key) return error;
  return new BackupError(error.code, error.message, { context: { ...error.context, object: key }, cause: error });
}

// src/engine/repository/user-files.ts
import { createHash as createHash4, createHmac as createHmac2, randomBytes as randomBytes5 } from "node:crypto";
import fs7 from "node:fs/promises";
import path2 from "node:path";
var FOLDER = "user/";
var NAME = "name";
var FRAME_BYTES = 1024 * 1024;
var LEFTOVER_MS = 24 * 3600 * 1e3;
async function writeUserFile(repository, filePath, body, { signal } = {}) {
  const { store } = repository;
  await store.prepare();
  const staged = path2.join(store.stagingDirectory, `user-${machineTag()}-${process.pid}-${randomBytes5(12).toString("hex")}`);
  try {
    const written = await stage(repository, { path: filePath, staged, body, signal });
    const folder = folderOf(repository, filePath);
    const former = await readName(repository, filePath, signal).catch(orNothing);
    await store.publish(staged, `${folder}/${written.content}`, signal ? { signal } : {});
    const file = { path: filePath, bytes: written.bytes, sha256: written.sha256, modifiedAt: isoTime(nowMs()), content: written.content };
    await store.put(`${folder}/${NAME}`, sealPayload(ObjectType.USER_NAME, repository.keys.scope(), Buffer.from(JSON.stringify(file))), signal ? { signal } : {});
    await sweep(store, { folder, current: written.content, former: former?.content });
    return stated(file);
  } finally {
    await fs7.rm(staged, { force: true });
  }
}
function orNothing(error) {
  if (isBackupError(error, "DAMAGED") || isBackupError(error, "FILE_NOT_FOUND")) return void 0;
  throw error;
}
async function stage(repository, { path: filePath, staged, body, signal }) {
  const plain = createHash4("sha256");
  const file = await fs7.open(staged, "wx", 384);
  const writer = new SealedWriter(file, new ObjectSealer(ObjectType.USER_CONTENT, repository.keys.scope()));
  let bytes = 0;
  try {
    await writer.begin(Buffer.from(filePath));
    for await (const piece of body) {
      throwIfAborted(signal);
      plain.update(piece);
      bytes += piece.length;
      for (let at = 0; at < piece.length; at += FRAME_BYTES) await writer.write(piece.subarray(at, at + FRAME_BYTES));
    }
    throwIfAborted(signal);
    return { bytes, sha256: plain.digest("hex"), content: await writer.end() };
  } finally {
    await file.close();
  }
}
var SealedWriter = class {
  #file;
  #sealer;
  #hash = createHash4("sha256");
  #plain = Buffer.allocUnsafeSlow(FRAME_BYTES);
  #sealed = Buffer.allocUnsafeSlow(FRAME_BYTES + FRAME_HEADER_BYTES + TAG_BYTES);
  #held = 0;
  #isPathHeld = false;
  constructor(file, sealer) {
    this.#file = file;
    this.#sealer = sealer;
  }
  /** The path waits to be sealed: of an empty file its frame is the final one. */
  async begin(filePath) {
    await this.#append(this.#sealer.header);
    this.#held = filePath.copy(this.#plain);
    this.#isPathHeld = true;
  }
  /** At most a frame's bytes. */
  async write(piece) {
    if (piece.length === 0) return;
    if (this.#isPathHeld || this.#held === FRAME_BYTES) await this.#seal(false);
    this.#isPathHeld = false;
    const taken = Math.min(piece.length, FRAME_BYTES - this.#held);
    this.#plain.set(piece.subarray(0, taken), this.#held);
    this.#held += taken;
    if (taken < piece.length) await this.write(piece.subarray(taken));
  }
  /** Seals the final frame. Returns the object's name. */
  async end() {
    await this.#seal(true);
    return this.#hash.digest("hex");
  }
  async #seal(final) {
    let at = 0;
    this.#sealer.sealFrame([this.#plain.subarray(0, this.#held)], { kind: FrameKind.PAYLOAD, final, emit: (piece) => {
      this.#sealed.set(piece, at);
      at += piece.length;
    } });
    this.#held = 0;
    await this.#append(this.#sealed.subarray(0, at));
  }
  async #append(bytes) {
    this.#hash.update(bytes);
    for (let done = 0; done < bytes.length; ) done += (await this.#file.write(bytes, done)).bytesWritten;
  }
};
async function sweep(store, { folder, current, former }) {
  const now = nowMs();
  for await (const { key, modifiedMs } of store.list(`${folder}/`)) {
    const name = key.slice(folder.length + 1);
    if (name !== NAME && name !== current && (name === former || now - modifiedMs > LEFTOVER_MS)) await store.delete(key);
  }
}
async function readUserFile(repository, filePath, { signal } = {}) {
  for (let attempt = 1; ; attempt += 1) {
    const name = await readName(repository, filePath, signal);
    const key = `${folderOf(repository, filePath)}/${name.content}`;
    try {
      const source = await openObject(repository.store, key, signal);
      return { file: stated(name), content: contentOf(repository, { name, source, key }), [Symbol.asyncDispose]: () => source[Symbol.asyncDispose]() };
    } catch (error) {
      if (!isBackupError(error, "NOT_FOUND")) throw error;
      if (attempt > 2) throw new BackupError("DAMAGED", "The content of a file is not there.", { context: { object: key }, cause: error });
    }
  }
}
async function hasUserFile(repository, filePath, options = {}) {
  return await repository.store.head(`${folderOf(repository, filePath)}/${NAME}`, options) !== void 0;
}
async function removeUserFile(repository, filePath, options = {}) {
  if (!await hasUserFile(repository, filePath, options)) return false;
  const folder = folderOf(repository, filePath);
  const keys = [];
  for await (const { key } of repository.store.list(`${folder}/`, options)) keys.push(key);
  await repository.store.delete(`${folder}/${NAME}`, options);
  for (const key of keys) await repository.store.delete(key);
  return true;
}
async function listUserFiles(repository, options = {}) {
  const files = [];
  const problems = [];
  for await (const { key } of namesIn(repository.store, options)) {
    try {
      files.push(stated(await openName(repository, key, options.signal)));
    } catch (error) {
      if (isBackupError(error, "DAMAGED")) problems.push({ key, error });
      else if (!isBackupError(error, "NOT_FOUND")) throw error;
    }
  }
  return { files: files.sort((a, b) => a.path < b.path ? -1 : 1), problems };
}
async function countUserFiles(store, options = {}) {
  let count = 0;
  for await (const _ of namesIn(store, options)) count += 1;
  return count;
}
async function* namesIn(store, options) {
  for await (const stat of store.list(FOLDER, options)) if (stat.key.endsWith(`/${NAME}`)) yield stat;
}
function folderOf({ keys }, filePath) {
  const id = createHmac2("sha256", keys.userNameKey).update(filePath).digest("hex");
  return `${FOLDER}${id.slice(0, 2)}/${id}`;
}
async function readName(repository, filePath, signal) {
  try {
    return await openName(repository, `${folderOf(repository, filePath)}/${NAME}`, signal);
  } catch (error) {
    throw isBackupError(error, "NOT_FOUND") ? new BackupError("FILE_NOT_FOUND", "There is no such file.", { context: { path: filePath }, cause: error }) : error;
  }
}
async function openName(repository, key, signal) {
  const bytes = await repository.store.get(key, signal ? { signal } : {});
  const damaged2 = (cause) => new BackupError("DAMAGED", "A file's name can not be believed.", { context: { object: key }, cause });
  let body;
  try {
    body = JSON.parse(openPayload(bytes, { type: ObjectType.USER_NAME, repositoryId: repository.keys.repositoryId, masterOf: repository.keys.masterOf }).payload.toString("utf8"));
  } catch (error) {
    throw damaged2(error);
  }
  const { path: filePath, bytes: size, sha256, modifiedAt, content } = body;
  const isWhole2 = typeof filePath === "string" && Number.isSafeInteger(size) && typeof sha256 === "string" && typeof modifiedAt === "string" && typeof content === "string" && /^[0-9a-f]{64}$/.test(content);
  if (!isWhole2 || key !== `${folderOf(repository, filePath)}/${NAME}`) throw damaged2();
  return { path: filePath, bytes: size, sha256, modifiedAt, content };
}
function stated({ path: filePath, bytes, sha256, modifiedAt }) {
  return { path: filePath, bytes, sha256, modifiedAt };
}
async function openObject(store, key, signal) {
  const stat = await store.head(key, signal ? { signal } : {});
  if (!stat) throw new BackupError("NOT_FOUND", "There is no such object.", { context: { key } });
  const local = store.localPath(key);
  const file = local === void 0 ? void 0 : await fs7.open(local).catch((error) => {
    throw new BackupError("NOT_FOUND", "There is no such object.", { context: { key }, cause: error });
  });
  let at = 0;
  return {
    take: async (into) => {
      throwIfAborted(signal);
      if (at + into.length > stat.bytes) throw new BackupError("DAMAGED", "An object is cut short.", { context: { object: key } });
      if (file) await readFully(file, into, at);
      else into.set(await store.get(key, { offset: at, length: into.length, ...signal && { signal } }));
      at += into.length;
    },
    get isAtEnd() {
      return at === stat.bytes;
    },
    [Symbol.asyncDispose]: async () => file?.close()
  };
}
async function readFully(file, into, from) {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await file.read(into, done, into.length - done, from + done);
    if (bytesRead === 0) throw new BackupError("DAMAGED", "An object is cut short.");
    done += bytesRead;
  }
}
async function* contentOf(repository, { name, source, key }) {
  const hash2 = createHash4("sha256");
  let bytes = 0;
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    await source.take(header);
    const opener = new ObjectOpener(header, { type: ObjectType.USER_CONTENT, repositoryId: repository.keys.repositoryId, masterOf: repository.keys.masterOf });
    const buffer = Buffer.allocUnsafeSlow(FRAME_HEADER_BYTES + FRAME_BYTES + TAG_BYTES);
    let isFinal = false;
    for (let number = 0; !isFinal; number += 1) {
      const frame = await takeFrame(source, { opener, buffer, number });
      isFinal = frame.isFinal;
      if (number === 0) requireSame(Buffer.from(frame.plaintext).equals(Buffer.from(name.path)));
      else {
        hash2.update(frame.plaintext);
        bytes += frame.plaintext.length;
        yield frame.plaintext;
      }
    }
    requireSame(source.isAtEnd && bytes === name.bytes && hash2.digest("hex") === name.sha256);
  } catch (error) {
    throw isBackupError(error, "DAMAGED") ? new BackupError("DAMAGED", error.message, { context: { ...error.context, object: key }, cause: error }) : error;
  }
}
function requireSame(isSame) {
  if (!isSame) throw new BackupError("DAMAGED", "The content of a file is not what its name says.");
}
async function takeFrame(source, { opener, buffer, number }) {
  await source.take(buffer.subarray(0, FRAME_HEADER_BYTES));
  const end = FRAME_HEADER_BYTES + parseFrameHeader(buffer).sealedBytes;
  requireSame(end <= buffer.length);
  await source.take(buffer.subarray(FRAME_HEADER_BYTES, end));
  const frame = opener.openFrame(buffer.subarray(0, end), { number });
  requireSame(frame.kind === FrameKind.PAYLOAD);
  return frame;
}

// src/engine/repository/blob-reader.ts
var BlobReader = class {
  #index;
  #segments;
  #lookupIds;
  #lookupId = new Uint32Array(4);
  constructor(index, segments, lookupIds) {
    this.#index = index;
    this.#segments = segments;
    this.#lookupIds = lookupIds;
  }
  /** True when an index segment names the blob. */
  has(id) {
    return this.entryOf(id) >= 0;
  }
  /** The blob's entry in the index, or -1. */
  entryOf(id) {
    this.#lookupIds.lookupInto(id, 0, this.#lookupId);
    return this.#index.table.find(this.#lookupId);
  }
  /** The segment that holds the blob, or -1. */
  segmentOf(id) {
    const entry = this.entryOf(id);
    return entry < 0 ? -1 : this.#index.table.segmentOf(entry);
  }
  /** Begins to read the blob's segment in the background, where that can be done. */
  prefetch(id) {
    const segment = this.segmentOf(id);
    if (segment >= 0) this.#segments.prefetch(segment);
  }
  /** The blob, valid until the next read. Throws NOT_FOUND when no index names it, DAMAGED when no copy is right. */
  async read(id, signal) {
    const entry = this.entryOf(id);
    if (entry < 0) throw missing(id);
    try {
      return this.#take(entry, await this.#segments.read(this.#index.table.segmentOf(entry), signal), id);
    } catch (error) {
      if (!isBackupError(error)) throw error;
      return this.#readCopy(id, { tried: entry, error, ...signal && { signal } });
    }
  }
  /** The blob when it can be had at once (its segment is cached or its pack is an open local file), else undefined. */
  readSync(id) {
    const entry = this.entryOf(id);
    if (entry < 0) return void 0;
    const decoded = this.#segments.readSync(this.#index.table.segmentOf(entry));
    return decoded && this.#takeIfRight(entry, decoded, id);
  }
  async #readCopy(id, failed) {
    this.#lookupIds.lookupInto(id, 0, this.#lookupId);
    for (const entry of this.#index.table.findAll(this.#lookupId)) {
      if (entry === failed.tried) continue;
      try {
        return this.#take(entry, await this.#segments.read(this.#index.table.segmentOf(entry), failed.signal), id);
      } catch (error) {
        if (!isBackupError(error)) throw error;
      }
    }
    throw failed.error;
  }
  #take(entry, decoded, id) {
    const blob = this.#takeIfRight(entry, decoded, id);
    if (blob) return blob;
    throw new BackupError("DAMAGED", "A blob does not have the SHA-256 that names it.", { context: { object: `blob ${Buffer.from(id).toString("hex")}` } });
  }
  #takeIfRight(entry, decoded, id) {
    const { offset, bytes } = this.#index.table.placeOf(entry);
    const blob = decoded.bytes.subarray(offset, offset + bytes);
    return blob.length === bytes && Buffer.compare(blobIdOf(blob), id) === 0 ? blob : void 0;
  }
};
function missing(id) {
  return new BackupError("NOT_FOUND", "No index segment names a blob that a snapshot needs.", { context: { object: `blob ${Buffer.from(id).toString("hex")}` } });
}

// src/engine/pack/byte-reader.ts
var VARINT_BYTES_MAX = 8;
var ByteReader = class {
  #bytes;
  #what;
  #at;
  constructor(bytes, what, at = 0) {
    this.#bytes = bytes;
    this.#what = what;
    this.#at = at;
  }
  get offset() {
    return this.#at;
  }
  get left() {
    return this.#bytes.length - this.#at;
  }
  u8() {
    const value = this.#bytes[this.#at];
    if (value === void 0) throw this.damaged("ends too early");
    this.#at += 1;
    return value;
  }
  u32() {
    const at = this.#take(4);
    const b = this.#bytes;
    return (b[at] | b[at + 1] << 8 | b[at + 2] << 16 | b[at + 3] << 24) >>> 0;
  }
  varint() {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < VARINT_BYTES_MAX; i += 1) {
      const byte = this.u8();
      value += (byte & 127) * scale;
      if (byte < 128) {
        if (value > Number.MAX_SAFE_INTEGER) throw this.damaged("holds a number that is too large");
        return value;
      }
      scale *= 128;
    }
    throw this.damaged("holds an overlong number");
  }
  /** A varint that counts things of at least `bytesEach` bytes that follow in this object: never larger than what is left. */
  count(bytesEach = 1) {
    const value = this.varint();
    if (value * bytesEach > this.left) throw this.damaged("counts more than it holds");
    return value;
  }
  bytes(length) {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }
  end() {
    if (this.left !== 0) throw this.damaged("has bytes after its end");
  }
  damaged(how) {
    return new BackupError("DAMAGED", `${this.#what} ${how} (at byte ${this.#at}).`, { context: { object: this.#what } });
  }
  #take(length) {
    if (length > this.left) throw this.damaged("ends too early");
    const at = this.#at;
    this.#at += length;
    return at;
  }
};

// src/engine/pack/byte-writer.ts
var ByteWriter = class {
  #bytes;
  #length = 0;
  constructor(capacityBytes = 256) {
    this.#bytes = Buffer.allocUnsafeSlow(capacityBytes);
  }
  get length() {
    return this.#length;
  }
  clear() {
    this.#length = 0;
  }
  /** Room for `bytes` more; returns the offset at which they begin. The caller fills them through `buffer`. */
  advance(bytes) {
    const start = this.#length;
    const need = start + bytes;
    if (need > this.#bytes.length) this.#grow(need);
    this.#length = need;
    return start;
  }
  get buffer() {
    return this.#bytes;
  }
  u8(value) {
    const at = this.advance(1);
    this.#bytes[at] = value;
  }
  u32(value) {
    const at = this.advance(4);
    this.#bytes.writeUInt32LE(value >>> 0, at);
  }
  varint(value) {
    let rest = value;
    while (rest >= 128) {
      this.u8(rest % 128 | 128);
      rest = Math.floor(rest / 128);
    }
    this.u8(rest);
  }
  bytes(data) {
    const at = this.advance(data.length);
    this.#bytes.set(data, at);
  }
  /** What was written; valid until the next write. */
  view() {
    return this.#bytes.subarray(0, this.#length);
  }
  /** A copy that stays. */
  copy() {
    return Buffer.from(this.view());
  }
  #grow(need) {
    const next = Buffer.allocUnsafeSlow(Math.max(need, this.#bytes.length * 2));
    next.set(this.view());
    this.#bytes = next;
  }
};

// src/kernel/release.ts
function release2(...buffers) {
  for (const { buffer, byteLength } of buffers) if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength && byteLength >= BYTES_MIN) buffer.transfer(0);
}
var BYTES_MIN = 4096;

// src/engine/pack/growing-buffer.ts
var STEP_BYTES = 1280 * 1024;
function roomFor(bytes) {
  return Math.ceil(bytes / STEP_BYTES) * STEP_BYTES;
}
var GrowingBuffer = class {
  #buffer = Buffer.alloc(0);
  /** At least that long. */
  reserve(bytes) {
    if (this.#buffer.length < bytes) {
      release2(this.#buffer);
      this.#buffer = Buffer.allocUnsafeSlow(roomFor(bytes));
    }
    return this.#buffer;
  }
  release() {
    release2(this.#buffer);
    this.#buffer = Buffer.alloc(0);
  }
};

// src/engine/pack/local-pack.ts
import fs9 from "node:fs";
import { promisify as promisify2 } from "node:util";

// src/engine/pack/staged-file.ts
import { createHash as createHash5, randomBytes as randomBytes6 } from "node:crypto";
import fs8 from "node:fs";
import path3 from "node:path";
var BLOCK_BYTES = 4096;
var OPEN_FLAGS = fs8.constants.O_WRONLY | fs8.constants.O_CREAT | fs8.constants.O_EXCL;
var HASH_PIECE_BYTES = 128 * 1024;
function alignedBuffer(bytes) {
  const pages = Math.ceil(bytes / 65536);
  return Buffer.from(new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer, 0, bytes);
}
var StagedFile = class {
  path;
  #buffer;
  #hash = createHash5("sha256");
  #descriptor;
  #isDirect;
  #used = 0;
  #flushed = 0;
  /** `buffer` is page-aligned and a multiple of 4096 long; it belongs to this file until `finish` or `discard`. */
  constructor(directory, buffer) {
    this.path = path3.join(directory, `pack-${machineTag()}-${process.pid}-${randomBytes6(12).toString("hex")}`);
    this.#buffer = buffer;
    const opened = openStaged(this.path);
    this.#descriptor = opened.descriptor;
    this.#isDirect = opened.isDirect;
  }
  get bytes() {
    return this.#flushed + this.#used;
  }
  write(data) {
    let from = 0;
    while (from < data.length) {
      const room = Math.min(this.#buffer.length - this.#used, data.length - from);
      this.#buffer.set(data.subarray(from, from + room), this.#used);
      this.#used += room;
      from += room;
      if (this.#used === this.#buffer.length) this.#flush(this.#used);
    }
  }
  /** Writes the rest and closes. The file is complete but not yet durable: that is the store's publish. */
  finish() {
    const bytes = this.bytes;
    const rest = this.#used;
    if (rest > 0) this.#flushTail(rest);
    fs8.closeSync(this.#descriptor);
    this.#descriptor = -1;
    return { path: this.path, name: this.#hash.digest("hex"), bytes };
  }
  /** Forgets the file; safe at any time. */
  discard() {
    if (this.#descriptor >= 0) fs8.closeSync(this.#descriptor);
    this.#descriptor = -1;
    fs8.rmSync(this.path, { force: true });
  }
  #flushTail(rest) {
    const total = this.bytes;
    if (!this.#isDirect) return this.#flush(rest);
    const padded = Math.ceil(rest / BLOCK_BYTES) * BLOCK_BYTES;
    this.#buffer.fill(0, rest, padded);
    this.#hashPieces(rest);
    this.#writeOut(padded);
    fs8.ftruncateSync(this.#descriptor, total);
  }
  #flush(bytes) {
    this.#hashPieces(bytes);
    this.#writeOut(bytes);
    this.#flushed += bytes;
    this.#used = 0;
  }
  #hashPieces(bytes) {
    for (let at = 0; at < bytes; at += HASH_PIECE_BYTES) this.#hash.update(this.#buffer.subarray(at, Math.min(bytes, at + HASH_PIECE_BYTES)));
  }
  #writeOut(bytes) {
    let at = 0;
    while (at < bytes) at += this.#writeOnce(at, bytes);
  }
  #writeOnce(at, end) {
    try {
      return fs8.writeSync(this.#descriptor, this.#buffer, at, end - at, this.#flushed + at);
    } catch (error) {
      if (this.#isDirect && systemCode(error) === "EINVAL") {
        this.#reopenBuffered();
        return 0;
      }
      throw stagingError(error, this.path);
    }
  }
  #reopenBuffered() {
    fs8.closeSync(this.#descriptor);
    this.#descriptor = fs8.openSync(this.path, fs8.constants.O_WRONLY);
    this.#isDirect = false;
  }
};
function openStaged(file) {
  const direct = fs8.constants.O_DIRECT;
  if (direct !== void 0) {
    try {
      return { descriptor: fs8.openSync(file, OPEN_FLAGS | direct, 384), isDirect: true };
    } catch (error) {
      if (systemCode(error) !== "EINVAL") throw stagingError(error, file);
    }
  }
  try {
    fs8.rmSync(file, { force: true });
    return { descriptor: fs8.openSync(file, OPEN_FLAGS, 384), isDirect: false };
  } catch (error) {
    throw stagingError(error, file);
  }
}
function stagingError(error, file) {
  const code = systemCode(error);
  const context = { path: path3.dirname(file), cause: code ?? "unknown" };
  if (code === "ENOSPC" || code === "EDQUOT") return new BackupError("DISK_FULL", "The staging folder has no room left.", { context, cause: error });
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") return new BackupError("PERMISSION_DENIED", "The staging folder cannot be written.", { context, cause: error });
  return new BackupError("STORAGE_FAILED", "Writing to the staging folder failed.", { context, cause: error });
}

// src/engine/pack/local-pack.ts
var BLOCK_BYTES2 = 4096;
var readInBackground = promisify2(fs9.read);
var FLAGS = fs9.constants.O_RDONLY | fs9.constants.O_NOFOLLOW;
var ReadBuffer = class {
  #buffer = Buffer.alloc(0);
  /** At least that long, and aligned for O_DIRECT. */
  reserve(bytes) {
    if (this.#buffer.length < bytes) this.#buffer = alignedBuffer(roomFor(bytes));
    return this.#buffer;
  }
};
var LocalPack = class {
  #path;
  #buffer;
  #descriptor;
  #isDirect;
  /** `isCached`: through the page cache, for what is read again soon. Throws what opening throws, by its system code. */
  constructor(path4, buffer, { isCached }) {
    this.#path = path4;
    this.#buffer = buffer;
    const opened = isCached ? void 0 : openDirect(path4);
    this.#isDirect = opened !== void 0;
    this.#descriptor = opened ?? fs9.openSync(path4, FLAGS);
  }
  get bytes() {
    return fs9.fstatSync(this.#descriptor).size;
  }
  /** Up to `bytes` bytes from `position`; fewer where the file ends. Valid until the next read with the same buffer. */
  read(position, bytes) {
    const blocks = blocksOf(position, bytes);
    const buffer = this.#buffer.reserve(blocks.length);
    let done = 0;
    while (done < blocks.length) {
      const got = this.#readOnce(buffer, { ...blocks, done });
      done += got;
      if (isAtEnd(got, done)) break;
    }
    return cut(buffer, { position, bytes, from: blocks.from, done });
  }
  /** The same in the background, into a buffer that nothing else uses meanwhile. The first read of a pack is `read`. */
  async readAhead(position, bytes, into) {
    const { from, length } = blocksOf(position, bytes);
    const buffer = into.reserve(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await readInBackground(this.#descriptor, buffer, done, length - done, from + done);
      done += bytesRead;
      if (isAtEnd(bytesRead, done)) break;
    }
    return cut(buffer, { position, bytes, from, done });
  }
  [Symbol.dispose]() {
    if (this.#descriptor >= 0) fs9.closeSync(this.#descriptor);
    this.#descriptor = -1;
  }
  #readOnce(buffer, { done, length, from }) {
    try {
      return fs9.readSync(this.#descriptor, buffer, done, length - done, from + done);
    } catch (error) {
      if (!this.#isDirect || systemCode(error) !== "EINVAL") throw error;
      this.#reopenBuffered();
      return fs9.readSync(this.#descriptor, buffer, done, length - done, from + done);
    }
  }
  /** A file system that opens with O_DIRECT and then refuses to read so. */
  #reopenBuffered() {
    const buffered = fs9.openSync(this.#path, FLAGS);
    fs9.closeSync(this.#descriptor);
    this.#descriptor = buffered;
    this.#isDirect = false;
  }
};
function blocksOf(position, bytes) {
  const from = Math.floor(position / BLOCK_BYTES2) * BLOCK_BYTES2;
  return { from, length: Math.ceil((position + bytes - from) / BLOCK_BYTES2) * BLOCK_BYTES2 };
}
function isAtEnd(got, done) {
  return got === 0 || done % BLOCK_BYTES2 !== 0;
}
function cut(buffer, { position, bytes, from, done }) {
  const start = position - from;
  return buffer.subarray(start, Math.max(start, Math.min(done, start + bytes)));
}
function openDirect(path4) {
  if (fs9.constants.O_DIRECT === void 0) return void 0;
  try {
    return fs9.openSync(path4, FLAGS | fs9.constants.O_DIRECT);
  } catch (error) {
    if (systemCode(error) === "EINVAL") return void 0;
    throw error;
  }
}

// src/engine/compression/probe.ts
var SAMPLES = 4096;
var COLLISION_SHARE_MAX = 1 / 250;
var counts = new Uint16Array(256);
function looksIncompressible(bytes) {
  if (bytes.length < SAMPLES) return false;
  counts.fill(0);
  const stride = Math.floor(bytes.length / SAMPLES);
  for (let i = 0, at = 0; i < SAMPLES; i += 1, at += stride) counts[bytes[at]] += 1;
  let squares = 0;
  for (const count of counts) squares += count * count;
  return (squares - SAMPLES) / (SAMPLES * (SAMPLES - 1)) < COLLISION_SHARE_MAX;
}

// src/engine/compression/zstd.ts
import zlib from "node:zlib";

// src/engine/compression/levels.ts
var ZSTD_LEVELS = { 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 7: 10, 8: 13, 9: 19 };
var DEFAULT_LEVEL = 3;
function zstdLevel(level) {
  return ZSTD_LEVELS[level] ?? ZSTD_LEVELS[DEFAULT_LEVEL];
}

// src/engine/compression/zstd.ts
var Grain = { SMALL: "small", LARGE: "large" };
function createSegmentDecoder() {
  const portable = new PortableCodec(3);
  try {
    const codec = new HandleCodec(3);
    if (decodes(codec)) return codec;
    codec.dispose();
  } catch {
  }
  return portable;
}
function createSegmentCodec(options) {
  const portable = new PortableCodec(options.level);
  if (options.portable) return portable;
  try {
    const codec = new HandleCodec(options.level);
    if (agrees(codec, portable)) return codec;
    codec.dispose();
  } catch {
  }
  return portable;
}
var PortableCodec = class {
  #level;
  constructor(level) {
    this.#level = level;
  }
  compress(input, output, grain = Grain.LARGE) {
    const frame = zlib.zstdCompressSync(input, { params: compressParams(this.#level, grain) });
    if (frame.length > output.length) return 0;
    output.set(frame);
    return frame.length;
  }
  decompress(input, output) {
    try {
      const plain = zlib.zstdDecompressSync(input, { maxOutputLength: Math.max(1, output.length) });
      output.set(plain);
      return plain.length;
    } catch (error) {
      throw malformed(error);
    }
  }
  dispose() {
  }
};
var TUNED = { [Grain.LARGE]: { minMatch: 6, hashLog: 17, chainLog: 17 }, [Grain.SMALL]: { minMatch: 6, hashLog: 16, chainLog: 15 } };
function compressParams(level, grain) {
  const { ZSTD_c_compressionLevel, ZSTD_c_minMatch, ZSTD_c_hashLog, ZSTD_c_chainLog } = zlib.constants;
  const { minMatch, hashLog, chainLog } = TUNED[grain];
  const tuned = level === DEFAULT_LEVEL ? { [ZSTD_c_minMatch]: minMatch, [ZSTD_c_hashLog]: hashLog, [ZSTD_c_chainLog]: chainLog } : {};
  return { [ZSTD_c_compressionLevel]: zstdLevel(level), ...tuned };
}
var HandleCall = class {
  #open;
  #stream;
  #failure;
  constructor(open) {
    this.#open = open;
  }
  /** Runs one whole frame. Returns the bytes written, or undefined when the output is too small or the frame incomplete. */
  run(input, output) {
    const stream = this.#ready();
    const { _handle: handle, _writeState: state } = stream;
    if (!handle || !state) throw new TypeError("zstd handle");
    this.#failure = void 0;
    const onerror = handle;
    onerror.onerror = (message) => {
      this.#failure = new Error(message);
    };
    handle.writeSync(zlib.constants.ZSTD_e_end, input, 0, input.length, output, 0, output.length);
    const [outputLeft, inputLeft] = [state[0], state[1]];
    if (this.#failure || inputLeft > 0 || outputLeft === 0) {
      this.close();
      return void 0;
    }
    return output.length - outputLeft;
  }
  get failure() {
    return this.#failure;
  }
  close() {
    this.#stream?.close();
    this.#stream = void 0;
  }
  #ready() {
    if (this.#stream) return this.#stream;
    const stream = this.#open();
    stream.on("error", () => {
    });
    this.#stream = stream;
    return stream;
  }
};
var HandleCodec = class {
  #compress;
  #decompress;
  constructor(level) {
    const call = (grain) => new HandleCall(() => zlib.createZstdCompress({ params: compressParams(level, grain) }));
    this.#compress = { [Grain.SMALL]: call(Grain.SMALL), [Grain.LARGE]: call(Grain.LARGE) };
    this.#decompress = new HandleCall(() => zlib.createZstdDecompress());
  }
  compress(input, output, grain = Grain.LARGE) {
    return this.#compress[grain].run(input, output) ?? 0;
  }
  decompress(input, output) {
    const direct = this.#decompress.run(input, output);
    if (direct !== void 0) return direct;
    if (this.#decompress.failure) throw malformed(this.#decompress.failure);
    const spare = Buffer.allocUnsafeSlow(output.length + 1);
    const bytes = this.#decompress.run(input, spare);
    if (bytes === void 0) throw malformed(this.#decompress.failure);
    output.set(spare.subarray(0, bytes));
    return bytes;
  }
  dispose() {
    for (const call of Object.values(this.#compress)) call.close();
    this.#decompress.close();
  }
};
var SAMPLE_TEXT = "paciente;data;exame;resultado\n".repeat(300);
var SAMPLE_FRAME = Buffer.from("KLUv/WAoIjUBAPBwYWNpZW50ZTtkYXRhO2V4YW1lO3Jlc3VsdGFkbwoBAB6MwCsn", "base64");
function decodes(codec) {
  const expected = Buffer.from(SAMPLE_TEXT);
  for (let round = 0; round < 2; round += 1) {
    const plain = Buffer.alloc(expected.length + 1);
    if (codec.decompress(SAMPLE_FRAME, plain) !== expected.length || !plain.subarray(0, expected.length).equals(expected)) return false;
    if (!refuses(codec)) return false;
  }
  return true;
}
function refuses(codec) {
  try {
    codec.decompress(SAMPLE_FRAME.subarray(0, SAMPLE_FRAME.length - 3), Buffer.alloc(SAMPLE_TEXT.length));
    return false;
  } catch {
    return true;
  }
}
function agrees(codec, portable) {
  const sample = Buffer.from("paciente;data;exame;resultado\n".repeat(300) + Array.from({ length: 200 }, (_, i) => `${i * 7919};`).join(""));
  const frame = Buffer.alloc(sample.length);
  const plain = Buffer.alloc(sample.length + 1);
  const expected = Buffer.alloc(sample.length);
  const expectedBytes = portable.compress(sample, expected, Grain.SMALL);
  for (let round = 0; round < 2; round += 1) {
    const bytes = codec.compress(sample, frame, Grain.SMALL);
    if (bytes === 0 || Math.abs(bytes - expectedBytes) > 16) return false;
    if (codec.decompress(frame.subarray(0, bytes), plain) !== sample.length || !plain.subarray(0, sample.length).equals(sample)) return false;
    if (portable.decompress(frame.subarray(0, bytes), plain.fill(0)) !== sample.length || !plain.subarray(0, sample.length).equals(sample)) return false;
  }
  return true;
}
function malformed(cause) {
  return new BackupError("DAMAGED", "A compressed segment does not decode.", { cause });
}

// src/engine/pack/segment.ts
var Codec = { NONE: 0, ZSTD: 1 };
var SEGMENT_PLAIN_BYTES_MAX = 16 * 1024 * 1024;
function parseSegment(plaintext) {
  const reader = new ByteReader(plaintext, "segment");
  const codec = reader.u8();
  if (codec !== Codec.NONE && codec !== Codec.ZSTD) throw reader.damaged(`has the unknown codec ${codec}`);
  const count = reader.count();
  const blobOffsets = new Uint32Array(count + 1);
  let total = 0;
  for (let i = 0; i < count; i += 1) {
    total += reader.varint();
    if (total > SEGMENT_PLAIN_BYTES_MAX) throw reader.damaged("is longer than the format allows");
    blobOffsets[i + 1] = total;
  }
  return { codec, blobOffsets, payloadAt: reader.offset };
}
function decodeSegment(plaintext, directory, options) {
  const total = directory.blobOffsets[directory.blobOffsets.length - 1] ?? 0;
  const payload = plaintext.subarray(directory.payloadAt);
  const reader = new ByteReader(plaintext, "segment", directory.payloadAt);
  const output = options.reserve(total + 1).subarray(0, total + 1);
  const plain = output.subarray(0, total);
  if (directory.codec === Codec.NONE) {
    if (payload.length !== total) throw reader.damaged("holds another number of bytes than its directory says");
    plain.set(payload);
    return plain;
  }
  if (options.codec.decompress(payload, output) !== total) throw reader.damaged("decompresses to another number of bytes than its directory says");
  return plain;
}

// src/engine/pack/pack-writer.ts
var SealBuffers = class _SealBuffers {
  compressed;
  sealed;
  decoded;
  constructor(plainBytes) {
    const directory = 64 * 1024 + Math.ceil(plainBytes / 8);
    this.compressed = Buffer.allocUnsafeSlow(plainBytes + directory);
    this.sealed = Buffer.allocUnsafeSlow(plainBytes + directory + FRAME_HEADER_BYTES + TAG_BYTES);
    this.decoded = Buffer.allocUnsafeSlow(plainBytes + 1);
  }
  reserve(plainBytes) {
    if (plainBytes < this.decoded.length) return;
    const larger = new _SealBuffers(plainBytes);
    this.compressed = larger.compressed;
    this.sealed = larger.sealed;
    this.decoded = larger.decoded;
  }
  release() {
    release2(this.compressed, this.sealed, this.decoded);
  }
};
var BLOB_BYTES_MAX = 512 * 1024;
var SMALL_BLOB_BYTES = 32 * 1024;
var PackWriter = class {
  #settings;
  #codec;
  #buffers;
  #segment;
  #output;
  #onPack;
  #directory = new ByteWriter(4096);
  #segments = new ByteWriter(1024);
  #lookupIds = new ByteWriter(16 * 1024);
  #blobBytes = new ByteWriter(4096);
  #segmentUsed = 0;
  #segmentBlobs = 0;
  #plainBytes = 0;
  #file;
  #sealer;
  #opener;
  constructor(settings, parts) {
    this.#settings = settings;
    this.#codec = parts.codec;
    this.#buffers = parts.buffers;
    this.#segment = parts.segment;
    this.#output = parts.output;
    this.#onPack = parts.onPack;
  }
  /** Bytes in segments that are not sealed yet. */
  get pendingBytes() {
    return this.#segmentUsed;
  }
  /** Takes a copy of one new blob. `lookupId` is its 16-byte lookup id as four words. */
  add(blob, lookupId) {
    if (this.#segmentUsed + blob.length > this.#segment.length) this.sealSegment();
    if (blob.length > this.#segment.length) this.#growSegment(blob.length);
    this.#segment.set(blob, this.#segmentUsed);
    this.#segmentUsed += blob.length;
    this.#segmentBlobs += 1;
    this.#lookupIds.u32(lookupId[0]);
    this.#lookupIds.u32(lookupId[1]);
    this.#lookupIds.u32(lookupId[2]);
    this.#lookupIds.u32(lookupId[3]);
    this.#blobBytes.u32(blob.length);
    this.#directory.varint(blob.length);
    if (this.#segmentUsed >= this.#settings.segmentBytes) this.sealSegment();
  }
  /** Seals what has collected. Throws DAMAGED when the sealed form does not read back as what went in. */
  sealSegment() {
    if (this.#segmentBlobs === 0) return;
    const file = this.#openPack();
    const plain = this.#segment.subarray(0, this.#segmentUsed);
    const body = this.#compress(plain);
    const head = this.#head(body === plain ? Codec.NONE : Codec.ZSTD);
    const sealed = this.#seal([head, body], FrameKind.SEGMENT, false);
    this.#verify(sealed, plain, this.#frames());
    file.write(sealed);
    this.#segments.u32(sealed.length - FRAME_HEADER_BYTES);
    this.#segments.u32(this.#segmentBlobs);
    this.#plainBytes += this.#segmentUsed;
    this.#clearSegment();
    if (file.bytes >= this.#settings.packBytes) this.finishPack();
  }
  /** Seals the rest and hands the open pack over, if there is one. */
  finishPack() {
    this.sealSegment();
    const file = this.#file;
    if (!file) return;
    const end = new ByteWriter(16);
    end.varint(this.#frames());
    end.varint(this.#blobBytes.length / 4);
    file.write(this.#seal([end.view()], FrameKind.PACK_END, true));
    const staged = file.finish();
    this.#file = void 0;
    const pack = {
      ...staged,
      type: this.#settings.type,
      plainBytes: this.#plainBytes,
      segments: words(this.#segments),
      lookupIds: new Uint8Array(this.#lookupIds.view()),
      blobBytes: words(this.#blobBytes)
    };
    this.#clearPack();
    this.#onPack(pack);
  }
  /** Throws away the open pack: what it held was never anywhere else. */
  discard() {
    this.#file?.discard();
    this.#file = void 0;
    this.#clearSegment();
    this.#clearPack();
  }
  /** Gives the segment's memory back: the writer is not used after it. */
  release() {
    release2(this.#segment);
  }
  #growSegment(bytes) {
    invariant(bytes <= SEGMENT_PLAIN_BYTES_MAX, "A blob fits into one segment.");
    this.#segment = Buffer.allocUnsafeSlow(bytes);
    this.#buffers.reserve(bytes);
  }
  #frames() {
    return this.#segments.length / 8;
  }
  #openPack() {
    if (this.#file) return this.#file;
    const scope = this.#settings.scope;
    this.#sealer = new ObjectSealer(this.#settings.type, scope);
    this.#opener = new ObjectOpener(this.#sealer.header, { type: this.#settings.type, repositoryId: scope.repositoryId, masterOf: () => scope.master });
    this.#file = new StagedFile(this.#settings.stagingDirectory, this.#output);
    this.#file.write(this.#sealer.header);
    return this.#file;
  }
  #compress(plain) {
    if (looksIncompressible(plain)) return plain;
    const grain = plain.length < this.#segmentBlobs * SMALL_BLOB_BYTES ? Grain.SMALL : Grain.LARGE;
    const bytes = this.#codec.compress(plain, this.#buffers.compressed, grain);
    return bytes > 0 && bytes < plain.length ? this.#buffers.compressed.subarray(0, bytes) : plain;
  }
  #head(codec) {
    const head = new ByteWriter(8);
    head.u8(codec);
    head.varint(this.#segmentBlobs);
    head.bytes(this.#directory.view());
    return head.view();
  }
  #seal(parts, kind, final) {
    if (!this.#sealer) throw new InvariantViolation("A pack is open while its frames are sealed.");
    const target = this.#buffers.sealed;
    let used = 0;
    this.#sealer.sealFrame(parts, { kind, final, emit: (piece) => {
      target.set(piece, used);
      used += piece.length;
    } });
    return target.subarray(0, used);
  }
  #verify(sealed, plain, frame) {
    if (!this.#opener) throw new InvariantViolation("A pack is open while its frames are verified.");
    const opened = this.#opener.openFrame(sealed, { number: frame, into: this.#buffers.compressed });
    const directory = parseSegment(opened.plaintext);
    const decoded = decodeSegment(opened.plaintext, directory, { codec: this.#codec, reserve: () => this.#buffers.decoded });
    if (directory.blobOffsets.length - 1 === this.#segmentBlobs && Buffer.compare(decoded, plain) === 0) return;
    throw new BackupError("DAMAGED", "A segment did not read back as it was written: memory or processor fault.", { context: { object: "segment" } });
  }
  #clearSegment() {
    this.#segmentUsed = 0;
    this.#segmentBlobs = 0;
    this.#directory.clear();
  }
  #clearPack() {
    this.#segments.clear();
    this.#lookupIds.clear();
    this.#blobBytes.clear();
    this.#plainBytes = 0;
  }
};
function words(writer) {
  const bytes = writer.view();
  const copy = new Uint32Array(bytes.length / 4);
  Buffer.from(copy.buffer).set(bytes);
  return copy;
}

// src/engine/repository/segment-reader.ts
var PACK_TYPES = [ObjectType.PACK_DATA, ObjectType.PACK_META];
var OPEN_PACKS_MAX = 16;
function packKey(name) {
  return `packs/${name.slice(0, 2)}/${name}`;
}
var SegmentReader = class {
  #parts;
  #packs = /* @__PURE__ */ new Map();
  #slots = [];
  #bySegment = /* @__PURE__ */ new Map();
  #buffer = new ReadBuffer();
  #aheadBuffer = new ReadBuffer();
  /** A segment whose frame is being read in the background. */
  #ahead;
  #plain = new GrowingBuffer();
  #clock = 0;
  constructor(parts) {
    this.#parts = parts;
    for (let i = 0; i < (parts.cacheSegments ?? 4); i += 1) this.#slots.push({ buffer: new GrowingBuffer(), decoded: void 0, usedAt: 0 });
  }
  /** The segment if it is at hand, without any I/O. */
  cached(segment) {
    const slot = this.#bySegment.get(segment);
    if (!slot) return void 0;
    slot.usedAt = ++this.#clock;
    return slot.decoded;
  }
  /** Reads and decodes a segment. Throws DAMAGED (naming the pack) or NOT_FOUND. */
  async read(segment, signal) {
    const cached = this.cached(segment);
    if (cached) return cached;
    const place = this.#parts.index.placeOfSegment(segment);
    try {
      return this.#decode(segment, place, { frame: await this.#takeAhead(segment, place) ?? await this.#frameBytes(place, signal), pack: await this.#openPack(place.pack, signal) });
    } catch (error) {
      if (!isBackupError(error, "DAMAGED")) throw error;
      this.#forgetPack(place.pack);
    }
    try {
      return this.#decode(segment, place, { frame: await this.#frameBytes(place, signal), pack: await this.#openPack(place.pack, signal) });
    } catch (error) {
      throw isBackupError(error, "DAMAGED") ? this.#damaged(place, error) : error;
    }
  }
  /** LOCAL only: the same without leaving this turn of the event loop; undefined where the pack is not a local file. */
  readSync(segment) {
    const cached = this.cached(segment);
    if (cached) return cached;
    const place = this.#parts.index.placeOfSegment(segment);
    const pack = this.#packs.get(place.pack);
    if (pack?.file === void 0 || this.#ahead?.segment === segment) return void 0;
    try {
      return this.#decode(segment, place, { frame: this.#readLocal(pack.file, place), pack });
    } catch (error) {
      if (isBackupError(error, "DAMAGED")) return void 0;
      throw error;
    }
  }
  /** LOCAL, where the pack is open: begins to read a segment that will be asked for next. One at a time; whatever goes wrong is met when it is asked for. */
  prefetch(segment) {
    if (this.#ahead || this.#bySegment.has(segment)) return;
    const place = this.#parts.index.placeOfSegment(segment);
    const file = this.#packs.get(place.pack)?.file;
    if (!file) return;
    this.#ahead = { segment, reading: file.readAhead(place.offset, FRAME_HEADER_BYTES + place.sealedBytes, this.#aheadBuffer).catch(() => void 0) };
  }
  [Symbol.asyncDispose]() {
    for (const number of [...this.#packs.keys()]) this.#forgetPack(number);
    this.#bySegment.clear();
    return Promise.resolve();
  }
  /** Gives its memory back as well: no blob that came from it is in use any more. */
  async release() {
    await this[Symbol.asyncDispose]();
    for (const buffer of [this.#plain, ...this.#slots.map((slot) => slot.buffer)]) buffer.release();
  }
  #decode(segment, place, { frame, pack }) {
    const opened = pack.opener.openFrame(frame, { number: place.frame, into: this.#plain.reserve(frame.length) });
    const directory = parseSegment(opened.plaintext);
    const slot = this.#freeSlot();
    const bytes = decodeSegment(opened.plaintext, directory, { codec: this.#parts.codec, reserve: (need) => slot.buffer.reserve(need) });
    slot.decoded = { segment, bytes, blobOffsets: directory.blobOffsets };
    slot.usedAt = ++this.#clock;
    this.#bySegment.set(segment, slot);
    return slot.decoded;
  }
  #freeSlot() {
    let oldest = this.#slots[0];
    for (const slot of this.#slots) if (slot.usedAt < oldest.usedAt) oldest = slot;
    if (oldest.decoded) this.#bySegment.delete(oldest.decoded.segment);
    oldest.decoded = void 0;
    oldest.usedAt = 0;
    return oldest;
  }
  /** The frame that was read in the background, if it is this segment's and whole. It is decoded before another is begun. */
  async #takeAhead(segment, place) {
    const ahead = this.#ahead;
    if (ahead?.segment !== segment) return void 0;
    const frame = await ahead.reading;
    this.#ahead = void 0;
    return frame?.length === FRAME_HEADER_BYTES + place.sealedBytes ? frame : void 0;
  }
  async #frameBytes(place, signal) {
    const pack = await this.#openPack(place.pack, signal);
    if (pack.file) return this.#readLocal(pack.file, place);
    const options = { offset: place.offset, length: FRAME_HEADER_BYTES + place.sealedBytes };
    return this.#parts.store.get(packKey(this.#nameOf(place.pack)), signal ? { ...options, signal } : options);
  }
  #readLocal(file, place) {
    const length = FRAME_HEADER_BYTES + place.sealedBytes;
    const frame = file.read(place.offset, length);
    if (frame.length < length) throw new BackupError("DAMAGED", "A pack is shorter than its index says.", { context: { object: packKey(this.#nameOf(place.pack)) } });
    return frame;
  }
  async #openPack(number, signal) {
    const known = this.#packs.get(number);
    if (known) {
      this.#packs.delete(number);
      this.#packs.set(number, known);
      return known;
    }
    const key = packKey(this.#nameOf(number));
    const header = await this.#parts.store.get(key, signal ? { offset: 0, length: HEADER_BYTES, signal } : { offset: 0, length: HEADER_BYTES });
    const opener = new ObjectOpener(header, { type: PACK_TYPES, repositoryId: this.#parts.repositoryId, masterOf: this.#parts.masterOf });
    const local = this.#parts.store.localPath(key);
    const pack = { opener, file: local === void 0 ? void 0 : this.#openLocal(local, key) };
    for (const oldest of this.#packs.keys()) {
      if (this.#packs.size < OPEN_PACKS_MAX) break;
      this.#forgetPack(oldest);
    }
    this.#packs.set(number, pack);
    return pack;
  }
  #forgetPack(number) {
    const pack = this.#packs.get(number);
    this.#packs.delete(number);
    pack?.file?.[Symbol.dispose]();
  }
  #nameOf(pack) {
    return this.#parts.index.packs[pack].name;
  }
  #damaged(place, cause) {
    const context = { object: packKey(this.#nameOf(place.pack)), segment: place.frame };
    return new BackupError("DAMAGED", "A segment of a pack does not read back.", { context, cause });
  }
  /** Throws NOT_FOUND when the pack was deleted since its header was read. */
  #openLocal(file, key) {
    try {
      return new LocalPack(file, this.#buffer, { isCached: this.#parts.isBulk !== true });
    } catch (error) {
      const code = systemCode(error) === "ENOENT" ? "NOT_FOUND" : "STORAGE_FAILED";
      throw new BackupError(code, "A pack can not be opened.", { context: { object: key }, cause: error });
    }
  }
};

// src/engine/snapshot/documents.ts
var SnapshotType = { FULL: "FULL", INCREMENTAL: "INCREMENTAL", DIFFERENTIAL: "DIFFERENTIAL" };
var RecordKind = { PIN: "pin", HOLD: "hold", FORGET: "forget", CONFIGURATION: "configuration", CONTROL_KEY: "control-key", AUDIT: "audit", ERASURE: "erasure" };
function pathText(path4) {
  const bytes = Buffer.from(path4, "latin1");
  const text = bytes.toString("utf8");
  return Buffer.from(text, "utf8").equals(bytes) ? text : { hex: bytes.toString("hex") };
}
function bytesOfPathText(text) {
  return typeof text === "string" ? Buffer.from(text, "utf8").toString("latin1") : Buffer.from(text.hex, "hex").toString("latin1");
}
function printablePath(path4) {
  const text = pathText(path4);
  if (typeof text === "string") return [...text].map((char) => char < " " || char === "\x7F" ? escapeByte(char.charCodeAt(0)) : char).join("");
  return [...path4].map((char) => char < " " || char > "~" ? escapeByte(char.charCodeAt(0)) : char).join("");
}
function escapeByte(value) {
  return `\\x${value.toString(16).padStart(2, "0")}`;
}
var isPathText = (value) => isText(value) || isObject(value) && isText(value["hex"]);
var SNAPSHOT = {
  kind: one("snapshot", "checkpoint"),
  source: isText,
  sourceKind: isText,
  type: isText,
  complete: isFlag,
  host: isText,
  user: isText,
  program: isText,
  startedAt: isText,
  finishedAt: isText,
  paths: isList(isPathText),
  tags: isList(isText),
  tree: isHex(32),
  parent: orNull(isHex(32)),
  writer: isHex(16),
  sequence: optional(isCount),
  previous: orNull(isHex(32)),
  seen: isMap((value) => Array.isArray(value) && isCount(value[0]) && isText(value[1])),
  runId: optional(isText),
  keyGeneration: isCount,
  deleteGeneration: isCount,
  summary: isMap(isCount),
  skipped: isList((value) => isObject(value) && isPathText(value["path"]) && isText(value["reason"])),
  skippedCount: isCount,
  changedWhileRead: isList(isPathText),
  changedCount: isCount,
  metadataNotKept: isList((value) => isObject(value) && isPathText(value["path"]) && isText(value["what"])),
  notKeptCount: isCount,
  filters: isObject,
  owners: (value) => isObject(value) && isMap(isText)(value["users"]) && isMap(isText)(value["groups"]),
  copiedFrom: optional((value) => isObject(value) && isHex(16)(value["repository"]) && isHex(32)(value["snapshot"]))
};
var DELETE = {
  kind: one("tombstone", "deleted"),
  generation: isCount,
  previous: isList(isHex(32)),
  packs: isList(isHex(32)),
  indexes: isList(isHex(32)),
  marked: isMap(isCount),
  completes: optional(isList(isHex(32))),
  kept: optional(isList(isHex(32))),
  at: optional(isTime),
  deadline: optional(isTime),
  uptime: optional(hasShape({ boot: isText, ms: isTime })),
  damaged: optional(isFlag),
  replaces: optional(isList(isHex(32)))
};
var SESSION = { kind: one("session"), writer: isHex(16), host: isText, bootId: isText, pid: isCount, processStart: isText, startedAt: isText };
var RECORD = { kind: one("record"), record: isText, subject: isText, generation: isCount, at: isText, by: isText, value: orNull(isObject) };
var FORGET = { snapshots: isList((value) => isObject(value) && isHex(32)(value["name"]) && isHex(16)(value["writer"]) && isCount(value["sequence"])), records: optional(isList(isHex(32))) };
var CONFIRM = { kind: one("confirm"), snapshot: isHex(32), deleteGeneration: isCount };
var RETRACT = { kind: one("retract"), snapshot: isHex(32), writer: isHex(16), sequence: isCount };
var CLAIM = { kind: one("claim"), runId: isText, snapshot: isHex(32), writer: isHex(16) };
var parseSnapshot = (body) => checked(body, SNAPSHOT, "snapshot");
var parseDeleteEntry = (body) => checked(body, DELETE, "delete-log entry");
var parseSession = (body) => checked(body, SESSION, "session");
function parseRecord(body) {
  const record = checked(body, RECORD, "record");
  if (record.record === RecordKind.FORGET) checked(record.value ?? {}, FORGET, "record");
  return record;
}
var parseConfirm = (body) => body["kind"] === "retract" ? checked(body, RETRACT, "retraction") : checked(body, CONFIRM, "confirmation");
var parseClaim = (body) => checked(body, CLAIM, "claim");

// src/engine/snapshot/protections.ts
function holdsOf(history) {
  return history.records.filter(({ document }) => document.record === RecordKind.HOLD).map(({ document }) => {
    const { snapshot, source, reason, until } = document.value ?? {};
    return { id: document.subject, snapshot: snapshot ?? null, source: source ?? null, reason: reason ?? "", until: until ?? null };
  });
}
function protections(history, atMs) {
  const why = /* @__PURE__ */ new Map();
  for (const { document } of history.records) if (document.record === RecordKind.PIN) why.set(document.subject, "pin");
  for (const hold of holdsOf(history)) {
    for (const { name, document } of history.snapshots) if (isHeldBy(hold, { name, source: document.source }, atMs)) why.set(name, `hold ${hold.id}`);
  }
  return why;
}
function isHeldBy(hold, snapshot, atMs) {
  if (hold.until !== null && Date.parse(hold.until) < atMs) return false;
  if (hold.snapshot === null && hold.source === null) return true;
  return hold.snapshot === snapshot.name || hold.source !== null && hold.source === snapshot.source;
}

// src/engine/snapshot/read-parsed.ts
async function readParsed(repository, { folder, type, parse: parse2, previousOf }, signal) {
  const { documents, problems } = await repository.readDocuments(folder, type, { ...signal && { signal }, ...previousOf && { previousOf } });
  const entries = [];
  for (const stored of documents) {
    const { name, key, signer, modifiedMs } = stored;
    try {
      entries.push({ name, key, document: parse2(stored), signer, modifiedMs });
    } catch (error) {
      if (!isBackupError(error, "DAMAGED")) throw error;
      problems.push({ key, error, modifiedMs });
    }
  }
  return { entries, problems };
}
function byMaintenance(stored) {
  if (isMaintenance(stored.signer)) return stored.body;
  throw new BackupError("DAMAGED", "The object is not signed by the maintenance key.", { context: { object: stored.key } });
}
function isMaintenance(signer) {
  return signer === "f".repeat(32);
}
function byItsWriter(document, { signer, key }) {
  if (document.writer === signer) return document;
  throw new BackupError("DAMAGED", "A document is signed by another writer than it names.", { context: { object: key } });
}

// src/engine/snapshot/record-list.ts
var RecordFolder = { DECISIONS: "records", AUDIT: "audit" };
function folderOfRecord(kind) {
  return kind === RecordKind.AUDIT ? RecordFolder.AUDIT : RecordFolder.DECISIONS;
}
async function readRecords(repository, folder, signal) {
  return readParsed(repository, { folder, type: ObjectType.RECORD, parse: (stored) => parseRecord(byMaintenance(stored)) }, signal);
}
function newestRecords(entries) {
  const newest = /* @__PURE__ */ new Map();
  for (const entry of entries) {
    const key = `${entry.document.record}/${entry.document.subject}`;
    const known = newest.get(key);
    if (!known || isAhead(entry, known)) newest.set(key, entry);
  }
  return [...newest.values()];
}
function inForce(entries) {
  return newestRecords(entries).filter(({ document }) => document.value !== null && document.record !== RecordKind.FORGET);
}
function forgottenBy({ value }) {
  return value?.["snapshots"] ?? [];
}
function isAhead(a, b) {
  return a.document.generation > b.document.generation || a.document.generation === b.document.generation && a.name < b.name;
}

// src/engine/snapshot/runs.ts
var FOLDER2 = "commits";
var RUN_ID = /^[a-z0-9][a-z0-9._-]{0,127}$/;
function checkRunId(runId) {
  if (!RUN_ID.test(runId)) throw new BackupError("USAGE", "A run id is 1 to 128 of a-z, 0-9, dot, underscore and hyphen, and begins with a letter or digit.", { context: { runId } });
}
async function readClaim(repository, runId, signal) {
  const key = `${FOLDER2}/${runId}`;
  try {
    const { body, signer } = await repository.readDocument(key, ObjectType.CLAIM, signal);
    const claim = parseClaim(body);
    if (claim.runId !== runId || claim.writer !== signer) throw new BackupError("DAMAGED", "A claim is of another run or writer than it says.", { context: { object: key } });
    return claim;
  } catch (error) {
    if (isBackupError(error, "NOT_FOUND")) return void 0;
    throw error;
  }
}
async function claimRun(repository, run) {
  const { runId, snapshot, signer } = run;
  const document = { kind: "claim", runId, snapshot, writer: signer.id.toString("hex") };
  const { bytes } = repository.sealDocument(document, { type: ObjectType.CLAIM, signer });
  try {
    await repository.store.put(`${FOLDER2}/${runId}`, bytes, { ifAbsent: true });
    return true;
  } catch (error) {
    if (isBackupError(error, "ALREADY_EXISTS")) return false;
    throw error;
  }
}
async function decideRuns(repository, snapshots, facts) {
  const runs = Map.groupBy(snapshots.filter(({ document }) => document.runId !== void 0), ({ document }) => runOf(document));
  const decided = { counting: snapshots.filter(({ document }) => document.runId === void 0), rivals: [], superseded: [], problems: [] };
  if (runs.size === 0) return decided;
  const claimedAt = await claimTimes(repository, facts.signal);
  for (const rivals of runs.values()) {
    const { runId, copiedFrom } = rivals[0].document;
    const at = copiedFrom ? void 0 : claimedAt.get(runId);
    const isPlain = rivals.length === 1 && (at === void 0 || at >= rivals[0].modifiedMs);
    const claim = at === void 0 || isPlain ? void 0 : await believedClaim(repository, runId, decided.problems);
    decideOne(rivals, { ...facts, claim, decided });
  }
  return decided;
}
function findRun(history, runId) {
  return history.snapshots.find(({ document }) => document.runId === runId && document.copiedFrom === void 0);
}
function runOf({ runId, copiedFrom }) {
  return runId === void 0 ? void 0 : `${copiedFrom?.repository ?? ""}/${runId}`;
}
async function claimTimes(repository, signal) {
  const times = /* @__PURE__ */ new Map();
  for await (const { key, modifiedMs } of repository.store.list(`${FOLDER2}/`, signal ? { signal } : {})) times.set(key.slice(FOLDER2.length + 1), modifiedMs);
  return times;
}
async function believedClaim(repository, runId, problems) {
  try {
    return await readClaim(repository, runId);
  } catch (error) {
    if (!isBackupError(error, "DAMAGED")) throw error;
    problems.push({ key: `${FOLDER2}/${runId}`, error });
    return void 0;
  }
}
async function damagedClaims(repository, signal) {
  const problems = [];
  for (const runId of (await claimTimes(repository, signal)).keys()) await believedClaim(repository, runId, problems);
  return problems;
}
function decideOne(rivals, { isForgotten, withdrawn, claim, decided }) {
  const claimed = claim && rivals.find(({ name }) => name === claim.snapshot);
  if (!claimed && claim && isForgotten(claim.snapshot)) {
    decided.superseded.push(...rivals);
    return;
  }
  const standing = rivals.filter(({ name }) => !withdrawn.has(name));
  const counting = claimed ?? lowest(standing.length > 0 ? standing : rivals);
  decided.counting.push(counting);
  for (const each of rivals) if (each !== counting) (claimed || withdrawn.has(each.name) ? decided.superseded : decided.rivals).push(each);
}
function lowest(rivals) {
  return rivals.reduce((low, each) => each.name < low.name ? each : low);
}

// src/engine/snapshot/directory-page.ts
var BlobKind = { PAGE: 1, SPLIT: 2, CHUNK_LIST: 3 };
var ContentKind = { NONE: 0, ONE: 1, CHUNKS: 2, LIST: 3 };
var ExtraType = { LINK_TARGET: 1, ATTRIBUTE: 2, DEVICE_NUMBER: 3, NOT_KEPT: 4, CHANGED: 5 };
var ID_BYTES2 = 32;
var NAME_BYTES_MAX = 255;
var scratch = new Uint32Array(1024);
function encodeStatSection(columns, range2, out) {
  const { from, to } = range2;
  const count = to - from;
  out.u8(BlobKind.PAGE);
  out.varint(count);
  encodeNames(columns.names, range2, out);
  if (count === 0) return;
  if (scratch.length < count) scratch = new Uint32Array(count * 2);
  for (let column = 0; column < COLUMN_COUNT; column += 1) encodeColumn(columns.values[column], { from, to, base: baseOf(columns, column) }, out);
}
function baseOf(columns, column) {
  if (column === Column.CTIME_LOW) return columns.values[Column.MTIME_LOW];
  if (column === Column.CTIME_HIGH) return columns.values[Column.MTIME_HIGH];
  return column === Column.CTIME_NANOSECONDS ? columns.values[Column.MTIME_NANOSECONDS] : void 0;
}
function encodeNames(names, range2, out) {
  const count = range2.to - range2.from;
  const lengthsAt = out.advance(count);
  let total = 0;
  for (let i = 0; i < count; i += 1) total += names[range2.from + i].length;
  let at = out.advance(total);
  const buffer = out.buffer;
  for (let i = 0; i < count; i += 1) {
    const name = names[range2.from + i];
    buffer[lengthsAt + i] = name.length;
    at += buffer.write(name, at, "latin1");
  }
}
function encodeColumn(values, range2, out) {
  const { from, to, base } = range2;
  const first = values[from] - (base ? base[from] : 0) >>> 0;
  let previous = first;
  let all = 0;
  for (let i = from + 1; i < to; i += 1) {
    const value = values[i] - (base ? base[i] : 0) >>> 0;
    const difference = value - previous | 0;
    scratch[i - from - 1] = difference;
    all |= difference;
    previous = value;
  }
  let mask = 0;
  for (let plane = 0; plane < 4; plane += 1) if (all >>> plane * 8 & 255) mask |= 1 << plane;
  out.u8(mask);
  out.u32(first);
  for (let plane = 0; plane < 4; plane += 1) if (mask & 1 << plane) encodePlane(plane * 8, to - from - 1, out);
}
function encodePlane(shift, count, out) {
  const at = out.advance(count);
  const buffer = out.buffer;
  for (let i = 0; i < count; i += 1) buffer[at + i] = scratch[i] >>> shift;
}
function encodeExtras(extras, out) {
  const sorted = extras.length < 2 ? extras : [...extras].sort((a, b) => a.entry - b.entry || a.type - b.type || Buffer.compare(a.bytes, b.bytes));
  out.varint(sorted.length);
  for (const { entry, type, bytes } of sorted) {
    out.varint(entry);
    out.u8(type);
    out.varint(bytes.length);
    out.bytes(bytes);
  }
}
var DirectoryPage = class {
  columns;
  statSection;
  kinds;
  extras;
  #contents;
  #contentEnds;
  constructor(parts) {
    this.columns = parts.columns;
    this.statSection = parts.statSection;
    this.kinds = parts.kinds;
    this.#contents = parts.contents;
    this.#contentEnds = parts.contentEnds;
    this.extras = parts.extras;
  }
  get count() {
    return this.columns.count;
  }
  contentOf(entry) {
    return this.#contents.subarray(entry === 0 ? 0 : this.#contentEnds[entry - 1], this.#contentEnds[entry]);
  }
  extrasOf(entry) {
    return this.extras.filter((extra) => extra.entry === entry);
  }
  extra(entry, type) {
    return this.extras.find((extra) => extra.entry === entry && extra.type === type)?.bytes;
  }
  /** The entry of that name (one character a byte), or -1. */
  find(name) {
    let low = 0;
    let high = this.count - 1;
    while (low <= high) {
      const middle = low + high >> 1;
      const at = this.columns.names[middle];
      if (at === name) return middle;
      if (at < name) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
};
function decodePage(blob) {
  const reader = new ByteReader(blob, "directory page");
  if (reader.u8() !== BlobKind.PAGE) throw reader.damaged("is no page");
  const columns = new EntryColumns();
  const count = reader.count();
  columns.reserve(count);
  columns.count = count;
  columns.names = decodeNames(reader, count);
  if (count > 0) for (let column = 0; column < COLUMN_COUNT; column += 1) decodeColumn(reader, columns, column);
  const statSection = blob.subarray(0, reader.offset);
  const kinds = reader.bytes(count);
  const contentsAt = reader.offset;
  const contentEnds = new Uint32Array(count);
  for (let i = 0; i < count; i += 1) {
    skipContent(reader, kinds[i], columns.mode(i));
    contentEnds[i] = reader.offset - contentsAt;
  }
  const contents = blob.subarray(contentsAt, reader.offset);
  const extras = decodeExtras(reader, count);
  reader.end();
  return new DirectoryPage({ columns, statSection, kinds, contents, contentEnds, extras });
}
function decodeNames(reader, count) {
  const lengths2 = reader.bytes(count);
  const names = [];
  let previous = "";
  for (let i = 0; i < count; i += 1) {
    const bytes = reader.bytes(lengths2[i]);
    const name = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
    if (!isNameAllowed(name) || name <= previous) throw reader.damaged("has a name that is not allowed or out of order");
    names.push(name);
    previous = name;
  }
  return names;
}
function isNameAllowed(name) {
  return name !== "" && name !== "." && name !== ".." && name.length <= NAME_BYTES_MAX && !name.includes("/") && !name.includes("\0");
}
function decodeColumn(reader, columns, column) {
  const count = columns.count;
  const mask = reader.u8();
  if (mask > 15) throw reader.damaged("has an unknown plane");
  const first = reader.u32();
  const base = baseOf(columns, column);
  const values = columns.values[column];
  values.fill(0, 1, count);
  for (let plane = 0; plane < 4; plane += 1) if (mask & 1 << plane) addPlane(values, reader.bytes(count - 1), plane * 8);
  let value = first;
  values[0] = value + (base ? base[0] : 0);
  for (let i = 1; i < count; i += 1) {
    value = value + values[i] >>> 0;
    values[i] = value + (base ? base[i] : 0);
  }
}
function addPlane(values, plane, shift) {
  for (let i = 0; i < plane.length; i += 1) values[i + 1] = values[i + 1] | plane[i] << shift;
}
function skipContent(reader, kind, mode) {
  const type = fileTypeOf(mode);
  if (kind !== ContentKind.NONE && type !== FileType.FILE && !(type === FileType.DIRECTORY && kind === ContentKind.ONE)) throw reader.damaged("gives content to an entry that has none");
  switch (kind) {
    case ContentKind.NONE:
      return;
    case ContentKind.ONE:
    case ContentKind.LIST:
      reader.bytes(ID_BYTES2);
      return;
    case ContentKind.CHUNKS: {
      const count = reader.count(ID_BYTES2 + 1);
      for (let i = 0; i < count; i += 1) {
        reader.varint();
        reader.bytes(ID_BYTES2);
      }
      return;
    }
    default:
      throw reader.damaged(`has the unknown content kind ${kind}`);
  }
}
function decodeExtras(reader, entries) {
  const count = reader.count(3);
  const extras = [];
  let previous = 0;
  for (let i = 0; i < count; i += 1) {
    const entry = reader.varint();
    if (entry < previous || entry >= entries) throw reader.damaged("has an extra for no entry");
    previous = entry;
    const type = reader.u8();
    extras.push({ entry, type, bytes: reader.bytes(reader.count()) });
  }
  return extras;
}

// src/engine/snapshot/chunk-list.ts
var ID_BYTES3 = 32;
var INLINE_CHUNKS_MAX = 256;
var LIST_ENTRIES_MIN = 64;
var LIST_ENTRIES_MAX = 1024;
var CUT_MASK = 127;
var LEVELS_MAX = 8;
var HOLE_ID = new Uint8Array(ID_BYTES3);
function isHole(id) {
  return Buffer.compare(id, HOLE_ID) === 0;
}
var ContentBuilder = class {
  #storeBlob;
  #inline = new ByteWriter(256);
  #levels = [];
  #count = 0;
  #first;
  #bytes = 0;
  /** `storeBlob` stores a chunk list and returns its id. */
  constructor(storeBlob) {
    this.#storeBlob = storeBlob;
  }
  get bytes() {
    return this.#bytes;
  }
  add(bytes, id) {
    this.#count += 1;
    this.#bytes += bytes;
    if (this.#count === 1) this.#first = { bytes, id: Buffer.from(id) };
    if (this.#count <= INLINE_CHUNKS_MAX) writeEntry(this.#inline, bytes, id);
    if (this.#count === INLINE_CHUNKS_MAX + 1) this.#moveInline();
    if (this.#count > INLINE_CHUNKS_MAX) this.#append(0, bytes, id);
  }
  finish() {
    if (this.#count === 0) return { kind: ContentKind.NONE, bytes: new Uint8Array(0) };
    if (this.#count === 1 && this.#first && !isHole(this.#first.id)) return { kind: ContentKind.ONE, bytes: this.#first.id };
    if (this.#count > INLINE_CHUNKS_MAX) return { kind: ContentKind.LIST, bytes: this.#finishLists() };
    const out = new ByteWriter(this.#inline.length + 8);
    out.varint(this.#count);
    out.bytes(this.#inline.view());
    return { kind: ContentKind.CHUNKS, bytes: out.copy() };
  }
  #moveInline() {
    const reader = new ByteReader(this.#inline.view(), "chunks");
    while (reader.left > 0) this.#append(0, reader.varint(), reader.bytes(ID_BYTES3));
  }
  #append(level, bytes, id) {
    this.#levels[level] ??= { entries: new ByteWriter(4096), count: 0, bytes: 0 };
    const list = this.#levels[level];
    writeEntry(list.entries, bytes, id);
    list.count += 1;
    list.bytes += bytes;
    if (list.count >= LIST_ENTRIES_MAX || list.count >= LIST_ENTRIES_MIN && (id[ID_BYTES3 - 1] & CUT_MASK) === 0) this.#close(level);
  }
  #close(level) {
    const list = this.#levels[level];
    const id = this.#store(level, list);
    const bytes = list.bytes;
    list.entries.clear();
    list.count = 0;
    list.bytes = 0;
    this.#append(level + 1, bytes, id);
  }
  #store(level, list) {
    const out = new ByteWriter(list.entries.length + 16);
    out.u8(BlobKind.CHUNK_LIST);
    out.u8(level);
    out.varint(list.count);
    out.bytes(list.entries.view());
    return Buffer.from(this.#storeBlob(out.view()));
  }
  #finishLists() {
    for (let level = 0; level < this.#levels.length; level += 1) {
      const list = this.#levels[level];
      const isTop = level === this.#levels.length - 1;
      if (isTop && list.count === 1 && level > 0) return Buffer.from(list.entries.view().subarray(-ID_BYTES3));
      if (isTop) return this.#store(level, list);
      if (list.count > 0) this.#close(level);
    }
    return HOLE_ID;
  }
};
function writeEntry(out, bytes, id) {
  out.varint(bytes);
  out.bytes(id);
}
function decodeChunkList(blob) {
  const reader = new ByteReader(blob, "chunk list");
  if (reader.u8() !== BlobKind.CHUNK_LIST) throw reader.damaged("is no chunk list");
  const level = reader.u8();
  if (level > LEVELS_MAX) throw reader.damaged("is nested too deeply");
  const entries = decodeEntries(reader);
  reader.end();
  return { level, entries };
}
function decodeEntries(reader) {
  const count = reader.count(ID_BYTES3 + 1);
  const entries = [];
  for (let i = 0; i < count; i += 1) entries.push({ bytes: reader.varint(), id: Buffer.from(reader.bytes(ID_BYTES3)) });
  return entries;
}
async function* chunksOf(content, size, readBlob) {
  const reader = new ByteReader(content.bytes, "file content");
  switch (content.kind) {
    case ContentKind.NONE:
      return;
    case ContentKind.ONE:
      yield { bytes: size, id: content.bytes };
      return;
    case ContentKind.CHUNKS:
      yield* decodeEntries(reader);
      return;
    case ContentKind.LIST:
      yield* listChunks(content.bytes, LEVELS_MAX + 1, readBlob);
      return;
    default:
      throw reader.damaged(`has the unknown kind ${content.kind}`);
  }
}
async function* listChunks(id, levelBelow, readBlob) {
  const { level, entries } = decodeChunkList(await readBlob(id));
  if (level >= levelBelow) throw new ByteReader(new Uint8Array(0), "chunk list").damaged("does not lead downwards");
  if (level === 0) yield* entries;
  else for (const entry of entries) yield* listChunks(entry.id, level, readBlob);
}
async function* chunkListsOf(content, readBlob, isLost) {
  if (content.kind !== ContentKind.LIST) return;
  const open = [content.bytes];
  let failure;
  for (let id = open.pop(); id; id = open.pop()) {
    if (isLost?.(id)) continue;
    const list = await readBlob(id).then(decodeChunkList).catch((error) => {
      failure ??= damageOf(error);
    });
    if (!list) continue;
    yield { id, chunks: list.level === 0 ? list.entries : [] };
    if (list.level > 0) open.push(...list.entries.map((entry) => entry.id).reverse());
  }
  if (failure) throw failure;
}
function damageOf(error) {
  if (isBackupError(error, "DAMAGED") || isBackupError(error, "NOT_FOUND")) return error;
  throw error;
}

// src/engine/index/blob-table.ts
var ENTRY_WORDS = 7;
var HEADER_WORDS = 16;
var LOCK = 0;
var COUNT = 1;
var SLOT_BITS = 2;
var SLOT_BITS_MIN = 12;
var SPINS_PER_LOOK = 2 ** 16;
var SEGMENT_PENDING = 4294967295;
function reserveBlobTable(capacity) {
  const slots = 2 ** slotBitsFor(capacity);
  return {
    control: new SharedArrayBuffer(HEADER_WORDS * 4),
    entries: new SharedArrayBuffer(capacity * ENTRY_WORDS * 4),
    slots: new SharedArrayBuffer(slots * 4),
    capacity
  };
}
function slotBitsFor(entries) {
  return Math.max(SLOT_BITS_MIN, Math.ceil(Math.log2(Math.max(1, entries) * 1.5)));
}
var BlobTable = class {
  memory;
  #control;
  #entries;
  #slots;
  #lockNsMax;
  /** A lock that is held for longer than `lockMsMax` (default a minute, the longest is held for a second or two) belongs to a thread that is dead: WORKER_LOST. */
  constructor(memory, { lockMsMax = 6e4 } = {}) {
    this.#lockNsMax = BigInt(lockMsMax) * 1000000n;
    this.memory = memory;
    this.#control = new Int32Array(memory.control);
    this.#entries = new Uint32Array(memory.entries);
    this.#slots = new Uint32Array(memory.slots);
    if (this.#control[SLOT_BITS] === 0) this.#control[SLOT_BITS] = SLOT_BITS_MIN;
  }
  get count() {
    return Atomics.load(this.#control, COUNT);
  }
  /** Bytes of memory in use: entries and slots. */
  get bytesUsed() {
    return this.count * ENTRY_WORDS * 4 + 2 ** this.#slotBits * 4;
  }
  get #slotBits() {
    return this.#control[SLOT_BITS];
  }
  /** Makes room for `entries` more at once, so that loading an index rehashes at most once. */
  expect(entries) {
    const bits = slotBitsFor(this.count + entries);
    if (bits > this.#slotBits) this.#locked(() => this.#rehash(Math.min(bits, Math.log2(this.#slots.length))));
  }
  /** True when the blob was not known: the caller then owns storing it. Safe from any thread. */
  claim(lookupId, bytes) {
    this.#lock();
    try {
      if (this.#find(lookupId) >= 0) return false;
      this.#append(lookupId, SEGMENT_PENDING, 0, bytes);
      return true;
    } finally {
      this.#unlock();
    }
  }
  has(lookupId) {
    this.#lock();
    try {
      return this.#find(lookupId) >= 0;
    } finally {
      this.#unlock();
    }
  }
  /** Adds a known place. Several places of one blob may stand side by side; `find` gives the first that was added. One thread only. */
  insert(lookupId, segment, offset, bytes) {
    this.#append(lookupId, segment, offset, bytes);
  }
  /** The entry's number or -1. One thread only, or after all writers are done. */
  find(lookupId) {
    return this.#find(lookupId);
  }
  /** All entries of a blob, first added first. */
  findAll(lookupId) {
    const found = [];
    const mask = 2 ** this.#slotBits - 1;
    for (let slot = lookupId[0] & mask; this.#slots[slot] !== 0; slot = slot + 1 & mask) {
      const entry = this.#slots[slot] - 1;
      if (this.#equals(entry, lookupId)) found.push(entry);
    }
    return found.sort((a, b) => a - b);
  }
  placeOf(entry) {
    const at = entry * ENTRY_WORDS;
    return { segment: this.#entries[at + 4], offset: this.#entries[at + 5], bytes: this.#entries[at + 6] };
  }
  segmentOf(entry) {
    return this.#entries[entry * ENTRY_WORDS + 4];
  }
  offsetOf(entry) {
    return this.#entries[entry * ENTRY_WORDS + 5];
  }
  bytesOf(entry) {
    return this.#entries[entry * ENTRY_WORDS + 6];
  }
  /** Copies the entry's lookup id into four words. */
  lookupIdInto(entry, out) {
    const at = entry * ENTRY_WORDS;
    for (let i = 0; i < 4; i += 1) out[i] = this.#entries[at + i];
  }
  #append(lookupId, segment, offset, bytes) {
    const entry = this.#control[COUNT];
    if (entry >= this.memory.capacity) throw new BackupError("INDEX_FULL", "The blob table has no room for more blobs.", { context: { capacity: this.memory.capacity } });
    if ((entry + 1) * 3 > 2 ** this.#slotBits * 2) this.#rehash(this.#slotBits + 1);
    const entries = this.#entries;
    const at = entry * ENTRY_WORDS;
    entries[at] = lookupId[0];
    entries[at + 1] = lookupId[1];
    entries[at + 2] = lookupId[2];
    entries[at + 3] = lookupId[3];
    entries[at + 4] = segment;
    entries[at + 5] = offset;
    entries[at + 6] = bytes;
    this.#control[COUNT] = entry + 1;
    this.#place(entry, lookupId[0]);
  }
  #place(entry, hash2) {
    const mask = 2 ** this.#slotBits - 1;
    const slots = this.#slots;
    let slot = hash2 & mask;
    while (slots[slot] !== 0) slot = slot + 1 & mask;
    slots[slot] = entry + 1;
  }
  #find(lookupId) {
    const mask = 2 ** this.#slotBits - 1;
    const slots = this.#slots;
    let best = -1;
    for (let slot = lookupId[0] & mask; slots[slot] !== 0; slot = slot + 1 & mask) {
      const entry = slots[slot] - 1;
      if (this.#equals(entry, lookupId) && (best < 0 || entry < best)) best = entry;
    }
    return best;
  }
  #equals(entry, lookupId) {
    const entries = this.#entries;
    const at = entry * ENTRY_WORDS;
    return entries[at] === lookupId[0] && entries[at + 1] === lookupId[1] && entries[at + 2] === lookupId[2] && entries[at + 3] === lookupId[3];
  }
  #rehash(bits) {
    invariant(2 ** bits <= this.#slots.length, "The slots of the blob table were reserved for its capacity.");
    this.#slots.fill(0, 0, 2 ** bits);
    this.#control[SLOT_BITS] = bits;
    const count = this.#control[COUNT];
    for (let entry = 0; entry < count; entry += 1) this.#place(entry, this.#entries[entry * ENTRY_WORDS]);
  }
  #locked(run) {
    this.#lock();
    try {
      run();
    } finally {
      this.#unlock();
    }
  }
  #lock() {
    let endNs = 0n;
    for (let spins = 1; Atomics.compareExchange(this.#control, LOCK, 0, 1) !== 0; spins += 1) {
      if (spins % SPINS_PER_LOOK !== 0) continue;
      if (endNs === 0n) endNs = monotonicNs() + this.#lockNsMax;
      else if (monotonicNs() > endNs) throw new BackupError("WORKER_LOST", "The blob table stays locked: a thread ended while it held it.", { context: { cause: "lock" } });
    }
  }
  #unlock() {
    Atomics.store(this.#control, LOCK, 0);
  }
};

// src/engine/index/index-segment.ts
var VERSION = 1;
var NAME_BYTES = 32;
function encodeIndexSegment(segment) {
  const out = new ByteWriter(64 * 1024);
  out.u8(VERSION);
  out.u32(segment.idKeyVersion);
  out.varint(segment.supersedes.length);
  for (const name of segment.supersedes) out.bytes(Buffer.from(name, "hex"));
  out.varint(segment.packs.length);
  for (const pack of segment.packs) {
    out.bytes(Buffer.from(pack.name, "hex"));
    out.varint(pack.bytes);
    out.varint(pack.segments.length / 2);
    for (const value of pack.segments) out.varint(value);
  }
  for (const pack of segment.packs) out.bytes(pack.lookupIds);
  for (const pack of segment.packs) for (const bytes of pack.blobBytes) out.varint(bytes);
  return out.copy();
}
function decodeIndexSegment(payload) {
  const reader = new ByteReader(payload, "index segment");
  const version = reader.u8();
  if (version !== VERSION) throw reader.damaged(`has the unknown version ${version}`);
  const idKeyVersion = reader.u32();
  const supersedes = Array.from({ length: reader.count(NAME_BYTES) }, () => Buffer.from(reader.bytes(NAME_BYTES)).toString("hex"));
  const heads = Array.from({ length: reader.count(NAME_BYTES + 2) }, () => packHead(reader));
  const lookupIds = heads.map((head) => reader.bytes(head.blobCount * 16));
  const packs = heads.map((head, i) => ({ name: head.name, bytes: head.bytes, segments: head.segments, lookupIds: lookupIds[i], blobBytes: lengths(reader, head.blobCount) }));
  reader.end();
  return { idKeyVersion, supersedes, packs };
}
function packHead(reader) {
  const name = Buffer.from(reader.bytes(NAME_BYTES)).toString("hex");
  const bytes = reader.varint();
  const count = reader.count(2);
  const segments = new Uint32Array(count * 2);
  let blobCount = 0;
  for (let i = 0; i < segments.length; i += 2) {
    segments[i] = reader.varint();
    segments[i + 1] = reader.varint();
    blobCount += segments[i + 1];
  }
  if (blobCount * 16 > reader.left) throw reader.damaged("counts more blobs than it holds");
  return { name, bytes, segments, blobCount };
}
function lengths(reader, count) {
  const out = new Uint32Array(count);
  for (let i = 0; i < count; i += 1) out[i] = reader.varint();
  return out;
}
function segmentOffsets(segments) {
  const offsets = [];
  let at = HEADER_BYTES;
  for (let i = 0; i < segments.length; i += 2) {
    offsets.push(at);
    at += FRAME_HEADER_BYTES + segments[i];
  }
  return offsets;
}

// src/engine/index/repository-index.ts
var SEGMENT_WORDS = 4;
var SharedIndex = class {
  table;
  packs;
  #segments;
  constructor(memory, packs) {
    this.table = new BlobTable(memory.table);
    this.packs = packs;
    this.#segments = new Uint32Array(memory.segments);
  }
  placeOfSegment(segment) {
    return placeIn(this.#segments, segment);
  }
};
function placeIn(segments, segment) {
  const at = segment * SEGMENT_WORDS;
  return { pack: segments[at], offset: segments[at + 1], sealedBytes: segments[at + 2], frame: segments[at + 3] };
}
var RepositoryIndex = class {
  table;
  packs = [];
  #packNumbers = /* @__PURE__ */ new Map();
  #segments = new Uint32Array(1024 * SEGMENT_WORDS);
  #segmentCount = 0;
  #lookupId = new Uint32Array(4);
  constructor(capacity) {
    this.table = new BlobTable(reserveBlobTable(capacity));
  }
  get segmentCount() {
    return this.#segmentCount;
  }
  packNumber(name) {
    return this.#packNumbers.get(name);
  }
  placeOfSegment(segment) {
    return placeIn(this.#segments, segment);
  }
  /** What another thread needs to look up and find blobs: shared memory, read only from now on. */
  share() {
    const segments = new SharedArrayBuffer(this.#segmentCount * SEGMENT_WORDS * 4);
    new Uint32Array(segments).set(this.#segments.subarray(0, this.#segmentCount * SEGMENT_WORDS));
    return { table: this.table.memory, segments };
  }
  /** Adds a pack once; a pack that two index segments name is the same pack. */
  addPack(pack, { isTombstoned = false, isStored = true } = {}) {
    if (this.#packNumbers.has(pack.name)) return;
    const number = this.packs.length;
    const segmentCount = pack.segments.length / 2;
    this.packs.push({ name: pack.name, bytes: pack.bytes, isTombstoned, isStored, blobCount: pack.blobBytes.length, segmentFrom: this.#segmentCount, segmentCount, entryFrom: this.table.count });
    this.#packNumbers.set(pack.name, number);
    this.#addSegments(number, pack.segments);
    this.#addBlobs(pack, this.#segmentCount - segmentCount);
  }
  #addSegments(pack, segments) {
    const count = segments.length / 2;
    const need = (this.#segmentCount + count) * SEGMENT_WORDS;
    if (need > this.#segments.length) {
      const next = new Uint32Array(Math.max(need, this.#segments.length * 2));
      next.set(this.#segments);
      this.#segments = next;
    }
    const offsets = segmentOffsets(segments);
    for (let i = 0; i < count; i += 1) this.#segments.set([pack, offsets[i], segments[i * 2], i], (this.#segmentCount + i) * SEGMENT_WORDS);
    this.#segmentCount += count;
  }
  #addBlobs(pack, segmentFrom) {
    this.table.expect(pack.blobBytes.length);
    const ids = new Uint32Array(pack.blobBytes.length * 4);
    Buffer.from(ids.buffer).set(pack.lookupIds);
    const id = this.#lookupId;
    let blob = 0;
    for (let i = 0; i < pack.segments.length; i += 2) {
      let offset = 0;
      for (const end = blob + pack.segments[i + 1]; blob < end; blob += 1) {
        for (let k = 0; k < 4; k += 1) id[k] = ids[blob * 4 + k];
        const bytes = pack.blobBytes[blob];
        this.table.insert(id, segmentFrom + i / 2, offset, bytes);
        offset += bytes;
      }
    }
    release2(new Uint8Array(ids.buffer));
  }
};
function buildIndex(payloads, options = {}) {
  const loaded = payloads.map(({ name, payload }) => ({ name, segment: decodeIndexSegment(payload) }));
  const replaced = new Set(loaded.flatMap(({ segment }) => segment.supersedes));
  const inForce2 = loaded.filter(({ name }) => !replaced.has(name));
  const count = inForce2.reduce((sum, { segment }) => sum + segment.packs.reduce((n, pack) => n + pack.blobBytes.length, 0), 0);
  const index = new RepositoryIndex(count + (options.reserveEntries ?? 0) + 1);
  const tombstoned = options.tombstonedPacks ?? /* @__PURE__ */ new Set();
  const packs = inForce2.flatMap(({ segment }) => segment.packs).filter(({ name }) => options.deletedPacks?.has(name) !== true);
  const stateOf = ({ name }) => ({ isTombstoned: tombstoned.has(name), isStored: options.storedPacks?.has(name) !== false });
  const isFirst = (pack) => !stateOf(pack).isTombstoned && stateOf(pack).isStored;
  for (const pack of packs.filter(isFirst)) index.addPack(pack);
  for (const pack of packs) if (!isFirst(pack) && !(options.omitTombstoned && tombstoned.has(pack.name))) index.addPack(pack, stateOf(pack));
  return { index, segments: inForce2.map(({ name }) => name), superseded: loaded.filter(({ name }) => replaced.has(name)).map(({ name }) => name) };
}

// src/engine/snapshot/open-index.ts
var IndexClass = { DATA: "data", META: "meta" };
var TYPES = { data: ObjectType.INDEX_DATA, meta: ObjectType.INDEX_META };
var LISTINGS_MAX = 8;
async function openIndex(repository, indexClass, options = {}) {
  const payloads = /* @__PURE__ */ new Map();
  const problems = /* @__PURE__ */ new Map();
  for (let listing = 1; ; listing += 1) {
    const listed = await readListed(repository, indexClass, { payloads, problems, signal: options.signal });
    if (listed.vanished > 0 && listing === LISTINGS_MAX) throw new BackupError("REPOSITORY_LOCKED", "The index changes faster than it can be read. Run it again.");
    if (listed.vanished === 0) {
      const current = [...payloads].filter(([key]) => listed.keys.has(key)).map(([key, payload]) => ({ name: key.slice(-64), payload }));
      const load = buildIndex(current, options);
      release2(...payloads.values());
      return { ...load, problems: [...problems.values()] };
    }
  }
}
async function readListed(repository, indexClass, { payloads, problems, signal }) {
  const keys = /* @__PURE__ */ new Set();
  let vanished = 0;
  for await (const { key } of repository.store.list(`index/${indexClass}/`, signal ? { signal } : {})) {
    keys.add(key);
    if (payloads.has(key) || problems.has(key)) continue;
    try {
      payloads.set(key, await repository.readPayload(key, TYPES[indexClass], signal));
    } catch (error) {
      if (!(error instanceof BackupError) || error.code === "ABORTED" || error.code === "STORAGE_FAILED") throw error;
      if (error.code === "NOT_FOUND") vanished += 1;
      else problems.set(key, { key, error });
    }
  }
  return { keys, vanished };
}
function openReader(repository, load, options = {}) {
  const segments = new SegmentReader({
    store: repository.store,
    repositoryId: repository.keys.repositoryId,
    masterOf: repository.keys.masterOf,
    index: load.index,
    codec: createSegmentDecoder(),
    ...options
  });
  return { segments, reader: new BlobReader(load.index, segments, new LookupIds(repository.keys.idKey.key)) };
}

// src/engine/snapshot/stable-listing.ts
var ATTEMPTS_MAX = 10;
async function onStableListing(repository, prefixes, attempt, options = {}) {
  const attemptsMax = options.attemptsMax ?? ATTEMPTS_MAX;
  let before = await namesBelow(repository, prefixes);
  for (let number = 1; number <= attemptsMax; number += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBackupError(error, "NOT_FOUND") && !isBackupError(error, "DAMAGED")) throw error;
      const after = await namesBelow(repository, prefixes);
      if (after === before || options.rethrow && number === attemptsMax) throw error;
      before = after;
    }
  }
  throw new BackupError("REPOSITORY_LOCKED", "The repository changes faster than it can be read. Run it again.");
}
async function namesBelow(repository, prefixes) {
  const names = [];
  for (const prefix of prefixes) for await (const { key } of repository.store.list(prefix)) names.push(key);
  return names.sort().join();
}

// src/engine/snapshot/directory-split.ts
var WIDE_ENTRIES = 4096;
var SCALE_MAX = 6;
var ID_BYTES4 = 32;
function pageEnds(names) {
  const scale = scaleOf(names.length);
  const [entriesMin, entriesMax, cutBits] = [16 << scale, 128 << scale, 4 + scale];
  const ends = [];
  let start = 0;
  for (let i = 0; i + 1 < names.length; i += 1) {
    const entries = i - start + 1;
    if (entries >= entriesMax || entries >= entriesMin && isCut(names[i], cutBits)) {
      ends.push(i + 1);
      start = i + 1;
    }
  }
  ends.push(names.length);
  return ends;
}
function scaleOf(entries) {
  let scale = 0;
  while (scale < SCALE_MAX && entries > WIDE_ENTRIES * 4 ** scale) scale += 1;
  return scale;
}
function isCut(name, bits) {
  let h = 2166136261;
  for (let i = 0; i < name.length; i += 1) h = Math.imul(h ^ name.charCodeAt(i), 16777619);
  return Math.imul(h ^ h >>> 15, 739982445) >>> 32 - bits === 0;
}
function encodeSplit(pages) {
  const out = new ByteWriter(1024);
  out.u8(BlobKind.SPLIT);
  out.varint(pages.length);
  for (const { entries, firstName, id } of pages) {
    out.varint(entries);
    out.u8(firstName.length);
    out.bytes(Buffer.from(firstName, "latin1"));
    out.bytes(id);
  }
  return out.copy();
}
function decodeSplit(blob) {
  const reader = new ByteReader(blob, "directory split");
  if (reader.u8() !== BlobKind.SPLIT) throw reader.damaged("is no split");
  const count = reader.count(ID_BYTES4 + 2);
  const pages = [];
  for (let i = 0; i < count; i += 1) {
    const entries = reader.varint();
    const firstName = Buffer.from(reader.bytes(reader.u8())).toString("latin1");
    pages.push({ entries, firstName, id: Buffer.from(reader.bytes(ID_BYTES4)) });
    if (i > 0 && firstName <= pages[i - 1].firstName) throw reader.damaged("has pages out of order");
  }
  reader.end();
  return pages;
}

// src/engine/snapshot/tree-walker.ts
var DEPTH_MAX = 2e4;
var FRAMES_MAX = 1e6;
function childPath(directory, name) {
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}
async function* pagesOfDirectory(reader, id, options = {}) {
  if (options.enter?.(id) === false) return;
  const blob = Uint8Array.from(reader.readSync(id) ?? await reader.read(id, options.signal));
  if (blob[0] !== BlobKind.SPLIT) {
    yield decodePage(blob);
    return;
  }
  let failure;
  for (const { id: pageId } of decodeSplit(blob)) {
    if (options.enter?.(pageId) === false) continue;
    const page = await readPage(reader, pageId, options.signal).catch((error) => {
      failure ??= damageOf(error);
    });
    if (page) yield page;
  }
  if (failure) throw failure;
}
async function readPage(reader, id, signal) {
  return decodePage(Uint8Array.from(reader.readSync(id) ?? await reader.read(id, signal)));
}
async function* walkTree(reader, root, options = {}) {
  const stack = [{ path: options.path ?? "/", id: root }];
  for (let frame = stack.pop(); frame; frame = stack.pop()) {
    throwIfAborted(options.signal);
    const children = [];
    try {
      for await (const page of pagesOfDirectory(reader, frame.id, options)) {
        yield { path: frame.path, page };
        collectChildren(frame.path, page, { into: options.into, children });
      }
    } catch (error) {
      if (!options.onDamage || !isBackupError(error) || error.code !== "DAMAGED" && error.code !== "NOT_FOUND") throw error;
      options.onDamage(frame.path, error);
    }
    if (stack.length + children.length > FRAMES_MAX || frame.path.split("/").length > DEPTH_MAX) throw tooDeep();
    for (const child of children.reverse()) stack.push(child);
  }
}
async function visitPages(reader, root, { signal, enter: enter2, visit }) {
  const stack = [{ id: root, depth: 0 }];
  for (let frame = stack.pop(); frame; frame = stack.pop()) {
    throwIfAborted(signal);
    if (enter2?.(frame.id) === false) continue;
    const blob = Uint8Array.from(reader.readSync(frame.id) ?? await reader.read(frame.id, signal));
    const page = blob[0] === BlobKind.SPLIT ? void 0 : decodePage(blob);
    const below = page ? { ids: directoriesOf(page), depth: frame.depth + 1 } : { ids: decodeSplit(blob).map(({ id }) => id), depth: frame.depth };
    const waits = page && visit(page);
    if (waits) await waits;
    if (stack.length + below.ids.length > FRAMES_MAX || below.depth > DEPTH_MAX) throw tooDeep();
    for (const id of below.ids.reverse()) stack.push({ id, depth: below.depth });
  }
}
function directoriesOf(page) {
  const ids = [];
  for (let entry = 0; entry < page.count; entry += 1) {
    if (page.columns.type(entry) === FileType.DIRECTORY && page.kinds[entry] === ContentKind.ONE) ids.push(Uint8Array.from(page.contentOf(entry)));
  }
  return ids;
}
function tooDeep() {
  return new BackupError("DAMAGED", "A tree is deeper than any file system.", { context: { object: "tree" } });
}
function collectChildren(path4, page, parts) {
  for (let entry = 0; entry < page.count; entry += 1) {
    if (page.columns.type(entry) !== FileType.DIRECTORY || page.kinds[entry] !== ContentKind.ONE) continue;
    const below = childPath(path4, page.columns.names[entry]);
    if (parts.into?.(below) !== false) parts.children.push({ path: below, id: Uint8Array.from(page.contentOf(entry)) });
  }
}

// src/engine/snapshot/closure.ts
async function visitClosure(reader, tree, visitor) {
  const { signal } = visitor;
  await visitPages(reader, tree, { enter: visitor.metadata, visit: (page) => visitFiles(reader, page, visitor), ...signal && { signal } });
}
function visitFiles(reader, page, visitor) {
  const others = [];
  for (let entry = 0; entry < page.count; entry += 1) {
    if (page.columns.type(entry) !== FileType.FILE || page.kinds[entry] === ContentKind.NONE) continue;
    if (page.kinds[entry] === ContentKind.ONE) visitor.data(page.contentOf(entry), page.columns.size(entry));
    else others.push(entry);
  }
  return others.length === 0 ? void 0 : visitChunks(reader, page, { entries: others, visitor });
}
async function visitChunks(reader, page, { entries, visitor }) {
  for (const entry of entries) await visitContent(reader, page, { entry, visitor });
}
async function visitContent(reader, page, at) {
  const content = { kind: page.kinds[at.entry], bytes: page.contentOf(at.entry) };
  const readBlob = async (id) => Uint8Array.from(await reader.read(id));
  if (content.kind === ContentKind.CHUNKS) {
    for await (const { id, bytes } of chunksOf(content, 0, readBlob)) if (!isHole(id)) at.visitor.data(id, bytes);
  } else if (content.kind === ContentKind.LIST) {
    for await (const { id, chunks } of chunkListsOf(content, readBlob, at.visitor.isLost)) {
      if (at.visitor.metadata(id)) {
        for (const chunk of chunks) if (!isHole(chunk.id)) at.visitor.data(chunk.id, chunk.bytes);
      }
    }
  }
}
function closureIsLive(repository, document, log) {
  return isWhole(repository, () => closureIsIn(repository, document, { ...log.packs, omitTombstoned: true }));
}
function closureExists(repository, document, log) {
  return isWhole(repository, () => closureIsIn(repository, document, log.packs));
}
async function closureIsLacking(repository, document, log) {
  try {
    return !await lookedAt(repository, () => closureIsIn(repository, document, log.packs));
  } catch (error) {
    damageOf(error);
    return false;
  }
}
function isWhole(repository, check) {
  return lookedAt(repository, check).catch((error) => {
    damageOf(error);
    return false;
  });
}
async function lookedAt(repository, check) {
  const missing2 = new BackupError("DAMAGED", "Something that the snapshot needs is not in the index.");
  try {
    return await onStableListing(repository, ["index/meta/", "index/data/"], async () => {
      if (await check()) return true;
      throw missing2;
    });
  } catch (error) {
    if (error === missing2) return false;
    throw error;
  }
}
async function closureIsIn(repository, document, options) {
  var _stack = [];
  try {
    const meta = openReader(repository, await openIndex(repository, IndexClass.META, options));
    const data = openReader(repository, await openIndex(repository, IndexClass.DATA, options));
    const _meta = __using(_stack, meta.segments, true);
    const _data = __using(_stack, data.segments, true);
    let isLive = true;
    const seen = /* @__PURE__ */ new Set();
    const visitor = {
      metadata: (id) => {
        const key = Buffer.from(id).toString("latin1");
        if (!meta.reader.has(id)) isLive = false;
        if (seen.has(key) || !isLive) return false;
        seen.add(key);
        return true;
      },
      data: (id) => {
        if (!data.reader.has(id)) isLive = false;
      },
      isLost: (id) => {
        if (!meta.reader.has(id)) isLive = false;
        return !isLive;
      }
    };
    await visitClosure(meta.reader, Buffer.from(document.tree, "hex"), visitor).catch((error) => {
      damageOf(error);
      if (isLive) throw error;
    });
    return isLive;
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}

// src/engine/snapshot/delete-log.ts
function damagedEntry(key) {
  const match = /^deletes\/([0-9a-f]{16})-([0-9a-f]{64})$/.exec(key);
  return match ? [{ key, generation: Number.parseInt(match[1], 16), name: match[2] }] : [];
}
function inOrder2(damaged2, newestRead) {
  let newest = newestRead;
  while (damaged2.some(({ generation }) => generation === newest + 1)) newest += 1;
  return damaged2.filter(({ generation }) => generation >= 1 && generation <= newest);
}
var DeleteLog = class {
  entries;
  problems;
  /** Entries that are there and can't be read: their keys still say which they are. */
  damaged;
  /** Packs that are condemned but neither deleted nor taken back. */
  tombstoned;
  /** Packs that a completed deletion removed. */
  deletedPacks;
  constructor(entries, problems = []) {
    this.entries = [...entries].sort((a, b) => a.document.generation - b.document.generation || (a.name < b.name ? -1 : 1));
    this.problems = problems;
    this.damaged = inOrder2(problems.filter(isRotten).flatMap(({ key }) => damagedEntry(key)), this.entries.at(-1)?.document.generation ?? 0);
    const completed = new Set(this.entries.flatMap(({ document }) => document.completes ?? []));
    const deleted = this.entries.filter(({ document }) => document.kind === "deleted");
    this.deletedPacks = new Set(deleted.flatMap(({ document }) => document.packs));
    this.tombstoned = new Set(this.open(completed).flatMap(({ document }) => document.packs).filter((pack) => !this.deletedPacks.has(pack)));
  }
  /** What whoever opens an index has to know of it. */
  get packs() {
    return { tombstonedPacks: this.tombstoned, deletedPacks: this.deletedPacks };
  }
  get newestGeneration() {
    return Math.max(this.entries.at(-1)?.document.generation ?? 0, ...this.damaged.map(({ generation }) => generation));
  }
  /** The newest generation in which damaged packs were given up; 0 without one. An entry that can't be read may have said so. */
  get lossGeneration() {
    const given = this.entries.findLast(({ document }) => document.damaged === true)?.document.generation ?? 0;
    return Math.max(given, ...this.damaged.map(({ generation }) => generation));
  }
  /** True when nothing stands in this log that did not stand in `earlier`: entries may share a generation, so that a number alone does not tell. */
  isCoveredBy(earlier) {
    const known = new Set(earlier.#names());
    return this.#names().every((name) => known.has(name));
  }
  /** True when the entry is there, alone in its generation, and nothing is newer. */
  isNewest(name) {
    return this.heads.length === 1 && this.heads[0] === name;
  }
  #names() {
    return [...this.entries, ...this.damaged].map(({ name }) => name);
  }
  /** Names of the entries of the newest generation. */
  get heads() {
    const entries = [...this.entries.map(({ name, document }) => ({ name, generation: document.generation })), ...this.damaged];
    return entries.filter(({ generation }) => generation === this.newestGeneration).map(({ name }) => name);
  }
  /** Tombstones that no `deleted` entry completes. */
  open(completed = new Set(this.entries.flatMap(({ document }) => document.completes ?? []))) {
    return this.entries.filter(({ name, document }) => document.kind === "tombstone" && !completed.has(name));
  }
  /** Throws ROLLBACK_SUSPECTED when a generation is missing, an entry's predecessor is gone, or `seenGeneration` lies above the newest. */
  checkChain(seenGeneration = 0) {
    const names = /* @__PURE__ */ new Set([...this.entries.flatMap(({ name, document }) => [name, ...document.replaces ?? []]), ...this.damaged.map(({ name }) => name)]);
    const generations = /* @__PURE__ */ new Set([...this.entries.map(({ document }) => document.generation), ...this.damaged.map(({ generation }) => generation)]);
    for (let generation = 1; generation <= Math.max(seenGeneration, this.newestGeneration); generation += 1) {
      if (!generations.has(generation)) throw rollback("The delete log lacks a generation.", { generation });
    }
    for (const { document } of this.entries) {
      const lost = document.previous.find((name) => !names.has(name));
      if (lost) throw rollback("The delete log lacks an entry that a later one names.", { generation: document.generation - 1, object: `deletes/${lost}` });
    }
  }
  /** True when every entry newer than the snapshot's own generation has seen it, or a confirmation covers the entry. */
  isConfirmed(snapshot, confirmedGeneration) {
    const from = Math.max(snapshot.deleteGeneration, confirmedGeneration);
    return this.entries.every(({ document }) => document.generation <= from || (document.marked[snapshot.writer] ?? 0) >= (snapshot.sequence ?? Number.POSITIVE_INFINITY));
  }
};
function rollback(sentence, context) {
  return new BackupError("ROLLBACK_SUSPECTED", sentence, { context });
}
async function readDeleteLog(repository, signal) {
  const { entries, problems } = await readParsed(repository, { folder: "deletes", type: ObjectType.DELETE, parse: (stored) => parseDeleteEntry(byMaintenance(stored)) }, signal);
  return new DeleteLog(entries, problems);
}

// src/engine/snapshot/chains.ts
function checkChains(facts) {
  const snapshots = missingSnapshots(facts);
  const records = missingRecords(facts);
  const areSnapshotsLost = facts.damagedRecords > 0 || snapshots.length <= facts.damagedSnapshots;
  const areRecordsLost = facts.damagedRecords > 0 || records.length <= recordsGivenUp(facts.records);
  const rollbacks = [
    ...areSnapshotsLost ? [] : snapshots.map((missing2) => suspicion("A snapshot is missing that nobody forgot.", { ...missing2 })),
    ...areRecordsLost ? [] : records.map((missing2) => suspicion("A record is older than one that was seen.", { ...missing2 })),
    ...keyringRollback(facts),
    ...deleteLogRollback(facts)
  ];
  return { rollbacks, losses: { snapshots: areSnapshotsLost ? snapshots : [], records: facts.damagedRecords > 0 ? records : [] } };
}
function recordsGivenUp(records) {
  const lists = records.filter(({ document }) => document.record === RecordKind.FORGET).map(({ document }) => document.value?.["records"]);
  return lists.reduce((sum, list) => sum + (Array.isArray(list) ? list.length : 0), 0);
}
function lossProblems({ snapshots, records }) {
  const lost = (sentence, context) => new BackupError("DAMAGED", sentence, { context });
  return [
    ...snapshots.map(({ writer, sequence }) => ({ key: `snapshots/ (writer ${writer.slice(0, 8)}, number ${sequence})`, error: lost("A snapshot is missing, and a damaged object may be what is left of it.", { object: "snapshots/", writer, sequence }) })),
    ...records.map(({ record, seen }) => ({ key: `records/ (${record})`, error: lost("A record is missing, and a damaged object may be what is left of it.", { object: "records/", record, seen }) }))
  ];
}
function suspicion(sentence, context) {
  return new BackupError("ROLLBACK_SUSPECTED", sentence, { context });
}
function missingSnapshots(facts) {
  const sequences = /* @__PURE__ */ new Map();
  const note = (writer, sequence) => {
    const known = sequences.get(writer) ?? /* @__PURE__ */ new Set();
    sequences.set(writer, known.add(sequence));
  };
  for (const { document } of facts.stored) note(document.writer, document.sequence ?? 0);
  for (const { writer, sequence } of facts.forgotten.values()) note(writer, sequence);
  const missing2 = [];
  for (const [writer, head] of expectedHeads(facts)) {
    for (let sequence = 1; sequence <= head; sequence += 1) if (!sequences.get(writer)?.has(sequence)) missing2.push({ writer, sequence });
  }
  return missing2;
}
function expectedHeads(facts) {
  const heads = new Map(Object.entries(facts.seen?.writers ?? {}));
  const raise = (writer, sequence) => heads.set(writer, Math.max(heads.get(writer) ?? 0, sequence));
  for (const { document } of facts.stored) {
    raise(document.writer, document.sequence ?? 0);
    for (const [writer, seen] of Object.entries(document.seen)) raise(writer, seen[0]);
  }
  return heads;
}
function missingRecords({ records, seen }) {
  const heads = recordHeads(records);
  return Object.entries(seen?.records ?? {}).flatMap(([record, generation]) => {
    const found = heads[record] ?? 0;
    return found < generation ? [{ record, seen: generation, found }] : [];
  });
}
function recordHeads(records) {
  const heads = {};
  for (const { document } of records) {
    const key = `${document.record}/${document.subject}`;
    if (document.record !== RecordKind.FORGET) heads[key] = Math.max(heads[key] ?? 0, document.generation);
  }
  return heads;
}
function keyringRollback({ stored, seen, keyGeneration: found }) {
  const expected = Math.max(seen?.keyGeneration ?? 0, ...stored.map(({ document }) => document.keyGeneration));
  return found < expected ? [suspicion("The newest keyring is older than one that was used.", { seen: expected, found })] : [];
}
function deleteLogRollback({ stored, seen, deleteLog }) {
  try {
    deleteLog.checkChain(Math.max(seen?.deleteGeneration ?? 0, ...stored.map(({ document }) => document.deleteGeneration)));
    return [];
  } catch (error) {
    if (error instanceof BackupError) return [error];
    throw error;
  }
}

// src/engine/snapshot/history.ts
var READINGS_MAX = 3;
var QUIET_READINGS_MAX = 8;
async function readHistory(repository, options = {}) {
  const { memory } = repository;
  const seen = options.seen ?? memory?.heads();
  for (let reading = 1; ; reading += 1) {
    const history = await readOnce(repository, { ...options, ...seen && { seen } });
    if (history.rollbacks.length === 0) memory?.remember(headsOf(history, repository.keys.generation));
    if (history.rollbacks.length === 0 || reading === READINGS_MAX) return history;
  }
}
async function readWriterHistory(repository, options = {}) {
  let before = await namesBelow(repository, ["deletes/"]);
  for (let reading = 1; reading <= QUIET_READINGS_MAX; reading += 1) {
    const history = await readHistory(repository, options);
    const after = await namesBelow(repository, ["deletes/"]);
    if (after === before) return history;
    before = after;
  }
  throw new BackupError("REPOSITORY_LOCKED", "The repository changes faster than it can be read. Run it again.");
}
async function readOnce(repository, options) {
  const { signal } = options;
  const parse2 = (document) => byItsWriter(parseSnapshot(document.body), document);
  const snapshots = await readParsed(repository, { folder: "snapshots", type: ObjectType.SNAPSHOT, parse: parse2, previousOf: ({ previous }) => previous }, signal);
  const checkpoints = await readParsed(repository, { folder: "checkpoints", type: ObjectType.CHECKPOINT, parse: parse2 }, signal);
  const records = await readRecords(repository, RecordFolder.DECISIONS, signal);
  const confirms = await readParsed(repository, { folder: "confirms", type: ObjectType.CONFIRM, parse: ({ body }) => parseConfirm(body) }, signal);
  const deleteLog = await readDeleteLog(repository, signal);
  const allRecords = records.entries;
  const stored = snapshots.entries.map(entryOf);
  const confirmed = confirmedOf(confirms.entries, stored);
  const forgottenByRecord = forgottenOf(allRecords, stored);
  const retractions = retractionsOf(confirms.entries);
  const forgotten = new Map([...honoured(retractions, { stored, deleteLog, confirmed }), ...forgottenByRecord]);
  const listed = stored.filter(({ name }) => !forgotten.has(name));
  const doubtful = listed.filter(({ name, document }) => retractions.has(name) || !deleteLog.isConfirmed(document, confirmed.get(name) ?? 0));
  const unfinished = await unfinishedOf(repository, doubtful, { deleteLog, retractions });
  const runs = await decideRuns(repository, listed.filter((entry) => !unfinished.includes(entry)), { isForgotten: (name) => forgottenByRecord.has(name), withdrawn: new Set(retractions.keys()), ...signal && { signal } });
  const rotten = snapshots.problems.filter(isRotten);
  const chains = checkChains({
    stored,
    forgotten,
    deleteLog,
    records: allRecords,
    seen: options.seen,
    keyGeneration: repository.keys.generation,
    damagedSnapshots: rotten.length,
    damagedRecords: records.problems.filter(isRotten).length
  });
  return {
    unfinished,
    rivals: runs.rivals,
    superseded: runs.superseded,
    unconfirmed: new Set(doubtful.map(({ name }) => name)),
    leftovers: stored.filter(({ name }) => forgotten.has(name)).map(({ name }) => name),
    snapshots: runs.counting.sort(byTime),
    checkpoints: checkpoints.entries.map(entryOf).sort(byTime),
    deleteLog,
    records: inForce(allRecords),
    allRecords,
    forgotten,
    problems: [...snapshots.problems, ...checkpoints.problems, ...records.problems, ...confirms.problems, ...deleteLog.problems, ...runs.problems, ...lossProblems(chains.losses)],
    rollbacks: chains.rollbacks,
    losses: chains.losses,
    damagedSnapshotMs: Math.max(0, ...rotten.map(({ modifiedMs }) => modifiedMs ?? 0))
  };
}
function entryOf({ name, document, modifiedMs }) {
  return { name, document, modifiedMs };
}
function confirmedOf(confirmations, stored) {
  const writers = new Map(stored.map(({ name, document }) => [name, document.writer]));
  const confirmed = /* @__PURE__ */ new Map();
  for (const { document, signer } of confirmations) {
    if (document.kind === "confirm" && writers.get(document.snapshot) === signer) confirmed.set(document.snapshot, Math.max(document.deleteGeneration, confirmed.get(document.snapshot) ?? 0));
  }
  return confirmed;
}
function retractionsOf(confirmations) {
  const retractions = /* @__PURE__ */ new Map();
  for (const { document, signer } of confirmations) {
    if (document.kind === "retract" && document.writer === signer) retractions.set(document.snapshot, { writer: document.writer, sequence: document.sequence });
  }
  return retractions;
}
function honoured(retractions, { stored, deleteLog, confirmed }) {
  const there = new Map(stored.map(({ name, document }) => [name, document]));
  return new Map([...retractions].filter(([name]) => {
    const document = there.get(name);
    return document === void 0 || !(confirmed.has(name) || deleteLog.isConfirmed(document, 0));
  }));
}
async function unfinishedOf(repository, doubtful, { deleteLog, retractions }) {
  const unfinished = [];
  for (const entry of doubtful) {
    const mayLack = entry.document.deleteGeneration < deleteLog.lossGeneration && !retractions.has(entry.name);
    if (!mayLack && await closureIsLacking(repository, entry.document, deleteLog)) unfinished.push(entry);
  }
  return unfinished;
}
function headsOf(history, keyGeneration) {
  const writers = {};
  for (const { document } of [...history.snapshots, ...history.rivals, ...history.superseded]) writers[document.writer] = Math.max(writers[document.writer] ?? 0, document.sequence ?? 0);
  for (const { writer, sequence } of history.forgotten.values()) writers[writer] = Math.max(writers[writer] ?? 0, sequence);
  return { keyGeneration, deleteGeneration: history.deleteLog.newestGeneration, writers, records: recordHeads(history.allRecords) };
}
function markedOf(history) {
  const marked = { ...headsOf(history, 0).writers };
  for (const { document } of history.unfinished) marked[document.writer] = Math.min(marked[document.writer] ?? 0, (document.sequence ?? 0) - 1);
  return Object.fromEntries(Object.entries(marked).filter(([, sequence]) => sequence > 0));
}
function othersSeen(history, writer) {
  const seen = {};
  for (const { name, document } of history.snapshots) {
    if (document.writer !== writer && (document.sequence ?? 0) > (seen[document.writer]?.[0] ?? 0)) seen[document.writer] = [document.sequence ?? 0, name];
  }
  return seen;
}
function byTime(a, b) {
  return a.document.finishedAt < b.document.finishedAt ? -1 : a.document.finishedAt > b.document.finishedAt ? 1 : a.name < b.name ? -1 : 1;
}
function forgottenOf(records, stored) {
  const guarded = protections({ records: inForce(records), snapshots: stored }, nowMs());
  const kept = new Set(stored.filter(({ name }) => guarded.has(name)).map(({ name }) => name));
  const forgotten = /* @__PURE__ */ new Map();
  for (const { document } of records) {
    if (document.record !== RecordKind.FORGET) continue;
    for (const { name, writer, sequence } of forgottenBy(document)) if (!kept.has(name)) forgotten.set(name, { writer, sequence });
  }
  return forgotten;
}
function findSnapshot(history, wanted, options = {}) {
  const candidates = history.snapshots.filter(({ document }) => (options.source === void 0 || document.source === options.source) && coversPath(document, options.path));
  if (wanted === "latest") {
    if (history.rollbacks[0]) throw history.rollbacks[0];
    const latest = candidates.at(-1);
    if (history.damagedSnapshotMs > (latest?.modifiedMs ?? 0)) throw new BackupError("DAMAGED", "A snapshot that may be the latest can not be read. Name the one that is meant.", { context: { object: "snapshots/" } });
    if (latest) return latest;
    throw new BackupError("SNAPSHOT_NOT_FOUND", "There is no snapshot yet.", { context: { snapshot: wanted } });
  }
  const matches2 = /^[0-9a-f]{4,64}$/.test(wanted) ? [...history.snapshots, ...history.checkpoints].filter(({ name }) => name.startsWith(wanted)) : [];
  if (matches2.length > 1) throw new BackupError("SNAPSHOT_AMBIGUOUS", "Several snapshots begin like that.", { context: { snapshot: wanted, candidates: matches2.map(({ name }) => name.slice(0, 12)) } });
  const match = matches2[0];
  if (match) return match;
  throw new BackupError("SNAPSHOT_NOT_FOUND", "There is no such snapshot.", { context: { snapshot: wanted } });
}
function coversPath(document, path4) {
  return path4 === void 0 || document.paths.some((each) => bytesOfPathText(each) === path4);
}

// src/engine/snapshot/shared-reader.ts
function shareReader({ keys, store }, index, cacheSegments) {
  const packs = index.packs.map(({ name }) => ({ name, path: store.localPath(packKey(name)) }));
  if (!packs.every((pack) => pack.path !== void 0)) return void 0;
  return { repositoryId: keys.repositoryId, masters: keys.bundle.masters, idKey: keys.idKey.key, index: index.share(), packs, cacheSegments };
}
function openSharedReader(setup) {
  const index = new SharedIndex(setup.index, setup.packs);
  const segments = new SegmentReader({
    store: localPacks(setup.packs),
    repositoryId: Buffer.from(setup.repositoryId),
    masterOf: masterLookup(setup.masters),
    index,
    codec: createSegmentDecoder(),
    cacheSegments: setup.cacheSegments,
    isBulk: true
  });
  return new BlobReader(index, segments, new LookupIds(Buffer.from(setup.idKey)));
}
function localPacks(packs) {
  const paths = new Map(packs.map(({ name, path: path4 }) => [packKey(name), path4]));
  const buffer = new ReadBuffer();
  return {
    localPath: (key) => paths.get(key),
    get: async (key, { offset = 0, length = 0 } = {}) => await Promise.resolve(readRange(paths.get(key) ?? "", { key, offset, length, buffer }))
  };
}
function readRange(path4, { key, offset, length, buffer }) {
  try {
    var _stack = [];
    try {
      const pack = __using(_stack, new LocalPack(path4, buffer, { isCached: true }));
      const bytes = Buffer.from(pack.read(offset, length));
      if (bytes.length < length) throw new BackupError("STORAGE_FAILED", "An object is shorter than what is to be read of it.", { context: { object: key } });
      return bytes;
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      __callDispose(_stack, _error, _hasError);
    }
  } catch (error) {
    if (error instanceof BackupError) throw error;
    throw new BackupError(systemCode(error) === "ENOENT" ? "NOT_FOUND" : "STORAGE_FAILED", "A pack can not be read.", { context: { object: key }, cause: error });
  }
}

// src/engine/snapshot/checkpoints.ts
async function judgeCheckpoints(repository, { checkpoints, deleteLog }) {
  const judged = { whole: [], broken: [] };
  for (const checkpoint of checkpoints) {
    const { document } = checkpoint;
    const isWhole2 = document.deleteGeneration >= deleteLog.newestGeneration || await closureExists(repository, document, deleteLog);
    judged[isWhole2 ? "whole" : "broken"].push(checkpoint);
  }
  return judged;
}

// src/engine/backup/lane.ts
import fs10 from "node:fs";

// src/engine/chunker/chunker-wasm.ts
var CHUNKER_WASM_BASE64 = "AGFzbQEAAAABKAZgAn9/AX9gAABgBX9/f39/AGAGfn5+fn5+AGADf39/AGADf39/AX8CDwEDZW52Bm1lbW9yeQIAAAMHBgABAgMEBQanARB7Af0MAAAAAAAAAAAAAAAAAAAAAAt7Af0MAAAAAAAAAAAAAAAAAAAAAAt7Af0MAAAAAAAAAAAAAAAAAAAAAAt7Af0MAAAAAAAAAAAAAAAAAAAAAAt7Af0MAAAAAAAAAAAAAAAAAAAAAAt+AUIBC34BQgELfgFCAQt+AUIBC34BQgELfgFCAQt/AUGAgAELfwFBgIAEC38BQYCAIAt+AUI4C34BQjwLBzMFCXNldFdpbmRvdwACCXNldFN0cm9uZwADCHNldFNpemVzAAQDY3V0AAUGbWVtb3J5AgAIAQEK8AYGfAEBfiMFIABBL2siACkDAH4hAiMKIAApAygjCSAAKQMgIwggACkDGCMHIAApAxAjBiAAKQMIIAIgAkIgiIWFfiICQiCIIAKFhX4iAkIgiCAChYV+IgJCIIggAoWFfiICQiCIIAKFhX4iAkIgiCAChSMOIw8gASMMSRuIUAtmAP0MAQABAAEAAQABAAEAAQABACQA/QwBAAEAAQABAAEAAQABAAEAJAH9DAEAAQABAAEAAQABAAEAAQAkAv0MAQABAAEAAQABAAEAAQABACQD/QwAAAAAAAAAAAAAAAAAAAAAJAQLIAAgAP0QJAAgAf0QJAEgAv0QJAIgA/0QJAMgBP0QJAQLGgAgACQFIAEkBiACJAcgAyQIIAQkCSAFJAoLJwEBfiAAJAsgASQMIAIkDULIAEIfIAFnrX0iA30kDkLMACADfSQPC6UEAgh/AnsgASMNIAEjDUkbIgUjC08EQCAAIAVqIQYgACMLakEBayEDA0AgA0ERaiAGTQRAIANBB2v9AAQAIwD9lQEgA0EFa/0ABAAjAf2VAf2OASADQQNr/QAEACMC/ZUBIANBAWv9AAQAIwP9lQH9jgEjBP2OAf2OAf0MQABAAEAAQABAAEAAQABAAP0wIgsgA0EBaiIEQQdr/QAEACMA/ZUBIARBBWv9AAQAIwH9lQH9jgEgBEEDa/0ABAAjAv2VASAEQQFr/QAEACMD/ZUB/Y4BIwT9jgH9jgH9DEAAQABAAEAAQABAAEAAQAD9MCIM/VD9UwRAIAv9hAEhByAM/YQBIQhBACEEA0AgBEEISQRAIAcgBHZBAXEEQCAEQQF0IgkgAyAAa2pBAWohCiADIAlqIAoQAARAIAoPCwsgCCAEdkEBcQRAIARBAXQiCSADIABrakECaiEKIAMgCWpBAWogChAABEAgCg8LCyAEQQFqIQQMAQsLCyADQRBqIQMMAQsLA0AgAyAGSQRAIANBB2svAQAjAP0ZAEH//wNxbCADQQVrLwEAIwH9GQBB//8DcWxqIANBA2svAQAjAv0ZAEH//wNxbGogA0EBay8BACMD/RkAQf//A3FsaiME/RkAQf//A3FqQf//A3FBwABJBEAgAyADIABrQQFqIgQQAARAIAQPCwsgA0EBaiEDDAELCyAFIw1GBEAjDQ8LCyABQQAgAhsL";

// src/engine/chunker/profile.ts
var ChunkerProfile = {
  FILES: { minBytes: 16 * 1024, normalBytes: 64 * 1024, maxBytes: 512 * 1024 },
  ROWS: { minBytes: 8 * 1024, normalBytes: 32 * 1024, maxBytes: 128 * 1024 }
};
function chunkerConstants(secret) {
  const bytes = Buffer.from(secret);
  const odd = (at) => bytes.readUInt16LE(at) | 1;
  const add = bytes.readUInt16LE(8);
  return {
    window: [odd(0), odd(2), odd(4), odd(6)],
    // An all-zero window hashes to `add`: it must not be a candidate, or runs of zeros would be cut everywhere.
    add: add < 64 ? add ^ 32768 : add,
    strong: [0, 1, 2, 3, 4, 5].map((i) => bytes.readBigUInt64LE(16 + 8 * i) | 1n)
  };
}

// src/engine/chunker/chunker.ts
var compiled2;
function createChunker(memory, secret, profile) {
  compiled2 ??= new WebAssembly.Module(Buffer.from(CHUNKER_WASM_BASE64, "base64"));
  const instance = new WebAssembly.Instance(compiled2, { env: { memory } });
  const wasm = instance.exports;
  const { window, add, strong } = chunkerConstants(secret);
  wasm.setWindow(window[0], window[1], window[2], window[3], add);
  wasm.setStrong(...strong.map((key) => BigInt.asIntN(64, key)));
  wasm.setSizes(profile.minBytes, profile.normalBytes, profile.maxBytes);
  return { cut: (offset, length, isFinal) => wasm.cut(offset, length, isFinal ? 1 : 0) >>> 0 };
}

// src/engine/chunker/plain-chunker.ts
var WORD2 = (1n << 64n) - 1n;

// src/engine/backup/lane.ts
var MIB = 1024 * 1024;
var ARENA_BYTES = 3 * MIB;
var OUTPUT_BYTES = 512 * 1024;
var META_SEGMENT_BYTES = 512 * 1024;
var IndexNeeded = class extends Error {
  name = "IndexNeeded";
};
var Lane = class {
  arena;
  counters = { blobsAdded: 0, bytesAdded: 0 };
  buffers;
  lookupIds;
  #setup;
  #chunker;
  #onPack;
  #codec;
  #table;
  #packs;
  #lookupId = new Uint32Array(4);
  constructor(setup, onPack) {
    this.#setup = setup;
    const pages = Math.ceil(ARENA_BYTES / 65536);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.arena = Buffer.from(memory.buffer);
    this.#chunker = createChunker(memory, setup.chunkerSecret, ChunkerProfile.FILES);
    this.buffers = new SealBuffers(setup.segmentBytes + BLOB_BYTES_MAX);
    this.lookupIds = new LookupIds(setup.idKey);
    this.#onPack = onPack;
    if (setup.dataTable) this.useTable(setup.dataTable);
  }
  /** The blob table, once it is loaded: before that `store` throws IndexNeeded. */
  useTable(memory) {
    this.#table = new BlobTable(memory);
  }
  get codec() {
    this.#codec ??= createSegmentCodec({ level: this.#setup.compressionLevel });
    return this.#codec;
  }
  /** A second writer for metadata blobs that shares this lane's buffers. */
  metadataWriter() {
    return this.#writer(ObjectType.PACK_META, META_SEGMENT_BYTES);
  }
  /** Cuts `length` bytes of the arena into chunks and stores the new ones. Returns the bytes consumed: all of them when `isFinal`. */
  chunk(length, isFinal, sink) {
    let at = 0;
    while (at < length) {
      const bytes = this.#chunker.cut(at, length - at, isFinal);
      if (bytes === 0) break;
      sink(this.store(at, bytes), bytes);
      at += bytes;
    }
    return at;
  }
  /** Where the chunks of the arena end, without storing anything: for lanes that share one file. */
  cuts(length, isFinal, into) {
    let at = 0;
    let count = 0;
    while (at < length) {
      const bytes = this.#chunker.cut(at, length - at, isFinal);
      if (bytes === 0) break;
      at += bytes;
      into[count++] = at;
    }
    return count;
  }
  /** Stores one blob of the arena unless it is known. Returns its id. */
  store(at, bytes) {
    if (!this.#table) throw new IndexNeeded();
    const blob = this.arena.subarray(at, at + bytes);
    const id = blobIdOf(blob);
    this.lookupIds.lookupInto(id, 0, this.#lookupId);
    if (this.#table.claim(this.#lookupId, bytes)) {
      this.#packs ??= this.#writer(ObjectType.PACK_DATA, this.#setup.segmentBytes);
      this.#packs.add(blob, this.#lookupId);
      this.counters.blobsAdded += 1;
      this.counters.bytesAdded += bytes;
    }
    return id;
  }
  /** Reads up to `bytes` at `position` into the arena (from `at`); fewer only at the file's end. */
  read(descriptor, position, options) {
    const at = options.at ?? 0;
    let done = 0;
    while (done < options.bytes) {
      const got = fs10.readSync(descriptor, this.arena, at + done, options.bytes - done, position + done);
      if (got === 0) break;
      done += got;
    }
    return done;
  }
  /** Seals what is open and hands the pack over. */
  finish() {
    this.#packs?.finishPack();
  }
  discard() {
    this.#packs?.discard();
    this.#codec?.dispose();
  }
  #writer(type, segmentBytes) {
    const { scope, stagingDirectory, packBytes } = this.#setup;
    return new PackWriter(
      { type, scope, stagingDirectory, segmentBytes, packBytes },
      { codec: this.codec, buffers: this.buffers, segment: Buffer.allocUnsafeSlow(segmentBytes + BLOB_BYTES_MAX), output: alignedBuffer(OUTPUT_BYTES), onPack: this.#onPack }
    );
  }
};

// src/engine/backup/shared-file.ts
var LOCK2 = 0;
var TURN = 1;
var DONE = 2;
var POSITION_LOW = 3;
var POSITION_HIGH = 4;
var ERROR = 5;
var CONTROL_WORDS = 8;
var ID_BYTES5 = 32;
var CHUNK_RECORD_BYTES = 4 + ID_BYTES5;
var TURN_BYTES = ARENA_BYTES / 2;
var CUTS_MAX = Math.ceil(TURN_BYTES / 16384) + 1;
function shareStretch(descriptor, from, to) {
  const control = new SharedArrayBuffer(CONTROL_WORDS * 4);
  const words2 = new Uint32Array(control);
  setPosition(words2, from);
  return { control, descriptor, from, to };
}
var LOCK_WAITS_MAX = 12e3;
var LOCK_WAIT_MS = 50;
function throwIfUnread({ control }) {
  const errno = new Uint32Array(control)[ERROR];
  if (errno !== 0) throw new SystemCallError("read", errno);
}
function takeTurn(lane, stretch) {
  const words2 = new Uint32Array(stretch.control);
  const signed = new Int32Array(stretch.control);
  const cuts = new Uint32Array(CUTS_MAX);
  lock(signed);
  let count = 0;
  let turn = 0;
  try {
    if (words2[DONE] !== 0) return void 0;
    const position = positionOf(words2);
    turn = words2[TURN];
    words2[TURN] = turn + 1;
    count = readStretch(lane, stretch, { position, cuts, words: words2 });
  } catch (error) {
    words2[DONE] = 1;
    const errno = errnoOf(error);
    if (errno === void 0) throw error;
    words2[ERROR] = errno;
    return void 0;
  } finally {
    unlock(signed);
  }
  return { turn, ...storeChunks(lane, cuts, count) };
}
function endStretch(stretch) {
  const signed = new Int32Array(stretch.control);
  lock(signed);
  new Uint32Array(stretch.control)[DONE] = 1;
  unlock(signed);
}
function readStretch(lane, stretch, state) {
  const { position, cuts, words: words2 } = state;
  const wanted = Math.min(TURN_BYTES, stretch.to - position);
  const length = lane.read(stretch.descriptor, position, { bytes: wanted });
  const isFinal = length < wanted || position + length >= stretch.to;
  const count = lane.cuts(length, isFinal, cuts);
  setPosition(words2, position + (count === 0 ? 0 : cuts[count - 1]));
  if (isFinal) words2[DONE] = 1;
  return count;
}
function storeChunks(lane, cuts, count) {
  const chunks = new Uint8Array(count * CHUNK_RECORD_BYTES);
  const view = new DataView(chunks.buffer);
  let from = 0;
  for (let i = 0; i < count; i += 1) {
    const bytes = cuts[i] - from;
    view.setUint32(i * CHUNK_RECORD_BYTES, bytes, true);
    chunks.set(lane.store(from, bytes), i * CHUNK_RECORD_BYTES + 4);
    from += bytes;
  }
  return { chunks, bytes: from };
}
function errnoOf(error) {
  const { errno, syscall } = error;
  return syscall === "read" && typeof errno === "number" ? Math.abs(errno) : void 0;
}
function lock(control) {
  for (let waits = 0; Atomics.compareExchange(control, LOCK2, 0, 1) !== 0; waits += 1) {
    if (waits === LOCK_WAITS_MAX) throw new BackupError("WORKER_LOST", "The other lane does not let go of a file.", { context: { cause: "lock" } });
    Atomics.wait(control, LOCK2, 1, LOCK_WAIT_MS);
  }
}
function unlock(control) {
  Atomics.store(control, LOCK2, 0);
  Atomics.notify(control, LOCK2, 1);
}
function positionOf(words2) {
  return words2[POSITION_HIGH] * 2 ** 32 + words2[POSITION_LOW];
}
function setPosition(words2, position) {
  words2[POSITION_LOW] = position % 2 ** 32;
  words2[POSITION_HIGH] = Math.floor(position / 2 ** 32);
}

// src/engine/backup/directory-work.ts
import fs12 from "node:fs";

// src/engine/backup/directory-result.ts
var CONTENT_OPEN = 255;
function emptyCounters() {
  return { filesNew: 0, filesChanged: 0, filesUnmodified: 0, filesFiltered: 0, bytesProcessed: 0 };
}
function addCounters(total, part) {
  total.filesNew += part.filesNew;
  total.filesChanged += part.filesChanged;
  total.filesUnmodified += part.filesUnmodified;
  total.filesFiltered += part.filesFiltered;
  total.bytesProcessed += part.bytesProcessed;
}

// src/engine/backup/file-work.ts
var LINKED_MAX = 1e5;
var NONE = { kind: ContentKind.NONE, bytes: new Uint8Array(0) };
var FileWork = class {
  #lane;
  #access;
  #linked = /* @__PURE__ */ new Map();
  #entries = new ByteWriter(4096);
  constructor(lane, access) {
    this.#lane = lane;
    this.#access = access;
  }
  /** The content of a hard link whose file this lane has stored already. */
  linkedContent(columns, entry) {
    return columns.links(entry) > 1 ? this.#linked.get(columns.identity(entry)) : void 0;
  }
  /** Stores an open file. When it is not as it was listed, its size column becomes what was read. `timed` calls what it is given, once. */
  store(descriptor, { columns, entry }, timed) {
    const bytes = columns.size(entry);
    const length = bytes === 0 ? 0 : timed(() => this.#lane.read(descriptor, 0, { bytes }));
    const content = length === 0 ? NONE : this.#chunks(length);
    const isAsListed = this.#access.isAsListed(descriptor, columns, entry);
    if (length !== bytes) columns.setSize(entry, length);
    if (isAsListed && columns.links(entry) > 1 && this.#linked.size < LINKED_MAX) this.#linked.set(columns.identity(entry), content);
    return { content, isAsListed };
  }
  #chunks(length) {
    let count = 0;
    let first;
    this.#entries.clear();
    this.#lane.chunk(length, true, (id, bytes) => {
      if (count === 0) first = id;
      count += 1;
      this.#entries.varint(bytes);
      this.#entries.bytes(id);
    });
    if (count === 1 && first) return { kind: ContentKind.ONE, bytes: first };
    const out = new ByteWriter(this.#entries.length + 8);
    out.varint(count);
    out.bytes(this.#entries.view());
    return { kind: ContentKind.CHUNKS, bytes: out.copy() };
  }
};

// src/engine/backup/page-collector.ts
var PageCollector = class {
  #contents = new ByteWriter(16 * 1024);
  #section = new ByteWriter(16 * 1024);
  #kinds = [];
  #ends = [];
  #kept = [];
  extras = [];
  open = [];
  clear() {
    this.#contents.clear();
    this.#kinds.length = 0;
    this.#ends.length = 0;
    this.#kept.length = 0;
    this.extras.length = 0;
    this.open.length = 0;
  }
  /** The number that the next kept entry will have. */
  get next() {
    return this.#kept.length;
  }
  /** Keeps the listed entry `entry` with its content. */
  keep(entry, kind, content) {
    this.#kept.push(entry);
    this.#kinds.push(kind);
    if (content.length > 0) this.#contents.bytes(content);
    this.#ends.push(this.#contents.length);
  }
  extra(type, bytes) {
    this.extras.push({ entry: this.next, type, bytes });
  }
  /** The pages, and the open entries by page. Leaves `columns` with the kept entries only. */
  pages(columns) {
    columns.keep(this.#kept);
    const ends = pageEnds(columns.names);
    let from = 0;
    const pages = ends.map((to) => {
      const page = this.#page(columns, from, to);
      from = to;
      return page;
    });
    return { pages, open: this.open.map((opened) => locate(opened, ends)) };
  }
  #page(columns, from, to) {
    this.#section.clear();
    encodeStatSection(columns, { from, to }, this.#section);
    const contentFrom = from === 0 ? 0 : this.#ends[from - 1];
    const contentTo = to === 0 ? 0 : this.#ends[to - 1];
    return {
      count: to - from,
      statSection: new Uint8Array(this.#section.view()),
      kinds: Uint8Array.from(this.#kinds.slice(from, to)),
      contentEnds: Uint32Array.from(this.#ends.slice(from, to), (end) => end - contentFrom),
      contents: new Uint8Array(this.#contents.view().subarray(contentFrom, contentTo)),
      extras: this.extras.filter(({ entry }) => entry >= from && entry < to).map((extra) => ({ ...extra, entry: extra.entry - from }))
    };
  }
};
function locate(opened, ends) {
  const page = ends.findIndex((end) => opened.entry < end);
  return { ...opened, page, entry: opened.entry - (page === 0 ? 0 : ends[page - 1]) };
}

// src/engine/backup/read-ahead.ts
import fs11 from "node:fs";
var FILES_AHEAD = 24;
var BYTES_AHEAD = 8 * 1024 * 1024;
var SLOW_NS = 60000n;
var FILES_PER_LOOK = 256;
var ReadAhead = class {
  #access;
  #bytesMax;
  /** Descriptors by entry. */
  #open = /* @__PURE__ */ new Map();
  #next = 0;
  #bytes = 0;
  #filesLeft = 0;
  /** `bytesMax`: larger files are left to the kernel's own reading ahead. */
  constructor(access, bytesMax) {
    this.#access = access;
    this.#bytesMax = bytesMax;
  }
  /** Call it before `entry` is opened. */
  advance(entry, files) {
    if (this.#filesLeft === 0) return;
    if (this.#next <= entry) this.#next = entry + 1;
    while (this.#next < files.columns.count && this.#open.size < FILES_AHEAD && this.#bytes < BYTES_AHEAD) {
      this.#ask(this.#next, files);
      this.#next += 1;
    }
  }
  /** The descriptor of an entry that was asked for; it is the caller's to close. */
  take(entry, columns) {
    const descriptor = this.#open.get(entry);
    if (descriptor === void 0) return void 0;
    this.#open.delete(entry);
    this.#bytes -= columns.size(entry);
    return descriptor;
  }
  /** Reads, and learns from how long it takes. */
  timed(wasAsked, read) {
    if (wasAsked) {
      if (this.#filesLeft > 0) this.#filesLeft -= 1;
      return read();
    }
    const before = monotonicNs();
    const result = read();
    if (monotonicNs() - before > SLOW_NS) this.#filesLeft = FILES_PER_LOOK;
    return result;
  }
  /** Ends a directory: what was asked for and not taken is closed. */
  close() {
    for (const descriptor of this.#open.values()) fs11.closeSync(descriptor);
    this.#open.clear();
    this.#bytes = 0;
    this.#next = 0;
  }
  #ask(entry, { directory, columns, isWanted }) {
    const bytes = columns.size(entry);
    if (columns.type(entry) !== FileType.FILE || bytes === 0 || bytes > this.#bytesMax || !isWanted(entry)) return;
    try {
      const descriptor = this.#access.openFile(directory, columns.names[entry]);
      this.#open.set(entry, descriptor);
      this.#bytes += bytes;
      this.#access.willRead(descriptor, bytes);
    } catch {
    }
  }
};

// src/engine/backup/previous-directory.ts
var PreviousDirectory = class {
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
      while (this.#entry < page.count && names[this.#entry] < name) this.#entry += 1;
      if (this.#entry < page.count) return names[this.#entry] === name ? { page, entry: this.#entry } : void 0;
    }
    return void 0;
  }
};
var NONE2 = [];
var PreviousDirectories = class {
  #directories;
  #byIdentity;
  constructor(trees) {
    this.#directories = trees.map((pages) => new PreviousDirectory(pages));
  }
  /** The entries of that name, the tree to be preferred first. Names come in ascending order. */
  find(name) {
    let found = NONE2;
    for (const directory of this.#directories) {
      const entry = directory.find(name);
      if (entry) found = [...found, entry];
    }
    return found;
  }
  /** The sub-directories of that device and inode, whatever their names: one that was renamed. */
  directoriesOf(identity) {
    this.#byIdentity ??= byIdentity(this.#directories);
    return this.#byIdentity.get(identity) ?? NONE2;
  }
};
function byIdentity(directories) {
  const found = /* @__PURE__ */ new Map();
  for (const page of directories.flatMap(({ pages }) => pages)) {
    for (let entry = 0; entry < page.count; entry += 1) {
      if (page.columns.type(entry) !== FileType.DIRECTORY || page.kinds[entry] !== ContentKind.ONE) continue;
      const identity = page.columns.identity(entry);
      found.set(identity, [...found.get(identity) ?? NONE2, { page, entry }]);
    }
  }
  return found;
}
function notKeptOf(previous) {
  const bytes = previous.page.extra(previous.entry, ExtraType.NOT_KEPT);
  return bytes && Buffer.from(bytes).toString("utf8");
}

// src/engine/backup/directory-work.ts
var BIG_FILE_BYTES = ARENA_BYTES;
var SLICE_NS = 40000000n;
var CREDIT = 256;
var SPARSE_BYTES_MIN = 256 * 1024;
var NOTHING = new Uint8Array(0);
var CACHE_SIGNATURE = "Signature: 8a477f597d28d172789f06886806bc55";
function createDirectoryWork(lane, settings) {
  return new Work(lane, settings);
}
var Work = class {
  #settings;
  #scanner = createDirectoryScanner();
  #access = createEntryAccess();
  #filter;
  #files;
  #columns = new EntryColumns();
  #ahead;
  #collector = new PageCollector();
  #hasFilters;
  #stop;
  #credit = CREDIT;
  constructor(lane, settings) {
    this.#settings = settings;
    this.#stop = new Int32Array(settings.stop);
    this.#filter = createFileFilter(settings.filters, settings.roots);
    this.#files = new FileWork(lane, this.#access);
    this.#ahead = new ReadAhead(this.#access, BIG_FILE_BYTES);
    this.#hasFilters = Object.keys(settings.filters).length > 0;
  }
  *slices(task) {
    const columns = this.#columns;
    const scanSkips = this.#scan(task);
    const rules = this.#rules(task);
    const state = {
      task,
      previous: new PreviousDirectories(task.previous.map((pages2) => pages2.map((page) => decodePage(page)))),
      skipped: scanSkips.map(({ name, reason }) => ({ path: name === "" ? task.path : join(task.path, name), reason })),
      changedWhileRead: [],
      metadataNotKept: [],
      counters: emptyCounters(),
      rules
    };
    this.#collector.clear();
    const count = this.#isLeftOut(task) ? 0 : columns.count;
    try {
      yield* this.#entries(count, state);
    } finally {
      this.#ahead.close();
    }
    const { pages, open } = this.#collector.pages(columns);
    const { uids, gids } = owners(columns);
    return { node: task.node, pages, open, skipped: state.skipped, changedWhileRead: state.changedWhileRead, metadataNotKept: state.metadataNotKept, uids, gids, counters: state.counters, rules };
  }
  *#entries(count, state) {
    for (let entry = 0, sliceNs = monotonicNs(); entry < count; entry += 1) {
      this.#entry(entry, state);
      if (!this.#mayHaveWorkedLong(entry)) continue;
      const now = monotonicNs();
      if (now - sliceNs < SLICE_NS) continue;
      yield state.counters;
      sliceNs = monotonicNs();
    }
  }
  /** The clock is asked after some entries or some bytes, not after each: an unchanged folder has a hundred thousand entries and nothing to do. */
  #mayHaveWorkedLong(entry) {
    this.#credit -= 1 + (this.#columns.size(entry) >>> 14);
    if (this.#credit > 0) return false;
    this.#credit = CREDIT;
    return true;
  }
  /** A directory that can't be listed stays, empty, and is named as skipped. */
  #scan(task) {
    try {
      return this.#scanner.scan(task, this.#columns);
    } catch (error) {
      this.#columns.clear();
      return [{ name: "", reason: systemCode(error) ?? "unknown" }];
    }
  }
  #entry(entry, state) {
    const columns = this.#columns;
    const name = columns.names[entry];
    if (state.task.only && !state.task.only.includes(name)) return;
    const type = columns.type(entry);
    if (this.#isFiltered(entry, type, state)) {
      state.counters.filesFiltered += 1;
      return;
    }
    const before = state.previous.find(name);
    if (type === FileType.DIRECTORY) this.#directory(entry, before, state);
    else if (type === FileType.FILE) this.#file(entry, before, state);
    else this.#special(entry, before, state);
  }
  #directory(entry, earlier, state) {
    const same = earlier.filter((before) => before.page.columns.type(before.entry) === FileType.DIRECTORY);
    const known = same.length > 0 ? same : state.previous.directoriesOf(this.#columns.identity(entry));
    const previous = known.filter((before) => before.page.kinds[before.entry] === ContentKind.ONE).map((before) => Uint8Array.from(before.page.contentOf(before.entry)));
    const unchanged = same.find((before) => this.#isUnchanged(entry, before));
    if (unchanged) this.#copyExtras(entry, unchanged, state);
    else this.#readAttributes(entry, state);
    this.#open(entry, { kind: "directory", previous, before: void 0 });
  }
  #file(entry, earlier, state) {
    const bytes = this.#columns.size(entry);
    const before = earlier.find((each) => this.#isUnchanged(entry, each) && isComplete(each, bytes));
    if (before) {
      this.#copyExtras(entry, before, state);
      this.#collector.keep(entry, before.page.kinds[before.entry], before.page.contentOf(before.entry));
      state.counters.filesUnmodified += 1;
      state.counters.bytesProcessed += bytes;
      return;
    }
    if (Atomics.load(this.#stop, 0) !== 0) return this.#open(entry, { kind: "file", previous: [], before: void 0 });
    try {
      const stored = this.#storeFile(entry, earlier, state);
      if (!stored) return;
      this.#count(stored, storedBefore(earlier), state);
      state.counters.bytesProcessed += this.#columns.size(entry);
    } catch (error) {
      const reason = isBackupError(error) ? void 0 : systemCode(error);
      if (reason === void 0) throw error;
      this.#dropExtras();
      state.skipped.push({ path: join(state.task.path, this.#columns.names[entry]), reason: reason === "ENOENT" ? "VANISHED" : reason });
    }
  }
  /** Stores a file or leaves it open for all lanes; undefined then. */
  #storeFile(entry, earlier, state) {
    const columns = this.#columns;
    const name = columns.names[entry];
    const linked = this.#files.linkedContent(columns, entry);
    this.#ahead.advance(entry, { directory: state.task, columns, isWanted: (each) => this.#isToBeRead(each, state) });
    const asked = this.#ahead.take(entry, columns);
    const descriptor = asked ?? this.#access.openFile(state.task, name);
    try {
      this.#attributes(this.#access.attributesOfFile(descriptor), entry, state);
      const bytes = columns.size(entry);
      if (linked) {
        this.#collector.keep(entry, linked.kind, linked.bytes);
        return linked;
      }
      if (bytes > BIG_FILE_BYTES || isSparse(columns, entry)) {
        this.#open(entry, { kind: "file", previous: [], before: storedBefore(earlier) });
        return void 0;
      }
      const { content, isAsListed } = this.#files.store(descriptor, { columns, entry }, (read) => this.#ahead.timed(asked !== void 0, read));
      if (!isAsListed) {
        this.#collector.extra(ExtraType.CHANGED, NOTHING);
        state.changedWhileRead.push(join(state.task.path, name));
      }
      this.#collector.keep(entry, content.kind, content.bytes);
      return content;
    } finally {
      fs12.closeSync(descriptor);
    }
  }
  /** Only in folders that are new to the repository: in others most files are unchanged, and not read. */
  #isToBeRead(entry, state) {
    if (state.task.previous.length > 0 || state.task.only && !state.task.only.includes(this.#columns.names[entry])) return false;
    return !this.#isFiltered(entry, FileType.FILE, state);
  }
  #special(entry, earlier, state) {
    const before = earlier.find((each) => this.#isUnchanged(entry, each));
    if (before) {
      this.#copyExtras(entry, before, state);
      this.#collector.keep(entry, ContentKind.NONE, NOTHING);
      return;
    }
    try {
      this.#specialExtras(entry, state);
      this.#collector.keep(entry, ContentKind.NONE, NOTHING);
    } catch (error) {
      this.#dropExtras();
      state.skipped.push({ path: join(state.task.path, this.#columns.names[entry]), reason: systemCode(error) === "ENOENT" ? "VANISHED" : systemCode(error) ?? "unknown" });
    }
  }
  #specialExtras(entry, state) {
    const type = this.#columns.type(entry);
    if (type === FileType.LINK) this.#collector.extra(ExtraType.LINK_TARGET, this.#access.readLink(state.task, this.#columns.names[entry]));
    this.#readAttributes(entry, state);
    if (type === FileType.BLOCK || type === FileType.CHARACTER) {
      const device = Buffer.alloc(8);
      device.writeUInt32LE(this.#columns.rdevMajors[entry], 0);
      device.writeUInt32LE(this.#columns.rdevMinors[entry], 4);
      this.#collector.extra(ExtraType.DEVICE_NUMBER, device);
    }
  }
  #open(entry, { kind, previous, before }) {
    const columns = this.#columns;
    this.#collector.open.push({
      entry: this.#collector.next,
      name: columns.names[entry],
      kind,
      bytes: columns.size(entry),
      previous,
      device: columns.device(entry),
      isSparse: isSparse(columns, entry),
      ...before && { before: { kind: before.page.kinds[before.entry], bytes: Uint8Array.from(before.page.contentOf(before.entry)) } }
    });
    this.#collector.keep(entry, CONTENT_OPEN, NOTHING);
  }
  #readAttributes(entry, state) {
    this.#attributes(this.#access.attributesOfEntry(state.task, this.#columns.names[entry]), entry, state);
  }
  #attributes(found, entry, state) {
    for (const { name, value } of found.attributes) this.#collector.extra(ExtraType.ATTRIBUTE, Buffer.concat([Buffer.from([name.length]), Buffer.from(name, "latin1"), value]));
    const failed = this.#access.missing === "" ? found.failed : [this.#access.missing];
    if (failed.length === 0) return;
    this.#collector.extra(ExtraType.NOT_KEPT, Buffer.from(failed.join(", ")));
    state.metadataNotKept.push({ path: join(state.task.path, this.#columns.names[entry]), what: failed.join(", ") });
  }
  #copyExtras(entry, before, state) {
    if (before.page.extras.length === 0) return;
    for (const { type, bytes } of before.page.extrasOf(before.entry)) this.#collector.extra(type, Uint8Array.from(bytes));
    const what = notKeptOf(before);
    if (what !== void 0) state.metadataNotKept.push({ path: join(state.task.path, this.#columns.names[entry]), what });
  }
  #dropExtras() {
    const next = this.#collector.next;
    const extras = this.#collector.extras;
    while (extras.length > 0 && extras[extras.length - 1].entry >= next) extras.pop();
  }
  #isUnchanged(entry, before) {
    return this.#settings.trustPrevious && this.#columns.isUnchanged(entry, before.page.columns, before.entry);
  }
  #count(stored, before, state) {
    if (!before) state.counters.filesNew += 1;
    else if (before.page.kinds[before.entry] === stored.kind && Buffer.compare(before.page.contentOf(before.entry), stored.bytes) === 0 && !this.#settings.trustPrevious) state.counters.filesUnmodified += 1;
    else state.counters.filesChanged += 1;
  }
  #isFiltered(entry, type, state) {
    if (type === FileType.DIRECTORY && this.#settings.leftOut.includes(join(state.task.path, this.#columns.names[entry]))) return true;
    if (!this.#hasFilters && state.rules.length === 0) return false;
    if (state.task.only) return false;
    const columns = this.#columns;
    const path4 = join(state.task.path, columns.names[entry]);
    if (type === FileType.DIRECTORY) return this.#filter.excludesDirectory(path4, state.rules);
    return this.#filter.excludesFile(path4, { bytes: type === FileType.FILE ? columns.size(entry) : 0, modifiedMs: type === FileType.FILE ? columns.mtimeSeconds(entry) * 1e3 : Number.POSITIVE_INFINITY }, state.rules);
  }
  /** Marked as a cache, or by a name that excludes: the folder stays, its inside is left out. */
  #isLeftOut(task) {
    const { excludeIfPresent, excludeCaches } = this.#settings.filters;
    if (task.only || this.#settings.roots.includes(task.path)) return false;
    if (excludeIfPresent?.some((name) => this.#columns.names.includes(Buffer.from(name).toString("latin1")))) return true;
    return excludeCaches === true && this.#columns.names.includes("CACHEDIR.TAG") && this.#text(task, "CACHEDIR.TAG").startsWith(CACHE_SIGNATURE);
  }
  #rules(task) {
    let rules = task.rules;
    for (const name of this.#settings.filters.ignoreFileNames ?? [".neonproignore"]) {
      if (!task.only && this.#columns.names.includes(name)) rules = [...rules, parseIgnoreFile(this.#text(task, name), task.path)];
    }
    return rules;
  }
  #text(task, name) {
    try {
      const descriptor = this.#access.openFile(task, name);
      try {
        return fs12.readFileSync(descriptor, "utf8");
      } finally {
        fs12.closeSync(descriptor);
      }
    } catch {
      return "";
    }
  }
};
function join(directory, name) {
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}
function storedBefore(earlier) {
  return earlier.findLast((each) => isComplete(each, each.page.columns.size(each.entry)));
}
function isComplete(before, bytes) {
  return before.page.kinds[before.entry] !== ContentKind.NONE || bytes === 0;
}
function isSparse(columns, entry) {
  const bytes = columns.size(entry);
  return bytes >= SPARSE_BYTES_MIN && columns.type(entry) === FileType.FILE && columns.blocks[entry] * 512 < bytes && bytes < 2 ** 40;
}
function owners(columns) {
  const uids = /* @__PURE__ */ new Set();
  const gids = /* @__PURE__ */ new Set();
  for (let i = 0; i < columns.count; i += 1) {
    uids.add(columns.values[1][i]);
    gids.add(columns.values[2][i]);
  }
  return { uids: [...uids], gids: [...gids] };
}

// src/kernel/error-code.ts
var ERROR_CODES = [
  "ABORTED",
  "ALERT_NOT_FOUND",
  "ALREADY_EXISTS",
  "ALREADY_INITIALIZED",
  "BACKUP_TIMEOUT",
  "CONFIG_EXISTS",
  "CONFIG_INVALID",
  "CONFIG_NOT_FOUND",
  "DAMAGED",
  "DATABASE_NOT_EMPTY",
  "DATABASE_NOT_INITIALIZED",
  "DATABASE_ROLES_MISSING",
  "DATABASE_TOO_NEW",
  "DATABASE_TOO_OLD",
  "DATABASE_UNAVAILABLE",
  "DELIVERY_FAILED",
  "DELIVERY_REFUSED",
  "DISK_FULL",
  "EMBEDDED_NOT_DURABLE",
  "EMBEDDED_UNREADABLE",
  "FEATURE_UNSUPPORTED",
  "FILE_NOT_FOUND",
  "FORMAT_TOO_NEW",
  "INDEX_FULL",
  "INTERNAL",
  "KEY_FILE_UNREADABLE",
  "KEY_MISSING",
  "KEY_PLACEHOLDER",
  "KEY_REFUSED",
  "KEY_UNPROVEN",
  "KEY_WEAK",
  "KEY_WRONG",
  "NODE_TOO_OLD",
  "NOT_FOUND",
  "NOT_INITIALIZED",
  "NOT_PERMITTED",
  "NO_SPACE_RESERVED",
  "OWNER_EXISTS",
  "OWNER_GONE",
  "PERMISSION_DENIED",
  "PLATFORM_UNSUPPORTED",
  "POINT_NOT_FOUND",
  "REBUILD_NEEDED",
  "REPOSITORY_EXISTS",
  "REPOSITORY_LOCKED",
  "REPOSITORY_MISSING",
  "REPOSITORY_NOT_FOUND",
  "REQUEST_NOT_FOUND",
  "RESTORE_MISMATCH",
  "ROLLBACK_SUSPECTED",
  "RUN_NOT_FOUND",
  "SNAPSHOT_AMBIGUOUS",
  "SNAPSHOT_NOT_FOUND",
  "SNAPSHOT_PROTECTED",
  "SOURCE_NOT_AVAILABLE",
  "SOURCE_UNREADABLE",
  "STALE_WORKER",
  "STORAGE_FAILED",
  "STORAGE_UNAVAILABLE",
  "TARGET_REFUSED",
  "USAGE",
  "WORKER_LOST"
];

// src/kernel/crossing-error.ts
function sendableError(error) {
  if (error instanceof BackupError) return { code: error.code, detail: error.message, context: { ...error.context } };
  return { code: void 0, detail: error instanceof Error ? error.stack ?? error.message : String(error), context: {} };
}
function receivedError({ code, detail, context }) {
  return new BackupError(ERROR_CODES.find((known) => known === code) ?? "INTERNAL", detail, { context });
}

// src/engine/backup/worker-queue.ts
var PLACES = 96;
var WorkerQueue = class {
  memory;
  #begun;
  /** `memory`: the other thread's. Default: new. */
  constructor(memory = new SharedArrayBuffer(PLACES * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#begun = new Int32Array(memory);
  }
  offer(place) {
    Atomics.store(this.#begun, place, 0);
  }
  /** False when the other thread has begun it. */
  begin(place) {
    return Atomics.compareExchange(this.#begun, place, 0, 1) === 0;
  }
};

// src/engine/maintenance/pack-copier.ts
var MIB2 = 1024 * 1024;
var PackCopier = class {
  #setup;
  #table;
  #masterOf;
  #ids;
  #codec = createSegmentCodec({ level: 3 });
  #writer;
  #buffers;
  #expected = new Uint32Array(4);
  #found = new Uint32Array(4);
  #frame = new ReadBuffer();
  #plain = new GrowingBuffer();
  #decoded = new GrowingBuffer();
  constructor(setup, onPack) {
    this.#setup = setup;
    this.#table = new BlobTable(setup.table);
    this.#masterOf = masterLookup(setup.from.masters);
    this.#ids = { from: new LookupIds(setup.from.idKey), to: new LookupIds(setup.to.idKey) };
    const segmentBytes = setup.type === ObjectType.PACK_DATA ? MIB2 : MIB2 / 2;
    this.#buffers = new SealBuffers(segmentBytes + BLOB_BYTES_MAX);
    this.#writer = new PackWriter(
      { type: setup.type, scope: setup.to.scope, stagingDirectory: setup.to.stagingDirectory, segmentBytes, packBytes: 64 * MIB2 },
      { codec: this.#codec, buffers: this.#buffers, segment: Buffer.allocUnsafeSlow(segmentBytes + BLOB_BYTES_MAX), output: alignedBuffer(MIB2 / 2), onPack }
    );
  }
  /** Returns the plain bytes copied. Throws NOT_FOUND when the pack is gone, DAMAGED when a needed blob does not read back. */
  copy(task) {
    var _stack = [];
    try {
      const pack = __using(_stack, openPack(task, this.#frame));
      const header = Buffer.from(pack.read(0, HEADER_BYTES));
      const opener = new ObjectOpener(header, { type: this.#setup.type, repositoryId: this.#setup.from.repositoryId, masterOf: this.#masterOf });
      return this.#segments(pack, opener, task);
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      __callDispose(_stack, _error, _hasError);
    }
  }
  /** Seals what is open; the copier is not used after it. */
  finish() {
    this.#writer.finishPack();
    this.#end();
  }
  discard() {
    this.#writer.discard();
    this.#end();
  }
  #end() {
    this.#codec.dispose();
    this.#writer.release();
    this.#buffers.release();
    this.#plain.release();
    this.#decoded.release();
  }
  #segments(pack, opener, task) {
    let copied = 0;
    let entry = task.entryFrom;
    let at = HEADER_BYTES;
    for (const [number, sealedBytes] of task.sealedBytes.entries()) {
      const blobs = this.#blobsOf(entry);
      const bytes = FRAME_HEADER_BYTES + sealedBytes;
      if (this.#setup.needed.subarray(entry, entry + blobs).includes(1)) copied += this.#segment(opener, wholeFrame(pack, at, bytes), { number, entry, blobs, task });
      entry += blobs;
      at += bytes;
    }
    return copied;
  }
  #segment(opener, frame, at) {
    const { plaintext } = opener.openFrame(frame, { number: at.number, into: this.#plain.reserve(frame.length) });
    const decoded = decodeSegment(plaintext, parseSegment(plaintext), { codec: this.#codec, reserve: (bytes) => this.#decoded.reserve(bytes) });
    let copied = 0;
    for (let entry = at.entry; entry < at.entry + at.blobs; entry += 1) {
      if (this.#setup.needed[entry] !== 1) continue;
      const { offset, bytes } = this.#table.placeOf(entry);
      this.#add(decoded.subarray(offset, offset + bytes), { entry, bytes, task: at.task });
      copied += bytes;
    }
    return copied;
  }
  #add(blob, at) {
    const id = blobIdOf(blob);
    this.#ids.from.lookupInto(id, 0, this.#found);
    this.#table.lookupIdInto(at.entry, this.#expected);
    if (blob.length !== at.bytes || this.#expected.some((word, i) => word !== this.#found[i])) {
      throw new BackupError("DAMAGED", "A blob to be copied is damaged: nothing is deleted.", { context: { object: `packs/${at.task.name}` } });
    }
    this.#ids.to.lookupInto(id, 0, this.#expected);
    this.#writer.add(blob, this.#expected);
  }
  /** Entries of a segment follow each other in the table. */
  #blobsOf(entry) {
    const segment = this.#table.segmentOf(entry);
    let count = 0;
    while (entry + count < this.#table.count && this.#table.segmentOf(entry + count) === segment) count += 1;
    return count;
  }
};
function wholeFrame(pack, position, bytes) {
  const frame = pack.read(position, bytes);
  if (frame.length < bytes) throw new BackupError("DAMAGED", "A pack is shorter than the index says.");
  return frame;
}
function openPack({ path: path4, name }, buffer) {
  try {
    return new LocalPack(path4, buffer, { isCached: false });
  } catch (error) {
    throw new BackupError(systemCode(error) === "ENOENT" ? "NOT_FOUND" : "STORAGE_FAILED", "A pack can not be opened.", { context: { object: `packs/${name}` }, cause: error });
  }
}

// src/engine/maintenance/pack-verifier.ts
import { createHash as createHash6 } from "node:crypto";
var PackVerifier = class {
  #setup;
  #masterOf;
  #lookupIds;
  #table;
  #codec = createSegmentDecoder();
  #expected = new Uint32Array(4);
  #found = new Uint32Array(4);
  /** Of the frame that is checked, and of the next one, which is read meanwhile. */
  #buffers = [new ReadBuffer(), new ReadBuffer()];
  #plain = new GrowingBuffer();
  #decoded = new GrowingBuffer();
  constructor(setup) {
    this.#setup = setup;
    this.#masterOf = masterLookup(setup.masters);
    this.#lookupIds = new LookupIds(setup.idKey);
    this.#table = new BlobTable(setup.table);
  }
  async verify(task) {
    var _stack = [];
    try {
      let opened;
      try {
        opened = new LocalPack(task.path, this.#buffers[0], { isCached: false });
      } catch (error) {
        return { name: task.name, bytesRead: 0, badEntries: range(task.entryFrom, task.blobCount), faults: [`is missing (${systemCode(error) ?? "unknown"})`] };
      }
      const pack = __using(_stack, opened);
      const first = await this.#read(pack, task);
      return first.faults.length === 0 ? first : await this.#read(pack, task);
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      __callDispose(_stack, _error, _hasError);
    }
  }
  async #read(pack, task) {
    const faults = [];
    const badEntries = [];
    const header = Buffer.from(pack.read(0, HEADER_BYTES));
    const hash2 = createHash6("sha256").update(header);
    const opener = this.#opener(header, faults);
    const frames = this.#frames(pack, { task, faults });
    let at = HEADER_BYTES;
    let entry = task.entryFrom;
    for (const [number, sealedBytes] of task.sealedBytes.entries()) {
      const frame = await frames.next();
      hash2.update(frame);
      const checked2 = this.#segment(opener, frame, { number, entry });
      at += FRAME_HEADER_BYTES + sealedBytes;
      if (checked2.fault !== void 0) faults.push(`segment ${number} ${checked2.fault}`);
      badEntries.push(...checked2.bad);
      entry += checked2.blobs;
    }
    const rest = pack.read(at, Math.max(0, task.bytes - at));
    hash2.update(rest);
    const { bytes } = pack;
    if (bytes !== task.bytes) faults.push(`has ${bytes} bytes instead of ${task.bytes}`);
    if (entry < task.entryFrom + task.blobCount) badEntries.push(...range(entry, task.entryFrom + task.blobCount - entry));
    this.#end(opener, rest, { number: task.sealedBytes.length, faults });
    if (hash2.digest("hex") !== task.name && faults.length === 0) faults.push("does not have the SHA-256 that names it");
    return { name: task.name, bytesRead: at + rest.length, badEntries, faults };
  }
  /** The frames in turn: while one is checked, the next is read. One that the disk does not give is empty, and a fault. */
  #frames(pack, { task: { sealedBytes }, faults }) {
    let at = HEADER_BYTES;
    const read = (number2) => {
      const bytes = FRAME_HEADER_BYTES + (sealedBytes[number2] ?? 0);
      const reading = pack.readAhead(at, bytes, this.#buffers[number2 % 2 === 0 ? 0 : 1]);
      at += bytes;
      return reading.catch((error) => {
        faults.push(`segment ${number2} can't be read (${systemCode(error) ?? "unknown"})`);
        return Buffer.alloc(0);
      });
    };
    let number = 0;
    let ahead = sealedBytes.length > 0 ? read(0) : void 0;
    return {
      next: async () => {
        const frame = await (ahead ?? read(number));
        number += 1;
        ahead = number < sealedBytes.length ? read(number) : void 0;
        return frame;
      }
    };
  }
  #opener(header, faults) {
    try {
      return new ObjectOpener(header, { type: [ObjectType.PACK_DATA, ObjectType.PACK_META], repositoryId: this.#setup.repositoryId, masterOf: this.#masterOf });
    } catch (error) {
      if (!isBackupError(error)) throw error;
      faults.push("has a damaged header");
      return void 0;
    }
  }
  #segment(opener, frame, at) {
    const blobs = this.#blobsOf(at.entry);
    try {
      if (!opener) return { blobs, bad: range(at.entry, blobs) };
      const opened = opener.openFrame(frame, { number: at.number, into: this.#plain.reserve(frame.length) });
      if (opened.kind !== FrameKind.SEGMENT) throw new BackupError("DAMAGED", "A pack holds a frame of another kind.");
      const directory = parseSegment(opened.plaintext);
      const decoded = decodeSegment(opened.plaintext, directory, { codec: this.#codec, reserve: (bytes) => this.#decoded.reserve(bytes) });
      const bad = this.#badBlobs(decoded, directory.blobOffsets, at.entry);
      return { blobs: directory.blobOffsets.length - 1, bad, ...bad.length > 0 && { fault: "holds blobs that are not what the index says" } };
    } catch (error) {
      if (!isBackupError(error)) throw error;
      return { blobs, bad: range(at.entry, blobs), fault: `does not read back: ${error.message}` };
    }
  }
  /** Blobs of the segment that the entry belongs to, from the table: entries of a segment follow each other. */
  #blobsOf(entry) {
    if (entry >= this.#table.count) return 0;
    const segment = this.#table.segmentOf(entry);
    let count = 0;
    while (entry + count < this.#table.count && this.#table.segmentOf(entry + count) === segment) count += 1;
    return count;
  }
  #badBlobs(decoded, offsets, entry) {
    const bad = [];
    for (let i = 0; i + 1 < offsets.length; i += 1) {
      const blob = decoded.subarray(offsets[i], offsets[i + 1]);
      this.#lookupIds.lookupInto(blobIdOf(blob), 0, this.#found);
      this.#table.lookupIdInto(entry + i, this.#expected);
      if (this.#expected.some((word, k) => word !== this.#found[k]) || this.#table.bytesOf(entry + i) !== blob.length) bad.push(entry + i);
    }
    return bad;
  }
  #end(opener, rest, at) {
    if (!opener) return;
    try {
      const frame = opener.openFrame(rest, { number: at.number });
      if (frame.kind !== FrameKind.PACK_END || !frame.isFinal) at.faults.push("has no end");
    } catch (error) {
      if (!isBackupError(error)) throw error;
      at.faults.push("has a damaged end");
    }
  }
};
function range(from, count) {
  return Array.from({ length: count }, (_, i) => from + i);
}

// src/engine/restore/content-writer.ts
import fs13 from "node:fs";
var ID_BYTES6 = 32;
var ContentWriter = class {
  #data;
  #buffer = Buffer.alloc(0);
  constructor(data) {
    this.#data = data;
  }
  /** Writes what it can; what it can't is told piece by piece: DAMAGED, NOT_FOUND, RESTORE_MISMATCH, or what the system says. */
  async write(pieces) {
    const failures = [];
    const segments = Array.from(pieces.descriptors, (_, piece) => this.#data.segmentOf(idOf(pieces, piece)));
    for (const [piece, segment] of segments.entries()) {
      try {
        await this.#writePiece(pieces, piece);
        if (segment !== segments[piece - 1]) this.#prefetchAfter(pieces, { piece, segments });
      } catch (error) {
        failures.push(failureOf(piece, error));
      }
    }
    return pieces.isVerified ? [...failures, ...this.#compare(pieces, new Set(failures.map(({ piece }) => piece)))] : failures;
  }
  #compare(pieces, failed) {
    const failures = [];
    for (let piece = 0; piece < pieces.descriptors.length; piece += 1) {
      if (failed.has(piece)) continue;
      try {
        if (!this.#isOnDisk(pieces, piece)) throw new BackupError("RESTORE_MISMATCH", "A restored file does not read back as it was written.");
      } catch (error) {
        failures.push(failureOf(piece, error));
      }
    }
    return failures;
  }
  /** While the pieces of one segment are written, the next segment is read. */
  #prefetchAfter(pieces, { piece, segments }) {
    const next = segments.findIndex((segment, at) => at > piece && segment !== segments[piece]);
    if (next >= 0) this.#data.prefetch(idOf(pieces, next));
  }
  async #writePiece(pieces, piece) {
    const id = idOf(pieces, piece);
    const blob = this.#data.readSync(id) ?? await this.#data.read(id);
    if (blob.length !== pieces.bytes[piece]) throw new BackupError("DAMAGED", "A file's chunks do not add up to its size.");
    writeAll(pieces.descriptors[piece], blob, pieces.positions[piece]);
  }
  #isOnDisk(pieces, piece) {
    const bytes = pieces.bytes[piece];
    const at = pieces.positions[piece];
    if (this.#buffer.length < bytes) this.#buffer = Buffer.allocUnsafeSlow(bytes);
    const read = this.#buffer.subarray(0, bytes);
    let done = 0;
    while (done < bytes) {
      const got = fs13.readSync(pieces.descriptors[piece], read, done, bytes - done, at + done);
      if (got === 0) return false;
      done += got;
    }
    return blobIdOf(read).equals(idOf(pieces, piece));
  }
};
function idOf({ ids }, piece) {
  return ids.subarray(piece * ID_BYTES6, (piece + 1) * ID_BYTES6);
}
function failureOf(piece, error) {
  return { piece, error: sendableError(error), systemCode: isBackupError(error) ? void 0 : systemCode(error) };
}
function writeAll(descriptor, bytes, position) {
  for (let done = 0; done < bytes.length; ) done += fs13.writeSync(descriptor, bytes, done, bytes.length - done, position + done);
}

export {
  compilePattern,
  createEntryAccess,
  readOwnerNames,
  countFiles,
  hkdf,
  blobIdOf,
  LookupIds,
  parseKek,
  kekFingerprint,
  ObjectType,
  FrameKind,
  HEADER_BYTES,
  FRAME_HEADER_BYTES,
  parseFrameHeader,
  ObjectOpener,
  sealPayload,
  openPayload,
  ClientState,
  requireFeatures,
  wrapFor,
  unwrap,
  recipientOpenedBy,
  changeKeyring,
  inOrder,
  Repository,
  ByteWriter,
  createSegmentCodec,
  parseSegment,
  decodeSegment,
  packKey,
  writeUserFile,
  readUserFile,
  hasUserFile,
  removeUserFile,
  listUserFiles,
  countUserFiles,
  BlobKind,
  ContentKind,
  ExtraType,
  encodeStatSection,
  encodeExtras,
  decodePage,
  HOLE_ID,
  isHole,
  ContentBuilder,
  chunksOf,
  chunkListsOf,
  encodeIndexSegment,
  decodeIndexSegment,
  IndexClass,
  openIndex,
  openReader,
  onStableListing,
  namesBelow,
  encodeSplit,
  decodeSplit,
  childPath,
  pagesOfDirectory,
  walkTree,
  visitClosure,
  closureIsLive,
  judgeCheckpoints,
  SnapshotType,
  RecordKind,
  pathText,
  bytesOfPathText,
  printablePath,
  parseSession,
  readParsed,
  byItsWriter,
  readDeleteLog,
  holdsOf,
  protections,
  isHeldBy,
  RecordFolder,
  folderOfRecord,
  readRecords,
  newestRecords,
  inForce,
  forgottenBy,
  checkRunId,
  readClaim,
  claimRun,
  findRun,
  runOf,
  damagedClaims,
  readHistory,
  readWriterHistory,
  headsOf,
  markedOf,
  othersSeen,
  findSnapshot,
  shareReader,
  openSharedReader,
  IndexNeeded,
  Lane,
  CHUNK_RECORD_BYTES,
  shareStretch,
  throwIfUnread,
  takeTurn,
  endStretch,
  CONTENT_OPEN,
  emptyCounters,
  addCounters,
  createDirectoryWork,
  join,
  ERROR_CODES,
  sendableError,
  receivedError,
  PLACES,
  WorkerQueue,
  PackCopier,
  PackVerifier,
  ContentWriter
};

#!/usr/bin/env node

// rescue/neonpro-rescue.ts
import fs4 from "node:fs";
import { parseArgs } from "node:util";

// rescue/bytes.ts
var RescueError = class extends Error {
  exitCode;
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
};
var Cursor = class {
  bytes;
  at = 0;
  constructor(bytes) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }
  get left() {
    return this.bytes.length - this.at;
  }
  take(count) {
    if (!Number.isSafeInteger(count) || count < 0 || count > this.left) throw new RescueError("a structure ends too early");
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }
  u8() {
    return this.take(1)[0];
  }
  u32() {
    return this.take(4).readUInt32LE(0);
  }
  /** Section 1: LEB128, at most 8 bytes, below 2^53. */
  varint() {
    let value = 0;
    for (let i = 0, scale = 1; i < 8; i += 1, scale *= 128) {
      const byte = this.u8();
      value += byte % 128 * scale;
      if (byte < 128) {
        if (!Number.isSafeInteger(value)) break;
        return value;
      }
    }
    throw new RescueError("a number is too long");
  }
  /** A count of things that take at least `each` bytes. */
  count(each) {
    const value = this.varint();
    if (value * each > this.left) throw new RescueError("a count is too large");
    return value;
  }
};

// rescue/directories.ts
var COLUMNS = ["mode", "uid", "gid", "sizeLow", "sizeHigh", "mtimeLow", "mtimeHigh", "mtimeNs", "ctimeLow", "ctimeHigh", "ctimeNs", "inodeLow", "inodeHigh", "links", "major", "minor"];
var TYPE = { DIRECTORY: 16384, FILE: 32768, LINK: 40960, MASK: 61440 };
function* entriesOf(store, id) {
  const blob = Buffer.from(store.blob(id));
  if (blob[0] === 1) yield* pageEntries(blob);
  else if (blob[0] === 2) for (const page of splitPages(blob)) yield* pageEntries(Buffer.from(store.blob(page)));
  else throw new RescueError("a directory has an unknown kind");
}
function splitPages(blob) {
  const cursor = new Cursor(blob);
  cursor.u8();
  return Array.from({ length: cursor.count(34) }, () => {
    cursor.varint();
    cursor.take(cursor.u8());
    return cursor.take(32);
  });
}
function* pageEntries(blob) {
  const cursor = new Cursor(blob);
  if (cursor.u8() !== 1) throw new RescueError("a page has an unknown kind");
  const count = cursor.count(1);
  const lengths = cursor.take(count);
  const names = Array.from(lengths, (length) => cursor.take(length).toString("latin1"));
  for (const [i, name] of names.entries()) if (!isAllowed(name) || i > 0 && name <= names[i - 1]) throw new RescueError("a directory has a forbidden name");
  const columns = Object.fromEntries(COLUMNS.map((column) => [column, count === 0 ? [] : readColumn(cursor, count)]));
  const kinds = cursor.take(count);
  const contents = Array.from(kinds, (kind) => readContent(cursor, kind));
  const targets = readLinkTargets(cursor);
  for (let i = 0; i < count; i += 1) {
    const at = (column) => columns[column][i];
    yield {
      name: names[i],
      mode: at("mode"),
      uid: at("uid"),
      gid: at("gid"),
      bytes: at("sizeHigh") * 2 ** 32 + at("sizeLow"),
      mtime: (at("mtimeHigh") | 0) * 2 ** 32 + at("mtimeLow") + at("mtimeNs") / 1e9,
      links: at("links"),
      identity: [at("major"), at("minor"), at("inodeHigh"), at("inodeLow")].join(":"),
      kind: kinds[i],
      content: contents[i],
      linkTarget: targets.get(i)
    };
  }
}
function isAllowed(name) {
  return name !== "" && name !== "." && name !== ".." && !name.includes("/") && !name.includes("\0");
}
function readColumn(cursor, count) {
  const mask = cursor.u8();
  let value = cursor.u32();
  const planes = [0, 1, 2, 3].map((k) => mask >> k & 1 ? cursor.take(count - 1) : void 0);
  const values = [value];
  for (let i = 0; i < count - 1; i += 1) {
    let difference = 0;
    for (let k = 0; k < 4; k += 1) difference += (planes[k]?.[i] ?? 0) * 256 ** k;
    value = (value + difference) % 2 ** 32;
    values.push(value);
  }
  return values;
}
function readContent(cursor, kind) {
  const from = cursor.at;
  if (kind === 1 || kind === 3) cursor.take(32);
  else if (kind === 2) {
    for (let left = cursor.count(33); left > 0; left -= 1) {
      cursor.varint();
      cursor.take(32);
    }
  } else if (kind !== 0) throw new RescueError("an entry has an unknown content");
  return cursor.bytes.subarray(from, cursor.at);
}
function readLinkTargets(cursor) {
  const targets = /* @__PURE__ */ new Map();
  for (let left = cursor.count(3); left > 0; left -= 1) {
    const entry = cursor.varint();
    const type = cursor.u8();
    const bytes = cursor.take(cursor.varint());
    if (type === 1) targets.set(entry, bytes);
  }
  if (cursor.left !== 0) throw new RescueError("a page has bytes after its end");
  return targets;
}
function* chunksOf(store, entry) {
  if (entry.kind === 1) yield { bytes: entry.bytes, id: entry.content };
  else if (entry.kind === 2) yield* readChunks(new Cursor(entry.content));
  else if (entry.kind === 3) yield* listChunks(store, entry.content, 9);
}
function* listChunks(store, id, above) {
  const cursor = new Cursor(Buffer.from(store.blob(id)));
  if (cursor.u8() !== 3) throw new RescueError("a chunk list has an unknown kind");
  const level = cursor.u8();
  if (level >= above) throw new RescueError("a chunk list does not lead downwards");
  for (const chunk of readChunks(cursor)) {
    if (level === 0) yield chunk;
    else yield* listChunks(store, chunk.id, level);
  }
}
function readChunks(cursor) {
  return Array.from({ length: cursor.count(33) }, () => ({ bytes: cursor.varint(), id: cursor.take(32) }));
}
function isHole(id) {
  return id.every((byte) => byte === 0);
}
function isUnreached({ mode, kind, bytes }) {
  const type = mode & TYPE.MASK;
  return kind === 0 && (type === TYPE.FILE && bytes > 0 || type === TYPE.DIRECTORY);
}

// rescue/keys.ts
import { createDecipheriv, createPrivateKey, createPublicKey, hkdfSync, scryptSync, timingSafeEqual, verify } from "node:crypto";
import fs from "node:fs";

// rescue/words.ts
var language = process.env["LC_ALL"] || process.env["LC_MESSAGES"] || process.env["LANG"] || "";
var isPortuguese = language.toLowerCase().startsWith("pt");
function words(en, pt) {
  return isPortuguese ? pt : en;
}

// rescue/keys.ts
function parseKey(text, fromFile = false) {
  const value = text.trim();
  if (value.startsWith("file:") && !fromFile) return parseKey(fs.readFileSync(value.slice(5), "utf8"), true);
  if (value.startsWith("passphrase:")) return { kind: "passphrase", text: value.slice(11) };
  const hex = /^(?:hex:)?([0-9a-fA-F]{64})$/.exec(value);
  if (hex) return { kind: "raw", bytes: Buffer.from(hex[1], "hex") };
  const base64 = value.replace(/^base64:/, "");
  if (value.startsWith("base64:") || /^[A-Za-z0-9+/]{43}=$/.test(value) || /^[A-Za-z0-9_-]{43}$/.test(value)) {
    const bytes = Buffer.from(base64, "base64");
    if (bytes.length === 32) return { kind: "raw", bytes };
  }
  if (/^[\x20-\x7e]{32}$/.test(value)) return { kind: "passphrase", text: value };
  throw new RescueError(words("the key has no known form (base64:, hex:, passphrase:, file:)", "a chave n\xE3o tem uma forma conhecida (base64:, hex:, passphrase:, file:)"), 2);
}
function derive(ikm, salt, options) {
  return Buffer.from(hkdfSync("sha256", ikm, salt, options.info, options.bytes));
}
function unseal(key, aad, sealedHex) {
  const sealed = Buffer.from(sealedHex, "hex");
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.alloc(12), { authTagLength: 16 }).setAAD(aad);
  decipher.setAuthTag(sealed.subarray(sealed.length - 16));
  return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - 16)), decipher.final()]);
}
function splitSigned(bytes) {
  const cursor = new Cursor(bytes);
  const body = cursor.take(cursor.u32());
  const parts = { body, signer: cursor.take(16), signature: cursor.take(64) };
  if (cursor.left !== 0) throw new RescueError("a signed document has bytes after its end");
  return parts;
}
function kekOf(given, recipient) {
  if (given.kind === "raw") return given.bytes;
  const { n, r, p, salt } = recipient.scrypt ?? { n: 0, r: 0, p: 0, salt: "" };
  if (n < 2 ** 14 || n > 2 ** 20 || !Number.isInteger(Math.log2(n)) || r !== 8 || p < 1 || p > 16 || n * p > 2 ** 22) throw new RescueError("the key object asks for forbidden scrypt parameters");
  return scryptSync(Buffer.from(given.text.normalize("NFC"), "utf8"), Buffer.from(salt, "hex"), 32, { N: n, r, p, maxmem: 1200 * 1024 * 1024 });
}
var Keys = class {
  repositoryId;
  /** By version. */
  idKeys;
  #root;
  #masters = /* @__PURE__ */ new Map();
  constructor(repositoryId, bundle) {
    this.repositoryId = repositoryId;
    this.#root = Buffer.from(bundle.root, "hex");
    for (const { tenant, epoch, key } of bundle.masters) this.#masters.set(`${tenant} ${epoch}`, [...this.#masters.get(`${tenant} ${epoch}`) ?? [], Buffer.from(key, "hex")]);
    this.idKeys = new Map(bundle.idKeys.map(({ version, key }) => [version, Buffer.from(key, "hex")]));
  }
  /** Masters of another keyring of the same generation: section 4.1. */
  add(rival) {
    if (rival.#root.equals(this.#root)) for (const [name, keys] of rival.#masters) this.#masters.set(name, [...this.#masters.get(name) ?? [], ...keys]);
  }
  /** One or more: the commitment of an object tells which. */
  masters(tenant, epoch) {
    const keys = this.#masters.get(`${tenant.toString("hex")} ${epoch}`);
    if (!keys) throw new RescueError(`there is no key for epoch ${epoch}`);
    return keys;
  }
  /** Sections 4.2 and 5. */
  check(parts, purpose) {
    const isMaintenance = parts.signer.every((byte) => byte === 255);
    const seed = isMaintenance ? derive(this.#root, this.repositoryId, { info: "neonpro/v1/maintenance", bytes: 32 }) : derive(this.#root, parts.signer, { info: "neonpro/v1/writer", bytes: 32 });
    const privateKey = createPrivateKey({ key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]), format: "der", type: "pkcs8" });
    const signed = Buffer.concat([Buffer.from(`neonpro/v1/signed/${purpose}\0`), this.repositoryId, parts.signer, parts.body]);
    if (!verify(null, signed, createPublicKey(privateKey), parts.signature)) throw new RescueError("a signature does not verify");
    return JSON.parse(parts.body.toString("utf8"));
  }
};
function openKeyring(bytes, given, repositoryId) {
  const parts = splitSigned(bytes);
  const body = JSON.parse(parts.body.toString("utf8"));
  if (body.repositoryId !== repositoryId) throw new RescueError("the key object belongs to another repository", 12);
  if (body.recipients.length > 64) throw new RescueError("the key object has too many recipients");
  const id = Buffer.from(repositoryId, "hex");
  for (const recipient of body.recipients.filter(({ kind }) => kind === given.kind)) {
    const both = derive(kekOf(given, recipient), Buffer.from(recipient.salt, "hex"), { info: "neonpro/v1/wrap", bytes: 64 });
    if (!timingSafeEqual(both.subarray(32), Buffer.from(recipient.commitment, "hex"))) continue;
    const keyringKey = unseal(both.subarray(0, 32), Buffer.concat([Buffer.from("neonpro/v1/wrap"), id, Buffer.from(recipient.id, "hex")]), recipient.wrapped);
    const generation = Buffer.alloc(4);
    generation.writeUInt32LE(body.generation);
    const bundleKey = derive(keyringKey, Buffer.from(body.salt, "hex"), { info: "neonpro/v1/bundle", bytes: 32 });
    const bundle = unseal(bundleKey, Buffer.concat([Buffer.from("neonpro/v1/bundle"), id, generation]), body.bundle);
    const keys = new Keys(id, JSON.parse(bundle.toString("utf8")));
    keys.check(parts, "keyring");
    return keys;
  }
  throw new RescueError(words("this key does not open this repository", "esta chave n\xE3o abre este reposit\xF3rio"), 12);
}

// rescue/restore.ts
import fs2 from "node:fs";
function restoreTree(store, tree, { target, isPartial }) {
  if (fs2.existsSync(target) && fs2.readdirSync(target).length > 0) throw new RescueError(words(`${target} is not empty`, `${target} n\xE3o est\xE1 vazia`));
  fs2.mkdirSync(target, { recursive: true, mode: 448 });
  const counts = { files: 0, bytes: 0, failed: [] };
  directory(store, tree, { at: Buffer.from(target), counts, linked: /* @__PURE__ */ new Map(), isPartial });
  return counts;
}
function directory(store, id, place) {
  try {
    for (const entry of entriesOf(store, id)) {
      const at = Buffer.concat([place.at, Buffer.from("/"), Buffer.from(entry.name, "latin1")]);
      try {
        restoreEntry(store, entry, { ...place, at });
      } catch (error) {
        place.counts.failed.push(`${at.toString()}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  } catch (error) {
    place.counts.failed.push(`${place.at.toString()}/: ${error instanceof Error ? error.message : String(error)}`);
  }
}
function restoreEntry(store, entry, place) {
  const type = entry.mode & TYPE.MASK;
  const isMissing = place.isPartial && isUnreached(entry);
  if (isMissing) place.counts.failed.push(`${place.at.toString()}: ${words("was not reached by the interrupted backup", "n\xE3o foi alcan\xE7ado pelo backup interrompido")}`);
  if (isMissing && type === TYPE.FILE) return;
  if (type === TYPE.DIRECTORY) {
    fs2.mkdirSync(place.at, { mode: 448 });
    if (entry.kind === 1) directory(store, entry.content, place);
  } else if (type === TYPE.LINK) {
    fs2.symlinkSync(entry.linkTarget ?? Buffer.alloc(0), place.at);
    if (process.getuid?.() === 0) fs2.lchownSync(place.at, entry.uid, entry.gid);
    return fs2.lutimesSync(place.at, entry.mtime, entry.mtime);
  } else if (type === TYPE.FILE) {
    if (restoreFile(store, entry, place)) return;
  } else throw new RescueError(words("is a device, pipe or socket: left out", "\xE9 um dispositivo, pipe ou socket: ficou de fora"));
  if (process.getuid?.() === 0) fs2.chownSync(place.at, entry.uid, entry.gid);
  fs2.chmodSync(place.at, entry.mode & 4095);
  fs2.utimesSync(place.at, entry.mtime, entry.mtime);
}
function restoreFile(store, entry, { at, counts, linked }) {
  const first = entry.links > 1 ? linked.get(entry.identity) : void 0;
  counts.files += 1;
  if (first) {
    fs2.linkSync(first, at);
    return true;
  }
  const temporary = Buffer.concat([at.subarray(0, at.lastIndexOf("/") + 1), Buffer.from(`.rescue-${process.pid}-${counts.files}`)]);
  const descriptor = fs2.openSync(temporary, "wx", 384);
  try {
    counts.bytes += writeContent(store, entry, descriptor);
  } catch (error) {
    fs2.rmSync(temporary);
    throw error;
  } finally {
    fs2.closeSync(descriptor);
  }
  fs2.renameSync(temporary, at);
  if (entry.links > 1) linked.set(entry.identity, at);
  return false;
}
function writeContent(store, entry, descriptor) {
  let at = 0;
  for (const { id, bytes } of chunksOf(store, entry)) {
    if (!isHole(id)) {
      const blob = store.blob(id);
      if (blob.length !== bytes) throw new RescueError("a chunk has another length than its file says");
      for (let done = 0; done < blob.length; ) done += fs2.writeSync(descriptor, blob, done, blob.length - done, at + done);
    }
    at += bytes;
  }
  if (at !== entry.bytes) throw new RescueError("its chunks do not add up to its size");
  fs2.ftruncateSync(descriptor, entry.bytes);
  return at;
}
function resolvePath(store, tree, text) {
  let found;
  let id = tree;
  for (const name of Buffer.from(text).toString("latin1").split("/").filter((part) => part !== "")) {
    found = id && [...entriesOf(store, id)].find((entry) => entry.name === name);
    if (!found) throw new RescueError(words(`${text} is not in the snapshot`, `${text} n\xE3o est\xE1 no snapshot`));
    id = (found.mode & TYPE.MASK) === TYPE.DIRECTORY && found.kind === 1 ? found.content : void 0;
  }
  return found;
}

// rescue/store.ts
import { createHash as createHash2 } from "node:crypto";
import fs3 from "node:fs";
import path from "node:path";
import zlib from "node:zlib";

// rescue/closure.ts
function isWhole(store, { body }) {
  try {
    return isTreeWhole(store, Buffer.from(body.tree, "hex"));
  } catch {
    return false;
  }
}
function isTreeWhole(store, id) {
  for (const entry of entriesOf(store, id)) {
    const type = entry.mode & TYPE.MASK;
    if (type === TYPE.DIRECTORY && entry.kind === 1 && !isTreeWhole(store, entry.content)) return false;
    if (type === TYPE.FILE) {
      for (const { id: chunk } of chunksOf(store, entry)) if (!isHole(chunk) && !store.has(chunk)) return false;
    }
  }
  return true;
}

// rescue/config.ts
function readConfig(copies) {
  for (const bytes of copies) {
    const parts = attempt(() => splitSigned(bytes));
    const body = parts && attempt(() => JSON.parse(parts.body.toString("utf8")));
    if (!parts || body?.format !== "neonpro-backup-repository") continue;
    requireKnown(body);
    return { repositoryId: String(body.repositoryId), parts };
  }
  throw new RescueError(words("no copy of the configuration can be read", "nenhuma c\xF3pia da configura\xE7\xE3o pode ser lida"));
}
function requireKnown(body) {
  if (body.version !== "v1-rc") throw new RescueError(words(`the repository has format ${String(body.version)}, which this program does not know`, `o reposit\xF3rio est\xE1 no formato ${String(body.version)}, que este programa n\xE3o conhece`));
  for (const [value, known] of [[body.hash, "sha-256"], [body.aead, "aes-256-gcm"], [body.kdf, "hkdf-sha-256"]]) if (value !== known) throw unknown(String(value));
  const needed = body.features?.read;
  if (!Array.isArray(needed)) throw new RescueError("the configuration is damaged");
  if (needed.length > 0) throw unknown(needed.join(", "));
}
function unknown(what) {
  return new RescueError(words(`the repository needs ${what}, which this program does not know`, `o reposit\xF3rio exige ${what}, que este programa n\xE3o conhece`));
}
function attempt(read) {
  try {
    return read();
  } catch {
    return void 0;
  }
}

// rescue/places.ts
import { createHash } from "node:crypto";

// rescue/sealed.ts
import { createDecipheriv as createDecipheriv2, timingSafeEqual as timingSafeEqual2 } from "node:crypto";
var HEADER_BYTES = 128;
var FRAME_HEADER_BYTES = 16;
var SEGMENT = 0;
var PAYLOAD = 1;
var PACK_END = 2;
var Sealed = class {
  type;
  #header;
  #key;
  constructor(header, keys) {
    if (header.length < HEADER_BYTES || header.toString("hex", 0, 8) !== "4e50424b55500d0a") throw new RescueError("an object has no header");
    if (header[9] !== 1 || header[10] !== 1 || header[11] !== 0 || header.subarray(49, 64).some((byte) => byte !== 0)) throw new RescueError("an object has an unknown version");
    if (!header.subarray(32, 48).equals(keys.repositoryId)) throw new RescueError("an object belongs to another repository");
    this.#header = Buffer.from(header.subarray(0, HEADER_BYTES));
    this.type = this.#header[8];
    const derived = keys.masters(this.#header.subarray(16, 32), this.#header.readUInt32LE(12)).map((master) => derive(master, this.#header.subarray(64, 96), { info: `neonpro/v1/object/${this.type}`, bytes: 64 }));
    const both = derived.find((each) => timingSafeEqual2(each.subarray(32), this.#header.subarray(96, 128)));
    if (!both) throw new RescueError("a key commitment does not match");
    this.#key = both.subarray(0, 32);
  }
  /** Opens the frame with that number which begins at `at`. */
  frame(bytes, at, number) {
    const head = bytes.subarray(at, at + FRAME_HEADER_BYTES);
    if (head.length < FRAME_HEADER_BYTES || head.toString("hex", 0, 4) !== "4e504601" || head.readUInt32LE(4) !== number) throw new RescueError("a frame is not where it should be");
    const sealedBytes = head.readUInt32LE(12);
    if (sealedBytes < 17 || sealedBytes > 33554432 || head.readUInt16LE(10) !== 0) throw new RescueError("a frame has an impossible length");
    const sealed = bytes.subarray(at + FRAME_HEADER_BYTES, at + FRAME_HEADER_BYTES + sealedBytes);
    if (sealed.length !== sealedBytes) throw new RescueError("a frame is cut short");
    const nonce = Buffer.alloc(12);
    nonce.writeUInt32LE(number);
    const decipher = createDecipheriv2("aes-256-gcm", this.#key, nonce, { authTagLength: 16 }).setAAD(Buffer.concat([this.#header, head]));
    decipher.setAuthTag(sealed.subarray(sealedBytes - 16));
    try {
      const plain = Buffer.concat([decipher.update(sealed.subarray(0, sealedBytes - 16)), decipher.final()]);
      return { kind: head[8], isFinal: head[9] === 1, plain, bytes: FRAME_HEADER_BYTES + sealedBytes };
    } catch {
      throw new RescueError("a frame does not authenticate");
    }
  }
};
function openPayload(bytes, keys, type) {
  const sealed = new Sealed(bytes, keys);
  if (sealed.type !== type) throw new RescueError("an object is of another type");
  const parts = [];
  for (let at = HEADER_BYTES, number = 0; ; number += 1) {
    const frame = sealed.frame(bytes, at, number);
    if (frame.kind !== PAYLOAD) throw new RescueError("an object holds a frame of another kind");
    parts.push(frame.plain);
    at += frame.bytes;
    if (frame.isFinal && at === bytes.length) return Buffer.concat(parts);
    if (frame.isFinal || at >= bytes.length) throw new RescueError("an object does not end where it should");
  }
}

// rescue/places.ts
var Places = class {
  #idKeys;
  /** Lookup id (hexadecimal) → places. */
  #byLookupId = /* @__PURE__ */ new Map();
  #inUse = /* @__PURE__ */ new Map();
  packs = /* @__PURE__ */ new Set();
  constructor(idKeys) {
    this.#idKeys = idKeys;
  }
  of(id) {
    return [...this.#inUse.values()].flatMap((key) => this.#byLookupId.get(lookupId(key, id)) ?? []);
  }
  /** A blob of a pack that was read whole. */
  addBlob(id, place) {
    const version = Math.max(...this.#idKeys.keys());
    this.#add(lookupId(this.#use(version), id), place);
  }
  /** The payload of an index segment. Packs that are known already are passed over. */
  addSegment(payload) {
    const cursor = new Cursor(payload);
    cursor.u8();
    this.#use(cursor.u32());
    cursor.take(cursor.count(32) * 32);
    const packs = Array.from({ length: cursor.count(34) }, () => {
      const name = cursor.take(32).toString("hex");
      cursor.varint();
      return { name, segments: Array.from({ length: cursor.count(2) }, () => ({ sealedBytes: cursor.varint(), blobs: cursor.varint() })) };
    });
    const ids = packs.map(({ segments }) => segments.map(({ blobs }) => cursor.take(blobs * 16)));
    for (const [p, { name, segments }] of packs.entries()) {
      let offset = HEADER_BYTES;
      for (const [frame, { sealedBytes, blobs }] of segments.entries()) {
        this.#addFrame(cursor, { pack: name, offset, sealedBytes, frame }, { ids: ids[p][frame], blobs });
        offset += FRAME_HEADER_BYTES + sealedBytes;
      }
      this.packs.add(name);
    }
    if (cursor.left !== 0) throw new RescueError("an index segment has bytes after its end");
  }
  #addFrame(cursor, frame, { ids, blobs }) {
    let at = 0;
    for (let i = 0; i < blobs; i += 1) {
      const bytes = cursor.varint();
      if (!this.packs.has(frame.pack)) this.#add(ids.toString("hex", i * 16, i * 16 + 16), { ...frame, at, bytes });
      at += bytes;
    }
  }
  #add(lookup, place) {
    const places = this.#byLookupId.get(lookup);
    if (places) places.push(place);
    else this.#byLookupId.set(lookup, [place]);
  }
  #use(version) {
    const key = this.#idKeys.get(version);
    if (!key) throw new RescueError(`there is no id key of version ${version}`);
    this.#inUse.set(version, key);
    return key;
  }
};
function lookupId(key, id) {
  return createHash("sha256").update(key).update(Buffer.alloc(32)).update(id).digest("hex").slice(0, 32);
}
function supersededBy(payload) {
  const cursor = new Cursor(payload);
  if (cursor.u8() !== 1) throw new RescueError("an index segment has an unknown version");
  cursor.u32();
  return Array.from({ length: cursor.count(32) }, () => cursor.take(32).toString("hex"));
}

// rescue/runs.ts
function countingOf(snapshots, { claimOf, forgotten, withdrawn }) {
  const runs = Map.groupBy(snapshots, ({ name, body }) => body.runId === void 0 ? name : `${body.copiedFrom?.repository ?? ""}/${body.runId}`);
  return [...runs.values()].flatMap((rivals) => {
    const { runId, copiedFrom } = rivals[0].body;
    if (runId === void 0) return rivals.filter(({ name }) => !withdrawn.has(name));
    const claimed = copiedFrom ? void 0 : claimOf(runId);
    if (claimed !== void 0 && forgotten.has(claimed)) return [];
    const standing = rivals.filter(({ name }) => !withdrawn.has(name));
    const lowest = (standing.length > 0 ? standing : rivals).reduce((low, each) => each.name < low.name ? each : low);
    return [rivals.find(({ name }) => name === claimed) ?? lowest];
  });
}
function isConfirmed({ name, body }, { confirms, deletes }) {
  const own = confirms.filter(({ body: each, signer }) => each["kind"] === "confirm" && each["snapshot"] === name && signer === body.writer);
  const confirmedTo = Math.max(body.deleteGeneration ?? 0, ...own.map(({ body: each }) => Number(each["deleteGeneration"]) || 0));
  return deletes.every((entry) => {
    const marked = entry["marked"]?.[body.writer ?? ""] ?? 0;
    return Number(entry["generation"]) <= confirmedTo || marked >= (body.sequence ?? Number.POSITIVE_INFINITY);
  });
}
function mayLack({ body }, deletes) {
  return deletes.some((entry) => entry["damaged"] === true && Number(entry["generation"]) > (body.deleteGeneration ?? 0));
}

// rescue/store.ts
var SEGMENT_BYTES_MAX = 16 * 1024 * 1024;
var SEGMENTS_KEPT = 8;
var MAINTENANCE = "f".repeat(32);
function sha256(bytes) {
  return createHash2("sha256").update(bytes).digest();
}
var KEYRING = /^([0-9a-f]{8})-[ab]-([0-9a-f]{64})$/;
function newestFirst(names) {
  const parts = (name) => KEYRING.exec(name)?.slice(1);
  return names.filter((each) => KEYRING.test(each)).sort((a, b) => parts(a)[0] === parts(b)[0] ? parts(a)[1] < parts(b)[1] ? -1 : 1 : parts(a)[0] < parts(b)[0] ? 1 : -1);
}
function rivalsIn(names) {
  const generations = Map.groupBy(newestFirst(names), (name) => name.slice(0, 8));
  return [...generations.values()].filter((each) => new Set(each.map((name) => name.slice(-64))).size > 1).flat();
}
var Store = class {
  root;
  keys;
  #places;
  #segments = /* @__PURE__ */ new Map();
  /** What can't be believed. */
  notices = [];
  /** What is worth saying and is no damage. */
  remarks = [];
  constructor(root, given) {
    this.root = root;
    const config = this.#config();
    this.keys = this.#openKeys(given, config.repositoryId);
    if (config.parts.signer.toString("hex") !== MAINTENANCE) throw new RescueError("the configuration is signed by somebody else");
    this.keys.check(config.parts, "config");
    this.#places = new Places(this.keys.idKeys);
    this.#loadIndex();
  }
  names(folder) {
    try {
      return fs3.readdirSync(path.join(this.root, folder)).filter((name) => !name.startsWith(".")).sort();
    } catch {
      return [];
    }
  }
  /** An object whose bytes hash to the end of its name. */
  read(key) {
    const bytes = fs3.readFileSync(path.join(this.root, key));
    if (sha256(bytes).toString("hex") !== key.slice(-64)) throw new RescueError(`${key} is damaged`);
    return bytes;
  }
  /** What may be restored: one snapshot of each scheduled run, and partial ones: checkpoints, and what was never confirmed and is not all there. */
  snapshots() {
    const forgotten = this.#forgotten();
    const confirms = [...this.#documents("confirms", 10).values()];
    const deletes = [...this.#documents("deletes", 9).values()].filter(({ signer }) => signer === MAINTENANCE).map(({ body }) => body);
    const stored = [...this.#documents("snapshots", 5)].map(([name, { body }]) => ({ name, state: "complete", body })).filter(({ name }) => !forgotten.has(name));
    const checkpoints = [...this.#documents("checkpoints", 6)].map(([name, { body }]) => ({ name, state: "checkpoint", body }));
    const withdrawn = new Set(confirms.filter(({ body, signer }) => body["kind"] === "retract" && body["writer"] === signer).map(({ body }) => String(body["snapshot"])));
    const sound = Map.groupBy(stored, (each) => isConfirmed(each, { confirms, deletes }) || !withdrawn.has(each.name) && mayLack(each, deletes) || isWhole(this, each));
    const counting = countingOf(sound.get(true) ?? [], { claimOf: (runId) => this.#claim(runId), forgotten, withdrawn });
    const unfinished = (sound.get(false) ?? []).filter(({ name }) => !withdrawn.has(name)).map((each) => ({ ...each, state: "unfinished" }));
    return [...counting, ...checkpoints, ...unfinished].sort((a, b) => a.body.finishedAt < b.body.finishedAt ? -1 : 1);
  }
  /** Files of an application, which no snapshot holds: section 15. */
  userFiles() {
    return this.names("user").reduce((sum, shard) => sum + this.names(`user/${shard}`).length, 0);
  }
  packs() {
    return this.names("packs").flatMap((shard) => this.names(`packs/${shard}`));
  }
  /** A blob by its id; every copy is tried. */
  blob(id) {
    const places = this.#places.of(id);
    for (const place of places) {
      try {
        const blob = this.#segment(place).subarray(place.at, place.at + place.bytes);
        if (sha256(blob).equals(id)) return blob;
      } catch (error) {
        this.notices.push(error instanceof Error ? error.message : String(error));
      }
    }
    throw new RescueError(`the blob ${id.toString("hex")} is ${places.length === 0 ? "missing" : "damaged"}`);
  }
  /** True when an index names the blob in a pack that is there. */
  has(id) {
    return this.#places.of(id).some(({ pack }) => fs3.existsSync(path.join(this.root, "packs", pack.slice(0, 2), pack)));
  }
  /** Reads a pack frame by frame: section 7. Calls back with each segment's blobs; throws at the first thing that is wrong. */
  readPack(name, onSegment) {
    const bytes = fs3.readFileSync(path.join(this.root, "packs", name.slice(0, 2), name));
    const sealed = packOf(bytes, this.keys);
    let blobCount = 0;
    for (let at = HEADER_BYTES, number = 0; ; number += 1) {
      const frame = sealed.frame(bytes, at, number);
      if (frame.kind === PACK_END) {
        const end = new Cursor(frame.plain);
        if (!frame.isFinal || at + frame.bytes !== bytes.length || end.varint() !== number || end.varint() !== blobCount) throw new RescueError("a pack does not end where it should");
        break;
      }
      const blobs = segmentBlobs(frame);
      blobCount += blobs.length;
      onSegment({ frame: number, offset: at, sealedBytes: frame.bytes - FRAME_HEADER_BYTES, blobs });
      at += frame.bytes;
    }
    if (sha256(bytes).toString("hex") !== name) throw new RescueError("a pack does not hash to its name");
  }
  #config() {
    const names = this.names("config").filter((each) => /^[abc]-[0-9a-f]{64}$/.test(each));
    if (names.length === 0) throw new RescueError(words(`there is no repository at ${this.root}`, `n\xE3o h\xE1 reposit\xF3rio em ${this.root}`), 10);
    return readConfig(names.flatMap((name) => this.#readable(`config/${name}`)));
  }
  /** None where the object is damaged. */
  #readable(key) {
    try {
      return [this.read(key)];
    } catch {
      return [];
    }
  }
  /** The highest generation counts. One below it is taken only where no copy of those above can be read: then something may be missing. */
  #openKeys(given, repositoryId) {
    let last = new RescueError("there are no key objects");
    for (const name of newestFirst(this.names("keys"))) {
      try {
        const keys = openKeyring(this.read(`keys/${name}`), given, repositoryId);
        for (const rival of rivalsIn(this.names("keys"))) this.#addRival(keys, rival, given);
        return keys;
      } catch (error) {
        last = error;
        if (error instanceof RescueError && error.exitCode !== 1) throw error;
        this.notices.push(`keys/${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    throw last;
  }
  #addRival(keys, name, given) {
    try {
      keys.add(openKeyring(this.read(`keys/${name}`), given, keys.repositoryId.toString("hex")));
    } catch {
    }
  }
  /** Signed documents of a folder by name; what can't be believed becomes a notice. */
  #documents(folder, type) {
    const found = /* @__PURE__ */ new Map();
    for (const name of this.names(folder)) this.#noting(`${folder}/${name}`, () => found.set(name, this.#document(this.read(`${folder}/${name}`), type)));
    return found;
  }
  #document(bytes, type) {
    const parts = splitSigned(openPayload(bytes, this.keys, type));
    return { body: this.keys.check(parts, String(type)), signer: parts.signer.toString("hex") };
  }
  #forgotten() {
    const names = /* @__PURE__ */ new Set();
    for (const { body, signer } of this.#documents("records", 7).values()) {
      const { record, value } = body;
      if (record === "forget" && signer === MAINTENANCE) for (const each of value?.snapshots ?? []) names.add(each.name);
    }
    return names;
  }
  /** Which snapshot a run is claimed for: section 11. */
  #claim(runId) {
    const file = path.join(this.root, "commits", runId);
    if (!/^[a-z0-9][a-z0-9._-]*$/.test(runId) || !fs3.existsSync(file)) return void 0;
    try {
      const { body, signer } = this.#document(fs3.readFileSync(file), 13);
      if (body["runId"] === runId && body["writer"] === signer) return String(body["snapshot"]);
      this.notices.push(`commits/${runId}: the claim is of another run or writer than it says`);
    } catch (error) {
      this.notices.push(`commits/${runId}: ${error instanceof Error ? error.message : String(error)}`);
    }
    return void 0;
  }
  #loadIndex() {
    const segments = /* @__PURE__ */ new Map();
    for (const [folder, type] of [["index/data", 3], ["index/meta", 4]]) {
      for (const name of this.names(folder)) this.#noting(`${folder}/${name}`, () => segments.set(name, openPayload(this.read(`${folder}/${name}`), this.keys, type)));
    }
    const superseded = new Set([...segments.values()].flatMap((payload) => supersededBy(payload)));
    for (const [name, payload] of segments) if (!superseded.has(name)) this.#noting(`index/*/${name}`, () => this.#places.addSegment(payload));
    const lost = this.packs().filter((name) => !this.#places.packs.has(name));
    if (lost.length > 0) this.#readLostPacks(lost);
  }
  /** What can't be believed becomes a notice. */
  #noting(what, act) {
    try {
      act();
    } catch (error) {
      this.notices.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  /** Packs that no index names, because it is lost or a run died: read, so that nothing that is there stays out of reach. */
  #readLostPacks(names) {
    this.remarks.push(words(`packs that are in no index, read whole: ${names.length} (an index is lost, or a run died)`, `pacotes que n\xE3o est\xE3o em nenhum \xEDndice, lidos por inteiro: ${names.length} (um \xEDndice se perdeu, ou uma execu\xE7\xE3o morreu)`));
    for (const pack of names) {
      this.#noting(
        `packs/${pack}`,
        () => this.readPack(pack, ({ frame, offset, sealedBytes, blobs }) => {
          let at = 0;
          for (const blob of blobs) {
            this.#places.addBlob(sha256(blob), { pack, offset, sealedBytes, frame, at, bytes: blob.length });
            at += blob.length;
          }
        })
      );
    }
  }
  #segment(place) {
    const key = `${place.pack}/${place.frame}`;
    const kept = this.#segments.get(key);
    if (kept) return kept;
    const descriptor = fs3.openSync(path.join(this.root, "packs", place.pack.slice(0, 2), place.pack), "r");
    try {
      const header = Buffer.alloc(HEADER_BYTES);
      fs3.readSync(descriptor, header, 0, header.length, 0);
      const bytes = Buffer.alloc(FRAME_HEADER_BYTES + place.sealedBytes);
      fs3.readSync(descriptor, bytes, 0, bytes.length, place.offset);
      const joined = Buffer.concat(segmentBlobs(packOf(header, this.keys).frame(bytes, 0, place.frame)));
      const oldest = this.#segments.keys().next().value;
      if (this.#segments.size >= SEGMENTS_KEPT && oldest !== void 0) this.#segments.delete(oldest);
      this.#segments.set(key, joined);
      return joined;
    } finally {
      fs3.closeSync(descriptor);
    }
  }
};
function packOf(bytes, keys) {
  const sealed = new Sealed(bytes, keys);
  if (sealed.type !== 1 && sealed.type !== 2) throw new RescueError("a pack is of another type");
  return sealed;
}
function segmentBlobs({ kind, isFinal, plain }) {
  if (kind !== SEGMENT || isFinal) throw new RescueError("a pack holds a frame of another kind");
  const cursor = new Cursor(plain);
  const codec = cursor.u8();
  const lengths = Array.from({ length: cursor.count(1) }, () => cursor.varint());
  const total = lengths.reduce((sum, bytes) => sum + bytes, 0);
  if (total > SEGMENT_BYTES_MAX || codec > 1) throw new RescueError("a segment is not of this format");
  const payload = cursor.take(cursor.left);
  const joined = codec === 0 ? payload : zlib.zstdDecompressSync(payload, { maxOutputLength: Math.max(1, total) });
  if (joined.length !== total) throw new RescueError("a segment has another length than it says");
  let at = 0;
  return lengths.map((bytes) => {
    at += bytes;
    return joined.subarray(at - bytes, at);
  });
}

// rescue/verify.ts
function verifyAll(store, snapshots) {
  const findings = { objects: [...store.notices], paths: /* @__PURE__ */ new Map() };
  for (const pack of store.packs()) {
    try {
      store.readPack(pack, () => {
      });
    } catch (error) {
      findings.objects.push(`packs/${pack.slice(0, 2)}/${pack}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  for (const { name, state, body } of snapshots) {
    if (state === "unfinished") continue;
    const lost = [];
    walk(store, Buffer.from(body.tree, "hex"), { path: "", lost, isPartial: state === "checkpoint" });
    if (lost.length > 0) findings.paths.set(name, lost);
  }
  return findings;
}
function walk(store, id, at) {
  try {
    for (const entry of entriesOf(store, id)) {
      const path2 = `${at.path}/${Buffer.from(entry.name, "latin1").toString()}`;
      if ((entry.mode & TYPE.MASK) === TYPE.DIRECTORY && entry.kind === 1) walk(store, entry.content, { ...at, path: path2 });
      else if ((entry.mode & TYPE.MASK) === TYPE.FILE && !(at.isPartial && isUnreached(entry)) && !isFileWhole(store, entry)) at.lost.push(path2);
    }
  } catch {
    at.lost.push(`${at.path}/`);
  }
}
function isFileWhole(store, entry) {
  try {
    let bytes = 0;
    for (const chunk of chunksOf(store, entry)) {
      if (!isHole(chunk.id) && store.blob(chunk.id).length !== chunk.bytes) return false;
      bytes += chunk.bytes;
    }
    return bytes === entry.bytes;
  } catch {
    return false;
  }
}

// rescue/neonpro-rescue.ts
var USAGE = words(
  `usage: neonpro-rescue list|verify|ls|restore|dump --repo DIR [--key-file FILE] [SNAPSHOT|latest] [PATH] [--target DIR]
The key comes from --key-file or BACKUP_ENCRYPTION_KEY. Restored: contents, modes, times, links, holes, owners as root.
Not restored: extended attributes, ACLs, devices. Exit codes: 0 done, 1 damage or failure, 2 usage, 10 no repository, 12 wrong key.`,
  `uso: neonpro-rescue list|verify|ls|restore|dump --repo PASTA [--key-file ARQUIVO] [SNAPSHOT|latest] [CAMINHO] [--target PASTA]
A chave vem de --key-file ou de BACKUP_ENCRYPTION_KEY. Restaura: conte\xFAdo, permiss\xF5es, datas, links, buracos e, como root, donos.
N\xE3o restaura: atributos estendidos, ACLs, dispositivos. C\xF3digos de sa\xEDda: 0 feito, 1 dano ou falha, 2 uso, 10 sem reposit\xF3rio, 12 chave errada.`
);
function choose(snapshots, wanted) {
  const complete = snapshots.filter(({ state }) => state === "complete");
  const matches = wanted === void 0 || wanted === "latest" ? complete.slice(-1) : snapshots.filter(({ name }) => name.startsWith(wanted));
  const [found, other] = matches;
  if (!found || other) throw new RescueError(found ? words(`several snapshots begin with ${wanted}`, `v\xE1rios snapshots come\xE7am com ${wanted}`) : words(`there is no snapshot ${wanted ?? ""}`, `n\xE3o h\xE1 o snapshot ${wanted ?? ""}`));
  return found;
}
function run() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { repo: { type: "string" }, "key-file": { type: "string" }, target: { type: "string" } } });
  const [command, wanted, path2] = positionals;
  if (!values.repo || !command || !["list", "verify", "ls", "restore", "dump"].includes(command)) throw new RescueError(USAGE, 2);
  const key = values["key-file"] === void 0 ? process.env["BACKUP_ENCRYPTION_KEY"] : `file:${values["key-file"]}`;
  if (!key) throw new RescueError(words("there is no key: set BACKUP_ENCRYPTION_KEY or give --key-file", "falta a chave: defina BACKUP_ENCRYPTION_KEY ou use --key-file"), 2);
  const store = new Store(values.repo, parseKey(key));
  const snapshots = store.snapshots();
  for (const line of store.remarks) console.error(line);
  if (command === "list") return list(snapshots);
  if (command === "verify") return verify2(store, snapshots);
  const snapshot = choose(snapshots, wanted);
  const tree = Buffer.from(snapshot.body.tree, "hex");
  const entry = path2 === void 0 ? void 0 : resolvePath(store, tree, path2);
  if (command === "dump") return dump(store, entry);
  const id = entry ? entry.content : tree;
  if (entry && ((entry.mode & TYPE.MASK) !== TYPE.DIRECTORY || entry.kind !== 1)) throw new RescueError(words(`${path2} is no directory`, `${path2} n\xE3o \xE9 uma pasta`));
  if (command === "ls") {
    for (const each of entriesOf(store, id)) console.log(`${each.mode.toString(8).padStart(6, "0")} ${String(each.bytes).padStart(12)}  ${Buffer.from(each.name, "latin1").toString()}`);
    return 0;
  }
  if (!values.target) throw new RescueError(words("say where to restore with --target", "diga com --target para onde restaurar"), 2);
  const counts = restoreTree(store, id, { target: values.target, isPartial: snapshot.state !== "complete" });
  for (const line of counts.failed) console.error(line);
  console.log(words(`${counts.files} files, ${counts.bytes} bytes restored from ${snapshot.name.slice(0, 12)}`, `${counts.files} arquivos, ${counts.bytes} bytes restaurados de ${snapshot.name.slice(0, 12)}`));
  return counts.failed.length > 0 ? 1 : 0;
}
var STATES = { complete: words("complete  ", "completo    "), checkpoint: words("checkpoint", "interrompido"), unfinished: words("unfinished", "inacabado   ") };
function list(snapshots) {
  for (const { name, state, body } of snapshots) console.log(`${name}  ${body.finishedAt}  ${STATES[state]}  ${body.source}`);
  return 0;
}
function verify2(store, snapshots) {
  const { objects, paths } = verifyAll(store, snapshots);
  for (const line of objects) console.log(words(`damaged: ${line}`, `danificado: ${line}`));
  for (const [name, lost] of paths) for (const path2 of lost) console.log(words(`lost in ${name.slice(0, 12)}: ${path2}`, `perdido em ${name.slice(0, 12)}: ${path2}`));
  const users = store.userFiles();
  if (users > 0) console.log(words(`${users} files of an application (user/) are in no snapshot and were not read`, `${users} arquivos de uma aplica\xE7\xE3o (user/) n\xE3o est\xE3o em nenhum snapshot e n\xE3o foram lidos`));
  const isWhole2 = objects.length + paths.size === 0;
  console.log(words(`${snapshots.length} snapshots, ${store.packs().length} packs read: ${isWhole2 ? "no damage" : "DAMAGE"}`, `${snapshots.length} snapshots, ${store.packs().length} pacotes lidos: ${isWhole2 ? "nenhum dano" : "DANO"}`));
  return isWhole2 ? 0 : 1;
}
function dump(store, entry) {
  if (!entry || (entry.mode & TYPE.MASK) !== TYPE.FILE) throw new RescueError(words("dump takes the path of a file", "dump exige o caminho de um arquivo"), 2);
  for (const { id, bytes } of chunksOf(store, entry)) {
    if (isHole(id)) writeZeros(bytes);
    else writeAll(store.blob(id));
  }
  return 0;
}
function writeAll(bytes) {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += fs4.writeSync(1, bytes, done);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 22 || major === 22 && minor >= 15) return;
  throw new RescueError(words(`neonpro-rescue needs Node.js 22.15 or newer; this is ${process.versions.node}`, `neonpro-rescue precisa do Node.js 22.15 ou mais novo; este \xE9 o ${process.versions.node}`));
}
function writeZeros(bytes) {
  const piece = Buffer.alloc(Math.min(bytes, 1024 * 1024));
  for (let left = bytes; left > 0; left -= piece.length) writeAll(piece.subarray(0, Math.min(left, piece.length)));
}
try {
  requireNode();
  process.exitCode = run();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof RescueError ? error.exitCode : 1;
}

import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  inOrder
} from "./part-MHRCNTTW.js";
import {
  bootId,
  isProcessAlive,
  machineTag
} from "./part-K2YNPRNH.js";
import {
  throwIfAborted
} from "./part-QRF3X5AE.js";
import {
  monotonicNs,
  nowMs
} from "./part-KY2D2ADW.js";
import {
  BackupError,
  systemCode
} from "./part-KOWYFHTZ.js";

// src/storage/providers/local.ts
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

// src/storage/key.ts
var SEGMENT = /^[a-z0-9_-][a-z0-9._-]*$/;
var KEY_BYTES_MAX = 512;
function checkKey(key) {
  if (key.length > 0 && key.length <= KEY_BYTES_MAX && key.split("/").every((segment) => SEGMENT.test(segment))) return;
  throw new BackupError("USAGE", "A storage key has characters that the port does not allow.", { context: { key } });
}

// src/storage/providers/local.ts
var readWhole = promisify(readFile);
var STAGING = ".staging";
var RESERVE = "reserve";
var STATS_AT_ONCE = 32;
var RESERVE_BYTES = 256 * 1024;
var RESERVE_SHARE = 8;
var STAGED_AGE_MS_MAX = 48 * 3600 * 1e3;
var LocalStore = class {
  kind = "LOCAL";
  location;
  capabilities = { createIfAbsent: true, objectLock: false, versions: false, localFiles: true };
  stagingDirectory;
  #config;
  #knownDirectories = /* @__PURE__ */ new Set();
  #isClosed = false;
  #poison;
  constructor(config) {
    this.#config = config;
    this.location = path.resolve(config.basePath);
    this.stagingDirectory = path.join(this.location, STAGING);
  }
  /** Makes the staging folder and sweeps what dead runs left in it. Reading needs no call of this. */
  async prepare() {
    await this.#guard("prepare", this.location, () => this.#makeDirectory(this.stagingDirectory));
    for (const name of await fs.readdir(this.stagingDirectory)) await this.#sweep(path.join(this.stagingDirectory, name));
  }
  uptime() {
    return { boot: bootId(), ms: Number(monotonicNs() / 1000000n) };
  }
  async reserve(action) {
    const file = path.join(this.stagingDirectory, RESERVE);
    if (action === "use") return fs.rm(file, { force: true });
    const { bytesFree } = await this.capacity() ?? { bytesFree: 0 };
    if (bytesFree < RESERVE_BYTES * RESERVE_SHARE || await statOrUndefined(file)) return;
    await fs.writeFile(file, randomBytes(RESERVE_BYTES), { mode: 384, flush: true }).catch(() => fs.rm(file, { force: true }));
  }
  async put(key, body, options = {}) {
    const target = this.#target(key, options.signal);
    await this.#guard("put", key, async () => {
      await this.#makeDirectory(this.stagingDirectory);
      const staged = path.join(this.stagingDirectory, `put-${machineTag()}-${process.pid}-${randomBytes(12).toString("hex")}`);
      try {
        await this.#writeStaged(staged, body, options.signal);
        await this.#reveal(staged, target, options.ifAbsent === true);
      } finally {
        await fs.rm(staged, { force: true });
      }
    });
  }
  async publish(stagedPath, key, options = {}) {
    const target = this.#target(key, options.signal);
    await this.#guard("publish", key, async () => {
      await this.#syncFile(stagedPath);
      const existing = await statOrUndefined(target);
      const staged = await fs.stat(stagedPath);
      if (existing && existing.size === staged.size) return fs.rm(stagedPath, { force: true });
      await this.#reveal(stagedPath, target, false);
    });
  }
  async get(key, options = {}) {
    const target = this.#target(key, options.signal, false);
    return this.#guard("get", key, () => options.offset === void 0 && options.length === void 0 ? readWhole(target) : readRange(target, options));
  }
  localPath(key) {
    checkKey(key);
    return path.join(this.location, key);
  }
  async head(key, options = {}) {
    const target = this.#target(key, options.signal, false);
    return this.#guard("head", key, async () => {
      const stat = await statOrUndefined(target);
      return stat?.isFile() ? { key, bytes: stat.size, modifiedMs: stat.mtimeMs } : void 0;
    });
  }
  async *list(prefix, options = {}) {
    this.#checkOpen();
    const slash = prefix.lastIndexOf("/");
    yield* this.#walk(slash < 0 ? "" : prefix.slice(0, slash), prefix, options.signal);
  }
  async delete(key, options = {}) {
    const target = this.#target(key, options.signal);
    await this.#guard("delete", key, async () => {
      try {
        await fs.unlink(target);
      } catch (error) {
        if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return;
        throw error;
      }
      await this.#syncDirectory(path.dirname(target));
    });
  }
  async capacity() {
    const stat = await fs.statfs(this.location);
    return { bytesFree: stat.bavail * stat.bsize, bytesTotal: stat.blocks * stat.bsize };
  }
  nowMs() {
    return this.#guard("clock", this.location, async () => {
      await this.#makeDirectory(this.stagingDirectory);
      const probe = path.join(this.stagingDirectory, `clock-${machineTag()}-${process.pid}-${randomBytes(6).toString("hex")}`);
      try {
        await fs.writeFile(probe, "", { flag: "wx", mode: 384 });
        return (await fs.stat(probe)).mtimeMs;
      } finally {
        await fs.rm(probe, { force: true });
      }
    });
  }
  [Symbol.asyncDispose]() {
    this.#isClosed = true;
    return Promise.resolve();
  }
  async *#walk(directory, prefix, signal) {
    throwIfAborted(signal);
    const keyOf = ({ name }) => directory === "" ? name : `${directory}/${name}`;
    const entries = (await this.#readDirectory(directory)).filter((entry) => keyOf(entry).startsWith(prefix) || prefix.startsWith(`${keyOf(entry)}/`));
    for await (const { entry, stat } of inOrder(entries, { widthMax: STATS_AT_ONCE }, (each) => this.#statOf(each, keyOf(each)))) {
      if (entry.isDirectory()) yield* this.#walk(keyOf(entry), prefix, signal);
      else if (stat) yield { key: keyOf(entry), bytes: stat.size, modifiedMs: stat.mtimeMs };
    }
  }
  async #statOf(entry, key) {
    return { entry, stat: entry.isFile() ? await statOrUndefined(path.join(this.location, key)) : void 0 };
  }
  async #readDirectory(directory) {
    try {
      const entries = await fs.readdir(path.join(this.location, directory), { withFileTypes: true });
      const sortKey = (entry) => entry.isDirectory() ? `${entry.name}/` : entry.name;
      return entries.filter(({ name }) => !name.startsWith(".")).sort((a, b) => sortKey(a) < sortKey(b) ? -1 : 1);
    } catch (error) {
      if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return [];
      throw translate(error, "list", directory);
    }
  }
  async #writeStaged(staged, body, signal) {
    const file = await fs.open(staged, "wx", 384);
    try {
      await file.chmod(this.#config.fileMode ?? 384);
      if (body instanceof Uint8Array) await file.writeFile(body);
      else await writeSource(file, body, signal);
      await this.#own(staged);
      await this.#sync(() => file.sync());
    } finally {
      await file.close();
    }
  }
  async #syncFile(target) {
    const file = await fs.open(target, "r+");
    try {
      await file.chmod(this.#config.fileMode ?? 384);
      await this.#own(target);
      await this.#sync(() => file.sync());
    } finally {
      await file.close();
    }
  }
  async #reveal(staged, target, ifAbsent) {
    await this.#makeDirectory(path.dirname(target));
    if (ifAbsent) await fs.link(staged, target);
    else await fs.rename(staged, target);
    await this.#syncDirectory(path.dirname(target));
  }
  /** Makes a folder and its missing parents below the base, each durable in its parent. */
  async #makeDirectory(directory) {
    if (this.#knownDirectories.has(directory)) return;
    const missing = [];
    for (let at = directory; !await statOrUndefined(at); at = path.dirname(at)) missing.unshift(at);
    for (const made of missing) {
      await fs.mkdir(made, { mode: this.#config.directoryMode ?? 448 }).catch((error) => {
        if (systemCode(error) !== "EEXIST") throw error;
      });
      await fs.chmod(made, this.#config.directoryMode ?? 448);
      await this.#own(made);
      await this.#syncDirectory(path.dirname(made));
    }
    this.#knownDirectories.add(directory);
  }
  async #own(target) {
    const { uid, gid } = this.#config;
    if (uid !== void 0 || gid !== void 0) await fs.lchown(target, uid ?? -1, gid ?? -1);
  }
  async #syncDirectory(directory) {
    const handle = await fs.open(directory, "r");
    try {
      await this.#sync(() => handle.sync());
    } finally {
      await handle.close();
    }
  }
  async #sync(run) {
    try {
      await run();
    } catch (error) {
      this.#poison = new BackupError("STORAGE_FAILED", "The disk did not confirm a write; this store takes no more.", { context: { path: this.location, cause: systemCode(error) }, cause: error });
      throw this.#poison;
    }
  }
  async #sweep(staged) {
    if (path.basename(staged) === RESERVE) return;
    const stat = await statOrUndefined(staged);
    const [, tag, owner] = /^[a-z]+-([0-9a-f]{8})-(\d+)-/.exec(path.basename(staged)) ?? [];
    const isDead = tag === machineTag() && !isProcessAlive(Number(owner));
    if (stat && (isDead || nowMs() - stat.mtimeMs > STAGED_AGE_MS_MAX)) await fs.rm(staged, { force: true });
  }
  #target(key, signal, forWriting = true) {
    this.#checkOpen();
    throwIfAborted(signal);
    if (forWriting && this.#poison) throw this.#poison;
    checkKey(key);
    return path.join(this.location, key);
  }
  #checkOpen() {
    if (this.#isClosed) throw new BackupError("STORAGE_FAILED", "The store is closed.", { context: { path: this.location } });
  }
  async #guard(operation, key, run) {
    try {
      return await run();
    } catch (error) {
      throw translate(error, operation, key);
    }
  }
};
async function statOrUndefined(target) {
  try {
    return await fs.lstat(target);
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return void 0;
    throw error;
  }
}
async function readRange(target, { offset = 0, length }) {
  const file = await fs.open(target, "r");
  try {
    const { size } = await file.stat();
    const bytesWanted = length ?? size - offset;
    if (bytesWanted < 0 || offset + bytesWanted > size) throw new BackupError("STORAGE_FAILED", "The object is shorter than the range that was asked for.", { context: { bytes: size } });
    const bytes = Buffer.allocUnsafeSlow(bytesWanted);
    await readFully(file, bytes, offset);
    return bytes;
  } finally {
    await file.close();
  }
}
async function readFully(file, bytes, offset) {
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, offset + done);
    if (bytesRead === 0) throw new BackupError("STORAGE_FAILED", "An object ended while it was read.");
    done += bytesRead;
  }
}
async function writeSource(file, body, signal) {
  let written = 0;
  for await (const piece of body.open(signal)) {
    throwIfAborted(signal);
    written += piece.length;
    if (written > body.bytes) break;
    await file.write(piece);
  }
  if (written !== body.bytes) throw new BackupError("STORAGE_FAILED", `The source gave ${written} bytes where ${body.bytes} were announced.`);
}
function translate(error, operation, key) {
  if (error instanceof BackupError) return error;
  const code = systemCode(error);
  const options = { context: { operation, key, cause: code ?? "unknown" }, cause: error };
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return new BackupError("NOT_FOUND", "There is no such object.", options);
    case "EEXIST":
      return new BackupError("ALREADY_EXISTS", "The key is taken.", options);
    case "ENOSPC":
    case "EDQUOT":
      return new BackupError("DISK_FULL", "The repository has no room left.", options);
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new BackupError("PERMISSION_DENIED", "The repository folder does not allow this.", { ...options, context: { ...options.context, key: pathOf(error) ?? key } });
    default:
      return new BackupError("STORAGE_FAILED", "The repository folder failed.", options);
  }
}
function pathOf(error) {
  return typeof error === "object" && error !== null && "path" in error && typeof error.path === "string" ? error.path : void 0;
}

// src/storage/all.ts
var PROVIDERS = {
  LOCAL: ({ path: path2, ...options }) => new LocalStore({ ...options, basePath: path2 })
};
function openStore(location) {
  return PROVIDERS[location.kind](location);
}

export {
  openStore
};

import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  lostThread,
  startWorkerThread
} from "./part-E6LJY37U.js";
import {
  BlobKind,
  ByteWriter,
  CHUNK_RECORD_BYTES,
  CONTENT_OPEN,
  ContentBuilder,
  ContentKind,
  ContentWriter,
  ExtraType,
  FRAME_HEADER_BYTES,
  FrameKind,
  HEADER_BYTES,
  HOLE_ID,
  IndexClass,
  IndexNeeded,
  Lane,
  LookupIds,
  ObjectOpener,
  ObjectType,
  PLACES,
  PackCopier,
  PackVerifier,
  RecordFolder,
  RecordKind,
  SnapshotType,
  WorkerQueue,
  addCounters,
  blobIdOf,
  byItsWriter,
  bytesOfPathText,
  checkRunId,
  childPath,
  chunkListsOf,
  chunksOf,
  claimRun,
  closureIsLive,
  compilePattern,
  countUserFiles,
  createDirectoryWork,
  createEntryAccess,
  createSegmentCodec,
  damagedClaims,
  decodeIndexSegment,
  decodePage,
  decodeSegment,
  decodeSplit,
  emptyCounters,
  encodeExtras,
  encodeIndexSegment,
  encodeSplit,
  encodeStatSection,
  endStretch,
  findRun,
  folderOfRecord,
  forgottenBy,
  headsOf,
  inForce,
  isHole,
  join,
  judgeCheckpoints,
  markedOf,
  namesBelow,
  newestRecords,
  onStableListing,
  openIndex,
  openReader,
  othersSeen,
  packKey,
  pagesOfDirectory,
  parseFrameHeader,
  parseSegment,
  parseSession,
  pathText,
  printablePath,
  protections,
  readClaim,
  readDeleteLog,
  readHistory,
  readOwnerNames,
  readParsed,
  readRecords,
  readWriterHistory,
  receivedError,
  requireFeatures,
  runOf,
  shareReader,
  shareStretch,
  takeTurn,
  throwIfUnread,
  visitClosure,
  walkTree
} from "./part-MHRCNTTW.js";
import {
  bootId,
  hostName,
  isProcessAlive,
  machineTag,
  makeDirectories,
  processStart,
  userName
} from "./part-K2YNPRNH.js";
import {
  throwIfAborted
} from "./part-QRF3X5AE.js";
import {
  STATX_BYTES,
  systemCalls,
  systemCallsMissing
} from "./part-E7CUHJHR.js";
import {
  invariant
} from "./part-R6C3JOCY.js";
import {
  Column,
  FileType,
  fileTypeOf
} from "./part-AUIKQE6Q.js";
import {
  isoTime,
  monotonicNs,
  nowMs,
  turn
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

// src/engine/backup/backup.ts
import fs4 from "node:fs";

// src/engine/commit/confirm.ts
async function confirmSnapshot(repository, snapshot, { session, log }) {
  const { name, document, signer } = snapshot;
  const now = await readDeleteLog(repository);
  if (now.isCoveredBy(log)) return;
  if (!await closureIsLive(repository, document, now)) await giveUp(repository, snapshot);
  await repository.writeDocument({ kind: "confirm", snapshot: name, deleteGeneration: now.newestGeneration }, { type: ObjectType.CONFIRM, folder: "confirms", signer });
  if (!await repository.store.head(session.key)) await giveUp(repository, snapshot);
}
async function giveUp(repository, snapshot) {
  await retractSnapshot(repository, snapshot);
  throw new BackupError("REPOSITORY_LOCKED", "Data that this snapshot relied on was condemned while it was made. Run it again.", { context: { snapshot: snapshot.name } });
}
async function retractSnapshot(repository, { name, document, signer }) {
  await repository.writeDocument({ kind: "retract", snapshot: name, writer: document.writer, sequence: document.sequence ?? 0 }, { type: ObjectType.CONFIRM, folder: "confirms", signer });
  await repository.store.delete(`snapshots/${name}`);
}

// src/engine/commit/commit.ts
async function commitSnapshot(repository, { document, signer, writing }) {
  const name = await repository.writeDocument(document, { type: ObjectType.SNAPSHOT, folder: "snapshots", signer });
  await confirmSnapshot(repository, { name, document, signer }, writing);
  const { runId } = document;
  if (runId === void 0 || await isOurs(repository, { runId, snapshot: name, signer })) return { name, document, isRepeat: false };
  const history = await readHistory(repository);
  const winner = await committedRun(repository, history, runId).catch(async (error) => {
    if (isBackupError(error, "ALREADY_EXISTS")) await retractSnapshot(repository, { name, document, signer });
    throw error;
  });
  if (!winner || winner.name === name) return { name, document, isRepeat: false };
  await retractSnapshot(repository, { name, document, signer });
  return { ...winner, isRepeat: true };
}
function isOurs(repository, run) {
  return repository.store.capabilities.createIfAbsent ? claimRun(repository, run) : Promise.resolve(false);
}
async function committedRun(repository, history, runId) {
  const found = findRun(history, runId);
  const claim = await readClaim(repository, runId).catch(orUndecided);
  if (claim && history.forgotten.has(claim.snapshot)) {
    throw new BackupError("ALREADY_EXISTS", "This run was committed before, and its snapshot has been forgotten since.", { context: { key: `commits/${runId}`, snapshot: claim.snapshot } });
  }
  return found && (!history.unconfirmed.has(found.name) || found.name === claim?.snapshot) ? found : void 0;
}
function orUndecided(error) {
  if (!isBackupError(error, "DAMAGED")) throw error;
  return void 0;
}

// src/engine/commit/pack-shipper.ts
var PACKS_IN_FLIGHT_MAX = 3;
var INDEX_BLOBS = 65536;
var PackShipper = class {
  #repository;
  #signal;
  #inFlight = /* @__PURE__ */ new Set();
  #unindexed = { data: [], meta: [] };
  #failure;
  bytesStored = 0;
  constructor(repository, signal) {
    this.#repository = repository;
    this.#signal = signal;
  }
  get isFull() {
    return this.#inFlight.size >= PACKS_IN_FLIGHT_MAX;
  }
  /** Starts publishing; failures surface at the next `settle` or `throwIfFailed`. */
  ship(pack) {
    const shipment = this.#publish(pack).catch((error) => {
      this.#failure ??= error;
    }).finally(() => this.#inFlight.delete(shipment));
    this.#inFlight.add(shipment);
  }
  throwIfFailed() {
    if (this.#failure) throw this.#failure;
  }
  /** Waits until there is room for another pack. */
  async room() {
    while (this.isFull) await Promise.race(this.#inFlight);
    this.throwIfFailed();
  }
  /** Waits for all packs and writes what the index still lacks. */
  async settle(idKeyVersion) {
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight);
    this.throwIfFailed();
    for (const indexClass of ["meta", "data"]) await this.#writeIndex(indexClass, idKeyVersion);
  }
  async #publish(pack) {
    await this.#repository.store.publish(pack.path, packKey(pack.name));
    this.bytesStored += pack.bytes;
    this.#unindexed[pack.type === ObjectType.PACK_DATA ? "data" : "meta"].push(pack);
  }
  async #writeIndex(indexClass, idKeyVersion) {
    const packs = this.#unindexed[indexClass].splice(0);
    const type = indexClass === "data" ? ObjectType.INDEX_DATA : ObjectType.INDEX_META;
    for (const group of groups(packs)) {
      const payload = encodeIndexSegment({ idKeyVersion, supersedes: [], packs: group });
      await this.#repository.writePayload(payload, { type, folder: `index/${indexClass}`, ...this.#signal && { signal: this.#signal } });
      this.bytesStored += payload.length;
    }
  }
};
function groups(packs) {
  const result = [];
  let blobs2 = Number.POSITIVE_INFINITY;
  for (const pack of packs) {
    if (blobs2 + pack.blobBytes.length > INDEX_BLOBS) {
      result.push([]);
      blobs2 = 0;
    }
    result.at(-1).push(pack);
    blobs2 += pack.blobBytes.length;
  }
  return result;
}

// src/engine/commit/sessions.ts
var SESSION_AGE_MS_MAX = 30 * 24 * 3600 * 1e3;
async function openWriterSession(repository, writer) {
  await repository.store.prepare();
  const document = { kind: "session", writer: writer.toString("hex"), host: hostName(), bootId: bootId(), pid: process.pid, processStart: processStart(), startedAt: isoTime(nowMs()) };
  const name = await repository.writeDocument(document, { type: ObjectType.SESSION, folder: "sessions", signer: repository.keys.writer(writer) });
  return { key: `sessions/${name}`, [Symbol.asyncDispose]: () => repository.store.delete(`sessions/${name}`).catch(() => {
  }) };
}
function isProvablyDead(session) {
  if (session.bootId === "" || session.bootId !== bootId()) return false;
  return !isProcessAlive(session.pid) || session.processStart !== "" && processStart(session.pid) !== session.processStart;
}
async function openSessions(repository, options) {
  const { entries, problems } = await readParsed(repository, { folder: "sessions", type: ObjectType.SESSION, parse: (stored) => byItsWriter(parseSession(stored.body), stored) });
  const open = [];
  const oldest = entries.length === 0 ? 0 : await repository.store.nowMs() - SESSION_AGE_MS_MAX;
  for (const { key: key2, document, modifiedMs } of entries) {
    if (key2 === options.except) continue;
    if (!isProvablyDead(document) && modifiedMs > oldest) open.push({ key: key2, writer: document.writer, modifiedMs });
    else if (options.sweep) await repository.store.delete(key2);
  }
  for (const { key: key2 } of problems) {
    const stat = await repository.store.head(key2);
    if (stat) open.push({ key: key2, writer: void 0, modifiedMs: stat.modifiedMs });
  }
  return open;
}

// src/engine/backup/backup-tree.ts
import fs2 from "node:fs";

// src/engine/backup/big-file.ts
import fs from "node:fs";
var TurnSorter = class {
  #builder;
  #waiting = /* @__PURE__ */ new Map();
  #next = 0;
  constructor(builder) {
    this.#builder = builder;
  }
  take(turn2) {
    this.#waiting.set(turn2.turn, turn2.chunks);
    for (let chunks = this.#waiting.get(this.#next); chunks; chunks = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next);
      this.#next += 1;
      this.#append(chunks);
    }
  }
  #append(chunks) {
    const view = Buffer.from(chunks.buffer, chunks.byteOffset, chunks.length);
    for (let at = 0; at < view.length; at += CHUNK_RECORD_BYTES) this.#builder.add(view.readUInt32LE(at), view.subarray(at + 4, at + CHUNK_RECORD_BYTES));
  }
};
async function storeBigFile(file, parts) {
  const builder = new ContentBuilder(parts.storeBlob);
  const extents = file.isSparse ? parts.access.extents(file.descriptor, file.bytes) : [{ from: 0, to: file.bytes }];
  let at = 0;
  for (const { from, to } of extents) {
    addHole(builder, from - at);
    const sorter = new TurnSorter(builder);
    const stretch = shareStretch(file.descriptor, from, to);
    await parts.runStretch(stretch, (turn2) => sorter.take(turn2));
    throwIfUnread(stretch);
    at = to;
    if (builder.bytes < to) return { content: builder.finish(), bytes: builder.bytes };
  }
  const end = Math.min(file.bytes, fs.fstatSync(file.descriptor).size);
  addHole(builder, end - at);
  return { content: builder.finish(), bytes: builder.bytes };
}
var HOLE_BYTES_MAX = 2 ** 40;
function addHole(builder, bytes) {
  for (let left = bytes; left > 0; left -= HOLE_BYTES_MAX) builder.add(Math.min(left, HOLE_BYTES_MAX), HOLE_ID);
}

// src/engine/backup/tree-builder.ts
var TreeNode = class {
  path;
  parent;
  /** What this node is in its parent. */
  entry;
  result;
  /** Open entries that are not filled yet. */
  waiting = 0;
  filled = /* @__PURE__ */ new Map();
  children = /* @__PURE__ */ new Set();
  constructor(path5, parent, entry) {
    this.path = path5;
    this.parent = parent;
    this.entry = entry;
    parent?.children.add(this);
  }
};
var PAGE_SHIFT = 2 ** 24;
var TreeBuilder = class {
  #store;
  #scratch = new ByteWriter(64 * 1024);
  constructor(store) {
    this.#store = store;
  }
  /** Takes the result of a directory. Returns the id of the root when the whole tree is done. */
  accept(node, result) {
    node.result = result;
    node.waiting = result.open.length;
    return node.waiting === 0 ? this.#close(node) : void 0;
  }
  /** Fills in a big file; `extras` are added to its entry. */
  fillFile(node, entry, content) {
    if (content.extras) node.result.pages[entry.page].extras.push(...content.extras);
    return this.#fill(node, entry, { kind: content.kind, bytes: content.bytes });
  }
  /** Fills in a directory whose inside was left out (another file system, unreadable). */
  leaveOut(node, entry) {
    return this.#fill(node, entry, { kind: ContentKind.NONE, bytes: new Uint8Array(0) });
  }
  /** Seals what is known of an unfinished tree. What was not reached has no content (docs/format/v1.md section 11). */
  sealPartial(root) {
    for (const child of root.children) {
      const id = this.sealPartial(child);
      if (id && child.entry) root.filled.set(key(child.entry), { kind: ContentKind.ONE, bytes: id });
    }
    return root.result ? this.#seal(root, root.result) : void 0;
  }
  #fill(node, entry, filled) {
    node.filled.set(key(entry), filled);
    node.waiting -= 1;
    return node.waiting === 0 ? this.#close(node) : void 0;
  }
  #close(node) {
    const id = this.#seal(node, node.result);
    node.result = void 0;
    const parent = node.parent;
    if (!parent || !node.entry) return id;
    parent.children.delete(node);
    return this.#fill(parent, node.entry, { kind: ContentKind.ONE, bytes: id });
  }
  #seal(node, result) {
    const ids = result.pages.map((page, number) => this.#store.store(this.#assemble(page, number, node)));
    if (ids.length === 1) return ids[0];
    const pages = result.pages.map((page, i) => ({ entries: page.count, firstName: firstName(page), id: ids[i] }));
    return this.#store.store(encodeSplit(pages));
  }
  #assemble(page, number, node) {
    const out = this.#scratch;
    out.clear();
    out.bytes(page.statSection);
    const kindsAt = out.advance(page.count);
    out.buffer.set(page.kinds, kindsAt);
    let from = 0;
    for (let i = 0; i < page.count; i += 1) {
      const end = page.contentEnds[i];
      const filled = page.kinds[i] === CONTENT_OPEN ? node.filled.get(number * PAGE_SHIFT + i) : void 0;
      if (page.kinds[i] === CONTENT_OPEN) {
        out.buffer[kindsAt + i] = filled?.kind ?? ContentKind.NONE;
        if (filled) out.bytes(filled.bytes);
      } else if (end > from) out.bytes(page.contents.subarray(from, end));
      from = end;
    }
    encodeExtras(page.extras, out);
    return out.view();
  }
};
function key(entry) {
  return entry.page * PAGE_SHIFT + entry.entry;
}
function firstName(page) {
  return firstNameOf(page.statSection);
}
function firstNameOf(section) {
  let at = 1;
  let count2 = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = section[at++];
    count2 += (byte & 127) * scale;
    if (byte < 128) break;
  }
  const length = section[at];
  return Buffer.from(section.buffer, section.byteOffset + at + count2, length).toString("latin1");
}

// src/engine/backup/backup-tree.ts
var YIELD_NS = 40000000n;
var BackupTree = class {
  #parts;
  #access = createEntryAccess();
  #pending = [];
  #bigFiles = [];
  /** Taken back from the worker. */
  #recalled = [];
  #running = /* @__PURE__ */ new Map();
  #open = /* @__PURE__ */ new Set();
  #nextNode = 0;
  #rootId;
  #yieldedAt = monotonicNs();
  root = new TreeNode("/");
  counters = emptyCounters();
  skipped = [];
  changedWhileRead = [];
  metadataNotKept = [];
  uids = /* @__PURE__ */ new Set();
  gids = /* @__PURE__ */ new Set();
  directories = 0;
  /** Of the big file that the lanes are in. */
  bytesInFlight = 0;
  currentPath = "/";
  constructor(parts) {
    this.#parts = parts;
  }
  /** Does the whole tree; returns the id of "/". */
  async run(previousRoots) {
    const descriptor = this.#access.openRoot("/");
    await this.#start(this.root, { descriptor, device: "", previous: await this.#previousOf(previousRoots), rules: [] });
    while (!this.#rootId) {
      throwIfAborted(this.#parts.signal);
      await this.#step();
    }
    return this.#rootId;
  }
  /** Closes every descriptor; after a failure. */
  close() {
    for (const { descriptor } of this.#running.values()) fs2.closeSync(descriptor);
    for (const { descriptor } of this.#open) fs2.closeSync(descriptor);
    this.#running.clear();
    this.#open.clear();
  }
  /** Takes a directory's result, from any lane. */
  accept(result) {
    const running = this.#running.get(result.node);
    if (!running) return;
    this.#running.delete(result.node);
    this.directories += 1;
    addCounters(this.counters, result.counters);
    this.skipped.push(...result.skipped);
    this.changedWhileRead.push(...result.changedWhileRead);
    this.metadataNotKept.push(...result.metadataNotKept);
    for (const uid of result.uids) this.uids.add(uid);
    for (const gid of result.gids) this.gids.add(gid);
    const open = { ...running, rules: result.rules, needed: result.open.length };
    if (result.open.length === 0) fs2.closeSync(running.descriptor);
    else this.#open.add(open);
    const done = this.#parts.builder.accept(running.node, result);
    if (done) this.#rootId = done;
    for (const entry of [...result.open].reverse()) (entry.kind === "file" ? this.#bigFiles : this.#pending).push({ parent: open, entry });
  }
  async #step() {
    if (monotonicNs() - this.#yieldedAt > YIELD_NS) {
      await turn();
      await this.#parts.between();
      this.#yieldedAt = monotonicNs();
    }
    const worker = await this.#parts.worker({ queued: this.#pending.length, bigFile: this.#bigFiles.length > 0 });
    if (worker) await this.feed(worker);
    const big = this.#bigFiles.pop();
    if (big) return this.#bigFile(big);
    const next = this.#pending.pop();
    if (next) return this.#startPending(next);
    const back = this.#recalled.pop() ?? worker?.takeBack();
    if (back) return this.accept(await this.#parts.process(back));
    if (worker && worker.queued > 0) await worker.next();
  }
  /** Takes what the worker has done, and gives it what it has room for; also between two slices of a large directory. */
  async feed(worker) {
    worker.drain();
    while (worker.hasRoom && this.#pending.length > 1) await this.#startPending(this.#pending.shift(), worker);
  }
  /** Leaves the worker only what it has begun: for who is about to wait for it. */
  recall(worker) {
    for (let task = worker.takeBack(); task; task = worker.takeBack()) this.#recalled.push(task);
  }
  async #startPending({ parent, entry }, worker) {
    const path5 = join(parent.node.path, entry.name);
    const isOtherFileSystem = this.#parts.oneFileSystem && !this.#parts.only.has(path5) && !this.#parts.rootDevices.has(entry.device);
    let descriptor = -1;
    try {
      if (!isOtherFileSystem) descriptor = this.#access.openDirectory({ descriptor: parent.descriptor, path: parent.node.path }, entry.name);
    } catch (error) {
      const reason = systemCode(error) ?? "unknown";
      this.skipped.push({ path: path5, reason: reason === "ENOENT" ? "VANISHED" : reason });
    }
    this.#release(parent);
    if (descriptor < 0) return this.#leaveOut(parent, entry);
    await this.#start(new TreeNode(path5, parent.node, entry), { descriptor, device: entry.device, previous: await this.#previousOf(entry.previous), rules: parent.rules }, worker);
  }
  async #previousOf(ids) {
    const previous = [];
    for (const id of ids) previous.push(await this.#parts.previousPages(id));
    return previous;
  }
  #leaveOut(parent, entry) {
    const done = this.#parts.builder.leaveOut(parent.node, entry);
    if (done) this.#rootId = done;
  }
  async #start(node, place, worker) {
    this.currentPath = node.path;
    const number = this.#nextNode;
    this.#nextNode += 1;
    this.#running.set(number, { node, descriptor: place.descriptor, device: place.device });
    const task = { node: number, descriptor: place.descriptor, path: node.path, previous: place.previous, only: this.#parts.only.get(node.path), rules: place.rules };
    if (worker) return worker.submit(task);
    this.accept(await this.#parts.process(task));
  }
  async #bigFile({ parent, entry }) {
    const path5 = join(parent.node.path, entry.name);
    this.currentPath = path5;
    let descriptor = -1;
    try {
      descriptor = this.#access.openFile({ descriptor: parent.descriptor, path: parent.node.path }, entry.name);
      const { content, bytes } = await storeBigFile({ descriptor, bytes: entry.bytes, isSparse: entry.isSparse }, { access: this.#access, storeBlob: this.#parts.storeBlob, runStretch: (stretch, take) => this.#runStretch(stretch, take) });
      this.#count(entry, content);
      this.#afterBig(parent, entry, { descriptor, path: path5 });
      this.counters.bytesProcessed += bytes;
      this.#fillBig(parent, entry, { ...content, stored: bytes });
    } catch (error) {
      const reason = isBackupError(error) ? void 0 : systemCode(error);
      if (reason === void 0) throw error;
      this.skipped.push({ path: path5, reason: reason === "ENOENT" ? "VANISHED" : reason });
      this.#fillBig(parent, entry, { kind: ContentKind.NONE, bytes: new Uint8Array(0), stored: entry.bytes });
    } finally {
      this.bytesInFlight = 0;
      if (descriptor >= 0) fs2.closeSync(descriptor);
      this.#release(parent);
    }
  }
  #count({ before }, content) {
    if (!before) this.counters.filesNew += 1;
    else if (before.kind === content.kind && Buffer.compare(before.bytes, content.bytes) === 0 && !this.#parts.trustPrevious) this.counters.filesUnmodified += 1;
    else this.counters.filesChanged += 1;
  }
  #runStretch(stretch, take) {
    return this.#parts.runStretch(stretch, (turn2) => {
      this.bytesInFlight += turn2.bytes;
      take(turn2);
    });
  }
  #afterBig(parent, entry, file) {
    const page = parent.node.result.pages[entry.page];
    const { columns } = pageOf(page.statSection, page.count);
    if (this.#access.isAsListed(file.descriptor, columns, entry.entry)) return;
    page.extras.push({ entry: entry.entry, type: ExtraType.CHANGED, bytes: new Uint8Array(0) });
    this.changedWhileRead.push(file.path);
  }
  #fillBig(parent, entry, content) {
    const pages = parent.node.result.pages;
    const page = pages[entry.page];
    if (content.stored !== entry.bytes) pages[entry.page] = { ...page, statSection: withSize(page.statSection, page.count, { entry: entry.entry, bytes: content.stored }) };
    const done = this.#parts.builder.fillFile(parent.node, entry, content);
    if (done) this.#rootId = done;
  }
  #release(parent) {
    parent.needed -= 1;
    if (parent.needed > 0) return;
    this.#open.delete(parent);
    fs2.closeSync(parent.descriptor);
  }
};
function pageOf(statSection, count2) {
  return decodePage(Buffer.concat([statSection, Buffer.alloc(count2 + 1)]));
}
function withSize(statSection, count2, change) {
  const { columns } = pageOf(statSection, count2);
  columns.setSize(change.entry, change.bytes);
  const out = new ByteWriter(statSection.length + 64);
  encodeStatSection(columns, { from: 0, to: count2 }, out);
  return out.copy();
}

// src/engine/backup/metadata-store.ts
var MetadataStore = class {
  #table;
  #openWriter;
  #writer;
  #lookupIds;
  #lookupId = new Uint32Array(4);
  bytesAdded = 0;
  blobsAdded = 0;
  /** The writer, with its buffers and its compressor, is opened at the first new blob: a run that finds nothing changed has none. */
  constructor(table, openWriter, lookupIds) {
    this.#table = table;
    this.#openWriter = openWriter;
    this.#lookupIds = lookupIds;
  }
  /** Returns the blob's id. The bytes are copied if they are kept. */
  store(bytes) {
    const id = blobIdOf(bytes);
    this.#lookupIds.lookupInto(id, 0, this.#lookupId);
    if (this.#table.claim(this.#lookupId, bytes.length)) {
      this.#writer ??= this.#openWriter();
      this.#writer.add(bytes, this.#lookupId);
      this.bytesAdded += bytes.length;
      this.blobsAdded += 1;
    }
    return id;
  }
  finish() {
    this.#writer?.finishPack();
  }
  discard() {
    this.#writer?.discard();
  }
};

// src/engine/backup/run-lanes.ts
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
var WorkerLane = class {
  #worker;
  #port;
  #events;
  #queue = new WorkerQueue();
  #free = Array.from({ length: PLACES }, (_, place) => place);
  /** By place, oldest first: handed over, and not answered or taken back. */
  #waiting = /* @__PURE__ */ new Map();
  #failure;
  #turns;
  #stretchEnd;
  #answered;
  #wakes = [];
  #isEnding = false;
  counters = { blobsAdded: 0, bytesAdded: 0 };
  /** Of the directory that the worker is in, as far as it has said. */
  inFlight;
  constructor(setup, events) {
    this.#events = events;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = startWorkerThread({ ...setup, port: port2, queue: this.#queue.memory }, [port2]);
    this.#port.on("message", (message) => this.#receive(message));
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", (code) => {
      this.drain();
      if (!this.#isEnding) this.#fail(lostThread(code));
      this.#wakeUp();
    });
  }
  get hasRoom() {
    return this.#free.length > 0;
  }
  get queued() {
    return this.#waiting.size;
  }
  /** Takes what has arrived without a turn of the event loop: a directory's result waits for nothing. */
  drain() {
    for (let received = receiveMessageOnPort(this.#port); received; received = receiveMessageOnPort(this.#port)) this.#receive(received.message);
  }
  /** The worker's blob table, where it was started without one. */
  useTable(dataTable) {
    this.#post({ type: "table", dataTable });
  }
  /** Only while it `hasRoom`. */
  submit(task) {
    const place = this.#free.pop();
    invariant(place !== void 0, "The worker has room for a directory.");
    this.#waiting.set(place, task);
    this.#offer(place, task);
  }
  /** The newest directory that the worker has not begun; it is the caller's then. */
  takeBack() {
    for (const [place, task] of [...this.#waiting].reverse()) {
      if (!this.#queue.begin(place)) continue;
      this.#waiting.delete(place);
      return task;
    }
    return void 0;
  }
  #offer(place, task) {
    this.#queue.offer(place);
    this.#post({ type: "directory", task, place });
  }
  /** Lets the worker take turns at a stretch; resolves when it sees its end. */
  async share(stretch, take) {
    this.#turns = take;
    const end = new Promise((resolve) => {
      this.#stretchEnd = resolve;
    });
    this.#post({ type: "stretch", stretch });
    await Promise.race([end, this.#failed()]);
    this.throwIfFailed();
  }
  /** Resolves at the next message. */
  async next() {
    if (!this.#failure) {
      await new Promise((resolve) => {
        this.#wakes.push(resolve);
      });
    }
    this.throwIfFailed();
  }
  /** Hands over what the worker holds after all that was submitted before; it goes on working. */
  flush() {
    return this.#ask({ type: "flush" });
  }
  /** Seals what the worker holds and ends it. */
  async finish() {
    await this.#ask({ type: "finish" });
    await this.#end();
  }
  async #ask(message) {
    const done = new Promise((resolve) => {
      this.#answered = resolve;
    });
    this.#post(message);
    await Promise.race([done, this.#failed()]);
    this.throwIfFailed();
  }
  /** Ends the worker and throws away what it holds. */
  async discard() {
    this.#isEnding = true;
    const exited = new Promise((resolve) => this.#worker.once("exit", resolve));
    this.#post({ type: "discard" });
    await Promise.race([exited, this.#end()]);
  }
  async #end() {
    await this.#worker.terminate();
    this.#port.close();
  }
  throwIfFailed() {
    if (this.#failure) throw this.#failure;
  }
  #post(message) {
    this.#port.postMessage(message);
  }
  async #failed() {
    while (!this.#failure && !this.#isEnding) {
      await new Promise((resolve) => {
        this.#wakes.push(resolve);
      });
    }
  }
  #receive(message) {
    if ("counters" in message) this.counters = message.counters;
    switch (message.type) {
      case "progress":
        this.inFlight = message.inFlight;
        break;
      case "directory":
        this.#waiting.delete(message.place);
        this.#free.push(message.place);
        this.inFlight = void 0;
        this.#events.onDirectory(message.result);
        break;
      case "passed":
        this.#free.push(message.place);
        break;
      case "index-needed":
        this.#events.onIndexNeeded().then(() => this.#offer(message.place, message.task)).catch((error) => this.#fail(error));
        break;
      case "pack":
        this.#events.onPack(message.pack);
        break;
      case "turn":
        this.#turns?.(message.turn);
        break;
      case "stretch-end":
        this.#stretchEnd?.();
        break;
      case "finished":
        this.#isEnding = true;
        this.#answered?.();
        break;
      case "flushed":
        this.#answered?.();
        break;
      case "failed":
        this.#fail(receivedError(message.error));
    }
    this.#wakeUp();
  }
  #fail(error) {
    this.#failure ??= error;
    this.#wakeUp();
  }
  #wakeUp() {
    for (const wake of this.#wakes.splice(0)) wake();
  }
};

// src/engine/backup/source-roots.ts
import fs3 from "node:fs";
import path from "node:path";
function resolveRoots(paths) {
  if (paths.length === 0) throw new BackupError("USAGE", "No path to back up was given.");
  const real = [];
  const missing = [];
  for (const each of paths) {
    try {
      real.push(Buffer.from(fs3.realpathSync.native(each)).toString("latin1"));
    } catch (error) {
      const cause = systemCode(error) ?? "unknown";
      missing.push({ path: Buffer.from(path.resolve(each)).toString("latin1"), reason: cause });
      if (missing.length === paths.length) throw new BackupError("SOURCE_UNREADABLE", `The path can't be read (${cause}).`, { context: { path: paths.join(", "), cause }, cause: error });
    }
  }
  const roots = [...new Set(real)].filter((root) => !real.some((other) => other !== root && root.startsWith(other === "/" ? "/" : `${other}/`))).sort();
  return { roots, missing };
}
function ancestors(roots) {
  const only = /* @__PURE__ */ new Map();
  for (const root of roots) {
    for (let at = root; at !== "/"; ) {
      const slash = at.lastIndexOf("/");
      const parent = slash === 0 ? "/" : at.slice(0, slash);
      const names = only.get(parent) ?? [];
      if (!names.includes(at.slice(slash + 1))) only.set(parent, [...names, at.slice(slash + 1)]);
      at = parent;
    }
  }
  return only;
}

// src/engine/backup/backup.ts
var MIB = 1024 * 1024;
var NEW_BLOBS_BEFORE_WORKER = 640;
var FILES_READ_BEFORE_WORKER = 1e3;
var FILES_BEFORE_WORKER = 1e5;
var DIRECTORIES_BEFORE_WORKER = 8;
var NEW_BLOBS_RESERVED = 6e6;
var TURN_NS = 40000000n;
var CHECKPOINT_MS = 10 * 60 * 1e3;
var LISTED_MAX = 1e3;
var ATTEMPTS_MAX = 3;
async function backupFiles(repository, options) {
  var _stack = [];
  try {
    requireFeatures(repository.config, "write");
    if (options.runId !== void 0) checkRunId(options.runId);
    const roots = resolveRoots(options.paths);
    const writer = __using(_stack, options.state.claimWriter());
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await new BackupRun(repository, options, { ...roots, writer: writer.id }).run();
      } catch (error) {
        if (attempt === ATTEMPTS_MAX || !isBackupError(error, "REPOSITORY_LOCKED")) throw error;
      }
    }
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    __callDispose(_stack, _error, _hasError);
  }
}
var BackupRun = class {
  #repository;
  #options;
  #roots;
  #missing;
  #writer;
  #shipper;
  #startedNs = monotonicNs();
  #startedAt = isoTime(nowMs());
  #history;
  #parent;
  /** What unchanged files are taken from: an interrupted run's checkpoint before the parent. */
  #previous = [];
  #lane;
  #laneSetup;
  #workSettings;
  #metadata;
  #tree;
  #builder;
  #worker;
  /** Shared with all lanes. */
  #stop = new Int32Array(new SharedArrayBuffer(4));
  /** Of the directory that the main lane is in. */
  #inFlight;
  #indexLoading;
  #checkpointAtMs = nowMs() + CHECKPOINT_MS;
  #checkpoint;
  constructor(repository, options, parts) {
    this.#repository = repository;
    this.#options = options;
    this.#roots = parts.roots;
    this.#missing = parts.missing;
    this.#writer = parts.writer;
    this.#shipper = new PackShipper(repository);
  }
  async run() {
    const { signal } = this.#options;
    const stop = () => Atomics.store(this.#stop, 0, 1);
    signal?.addEventListener("abort", stop);
    try {
      var _stack = [];
      try {
        const session = __using(_stack, await openWriterSession(this.#repository, this.#writer), true);
        return await this.#runInSession(session);
      } catch (_) {
        var _error = _, _hasError = true;
      } finally {
        var _promise = __callDispose(_stack, _error, _hasError);
        _promise && await _promise;
      }
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }
  get #signer() {
    return this.#repository.keys.writer(this.#writer);
  }
  async #runInSession(session) {
    var _stack = [];
    try {
      const { signal, state } = this.#options;
      const seen = state.heads();
      this.#history = await readWriterHistory(this.#repository, { ...signal && { signal }, ...seen && { seen } });
      if (this.#history.rollbacks[0]) throw this.#history.rollbacks[0];
      const { runId } = this.#options;
      const committed = runId === void 0 ? void 0 : await committedRun(this.#repository, this.#history, runId);
      if (committed) return this.#result({ ...committed, isRepeat: true });
      await this.#choosePrevious();
      const meta = await openIndex(this.#repository, IndexClass.META, { ...this.#history.deleteLog.packs, reserveEntries: 2e6, ...signal && { signal } });
      const { reader, segments } = openReader(this.#repository, meta);
      const _segments = __using(_stack, segments, true);
      this.#prepareLanes(this.#history.deleteLog.tombstoned.size === 0 ? meta.index.table : await this.#liveMetadata());
      try {
        const readPages = (id) => this.#previousPages(id, (blobId) => reader.readSync(blobId) ?? reader.read(blobId, signal));
        const tree = await this.#buildTree(readPages);
        return await this.#commit(tree, session);
      } catch (error) {
        await this.#abandon(error);
        throw error;
      }
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      var _promise = __callDispose(_stack, _error, _hasError);
      _promise && await _promise;
    }
  }
  /** A writer never relies on condemned packs: metadata that stands only there is stored anew. */
  async #liveMetadata() {
    const live = await openIndex(this.#repository, IndexClass.META, { ...this.#history.deleteLog.packs, omitTombstoned: true, reserveEntries: 2e6 });
    return live.index.table;
  }
  async #choosePrevious() {
    const ofSource = this.#history.snapshots.filter(({ document }) => document.source === this.#options.source && document.sourceKind === "FILES");
    const full = ofSource.filter(({ document }) => document.type === SnapshotType.FULL);
    this.#parent = this.#options.type === SnapshotType.DIFFERENTIAL ? full.at(-1) : ofSource.at(-1);
    const newer = this.#history.checkpoints.filter(({ document }) => document.source === this.#options.source && (!this.#parent || document.finishedAt > this.#parent.document.finishedAt));
    const { whole } = await judgeCheckpoints(this.#repository, { checkpoints: newer.slice(-1), deleteLog: this.#history.deleteLog });
    this.#previous = [...whole, ...this.#parent ? [this.#parent] : []];
  }
  #prepareLanes(metaTable) {
    const { keys, store } = this.#repository;
    const { tombstoned, lossGeneration } = this.#history.deleteLog;
    const isWhole = this.#previous.every(({ document }) => document.deleteGeneration >= lossGeneration);
    const isTrusting = this.#options.type !== SnapshotType.FULL && tombstoned.size === 0 && isWhole;
    this.#workSettings = { filters: this.#options.filters ?? {}, roots: this.#roots, trustPrevious: isTrusting, leftOut: this.#ownFolders(), stop: this.#stop.buffer };
    makeDirectories(store.stagingDirectory, { mode: 448 });
    this.#laneSetup = {
      scope: keys.scope(),
      stagingDirectory: store.stagingDirectory,
      chunkerSecret: keys.chunkerSecret,
      idKey: keys.idKey.key,
      segmentBytes: this.#options.segmentBytes ?? MIB,
      packBytes: this.#options.packBytes ?? 64 * MIB,
      compressionLevel: this.#options.compressionLevel ?? 3
    };
    this.#lane = new Lane(this.#laneSetup, (pack) => this.#shipper.ship(pack));
    this.#metadata = new MetadataStore(metaTable, () => this.#lane.metadataWriter(), this.#lane.lookupIds);
    this.#builder = new TreeBuilder(this.#metadata);
  }
  /** The repository does not back itself up. Throws USAGE for a path inside it. */
  #ownFolders() {
    if (!this.#repository.store.capabilities.localFiles) return [];
    const own = Buffer.from(fs4.realpathSync.native(this.#repository.store.location)).toString("latin1");
    const inside = this.#roots.find((root) => root === own || root.startsWith(`${own}/`));
    if (inside !== void 0) throw new BackupError("USAGE", `The path ${printablePath(inside)} lies inside the repository.`);
    return [own];
  }
  #previousPages(id, read) {
    const blob = read(id);
    return blob instanceof Promise ? blob.then((bytes) => this.#pagesOf(bytes, read)).catch(noPrevious) : this.#pagesOf(blob, read);
  }
  #pagesOf(blob, read) {
    if (blob[0] === BlobKind.PAGE) return [Uint8Array.from(blob)];
    return readEach(decodeSplit(blob).map((page) => page.id), read).catch(noPrevious);
  }
  async #buildTree(previousPages) {
    const work = createDirectoryWork(this.#lane, this.#workSettings);
    const only = ancestors(this.#roots);
    this.#tree = new BackupTree({
      builder: this.#builder,
      storeBlob: (blob) => this.#metadata.store(blob),
      previousPages,
      process: (task) => this.#process(work, task),
      worker: (hint) => this.#workerFor(hint),
      runStretch: (stretch, take) => this.#runStretch(stretch, take),
      between: () => this.#between(),
      only,
      oneFileSystem: this.#options.filters?.oneFileSystem === true,
      trustPrevious: this.#workSettings.trustPrevious,
      rootDevices: this.#rootDevices(),
      signal: this.#options.signal
    });
    this.#tree.skipped.push(...this.#missing);
    return this.#tree.run(this.#previous.map(({ document }) => Buffer.from(document.tree, "hex")));
  }
  #rootDevices() {
    return new Set(this.#roots.map((root) => {
      const { dev } = fs4.statSync(Buffer.from(root, "latin1"));
      return `${dev >> 8 & 4095}:${dev & 255 | dev >> 12 & 1048320}`;
    }));
  }
  async #process(work, task) {
    try {
      return await this.#inSlices(work.slices(task));
    } catch (error) {
      if (!(error instanceof IndexNeeded)) throw error;
      await this.#loadIndex();
      return await this.#inSlices(work.slices(task));
    }
  }
  async #inSlices(slices) {
    for (let slice = slices.next(); ; slice = slices.next()) {
      this.#inFlight = slice.done ? void 0 : slice.value;
      if (slice.done) return slice.value;
      await turn();
      await this.#between();
      if (this.#worker) await this.#tree.feed(this.#worker);
    }
  }
  /** The data index is only loaded when the first new blob appears. */
  #loadIndex() {
    this.#indexLoading ??= this.#loadIndexOnce();
    return this.#indexLoading;
  }
  async #loadIndexOnce() {
    const { index } = await openIndex(this.#repository, IndexClass.DATA, { ...this.#history.deleteLog.packs, omitTombstoned: true, reserveEntries: NEW_BLOBS_RESERVED });
    this.#laneSetup = { ...this.#laneSetup, dataTable: index.table.memory };
    this.#lane.useTable(index.table.memory);
    this.#worker?.useTable(index.table.memory);
  }
  #workerFor(hint) {
    if (this.#worker || this.#options.workers === 0) return this.#worker;
    const { filesNew, filesChanged } = this.#tree.counters;
    const isBusy = this.#lane.counters.blobsAdded >= NEW_BLOBS_BEFORE_WORKER || hint.bigFile || filesNew + filesChanged >= FILES_READ_BEFORE_WORKER;
    const isWide = hint.queued >= DIRECTORIES_BEFORE_WORKER;
    if (isBusy || isWide && this.#previous.length === 0) return this.#loadIndex().then(() => this.#startWorker());
    return isWide && (this.#filesExpected ?? 0) >= (this.#options.filesBeforeWorker ?? FILES_BEFORE_WORKER) ? this.#startWorker() : void 0;
  }
  /** What the parent had. */
  get #filesExpected() {
    const summary = this.#parent?.document.summary;
    return summary && summary.filesNew + summary.filesChanged + summary.filesUnmodified;
  }
  /** Without the data index when nothing new has appeared yet. */
  #startWorker() {
    this.#worker = new WorkerLane({ lane: this.#laneSetup, work: this.#workSettings }, { onDirectory: (result) => this.#tree.accept(result), onPack: (pack) => this.#shipper.ship(pack), onIndexNeeded: () => this.#loadIndex() });
    return this.#worker;
  }
  async #runStretch(stretch, take) {
    await this.#loadIndex();
    const shared = this.#worker?.share(stretch, take);
    shared?.catch(() => {
    });
    let turnedNs = monotonicNs();
    for (let mine = takeTurn(this.#lane, stretch); mine; mine = takeTurn(this.#lane, stretch)) {
      take(mine);
      if (monotonicNs() - turnedNs > TURN_NS) {
        await turn();
        turnedNs = monotonicNs();
      }
      await this.#between();
      if (this.#options.signal?.aborted) endStretch(stretch);
    }
    await shared;
    throwIfAborted(this.#options.signal);
  }
  async #between() {
    await this.#shipper.room();
    this.#worker?.throwIfFailed();
    this.#report("scan");
    if (nowMs() > this.#checkpointAtMs) await this.#saveCheckpoint();
  }
  #report(phase) {
    const expected = this.#parent?.document.summary;
    const parts = [this.#tree.counters, this.#inFlight, this.#worker?.inFlight].filter((each) => each !== void 0);
    this.#options.onProgress?.({
      phase,
      filesDone: parts.reduce((sum, { filesNew, filesChanged, filesUnmodified }) => sum + filesNew + filesChanged + filesUnmodified, 0),
      bytesDone: parts.reduce((sum, { bytesProcessed }) => sum + bytesProcessed, this.#tree.bytesInFlight),
      bytesAdded: this.#bytesAdded,
      filesExpected: this.#filesExpected,
      bytesExpected: expected?.bytesProcessed,
      currentPath: this.#tree.currentPath
    });
  }
  get #bytesAdded() {
    return this.#lane.counters.bytesAdded + (this.#worker?.counters.bytesAdded ?? 0) + this.#metadata.bytesAdded;
  }
  async #commit(tree, session) {
    await this.#worker?.finish();
    this.#lane.finish();
    this.#metadata.finish();
    await this.#shipper.settle(this.#repository.keys.idKey.version);
    this.#report("finish");
    const document = this.#document(tree, true);
    const committed = await commitSnapshot(this.#repository, { document, signer: this.#signer, writing: { session, log: this.#history.deleteLog } });
    await this.#dropCheckpoints();
    const heads = headsOf(this.#history, this.#repository.keys.generation);
    this.#options.state.remember({ ...heads, writers: { ...heads.writers, [document.writer]: document.sequence ?? 0 } });
    return this.#result(committed);
  }
  #result({ name, document, isRepeat }) {
    return { snapshot: name, document, isRepeat, durationMs: Number(monotonicNs() - this.#startedNs) / 1e6 };
  }
  #document(tree, complete) {
    const writer = this.#writer.toString("hex");
    const heads = headsOf(this.#history, this.#repository.keys.generation);
    const sequence = Math.max(heads.writers[writer] ?? 0, this.#options.state.heads()?.writers[writer] ?? 0) + 1;
    const mine = this.#history.snapshots.filter(({ document }) => document.writer === writer).at(-1);
    const { skipped, changedWhileRead, metadataNotKept } = this.#tree;
    return {
      kind: complete ? "snapshot" : "checkpoint",
      source: this.#options.source,
      sourceKind: "FILES",
      type: this.#type(),
      complete,
      host: hostName(),
      user: userName(),
      program: this.#options.program,
      startedAt: this.#startedAt,
      finishedAt: isoTime(nowMs()),
      paths: this.#roots.map(pathText),
      tags: this.#options.tags ?? [],
      tree: tree.toString("hex"),
      parent: this.#parent?.name ?? null,
      ...this.#options.runId !== void 0 && { runId: this.#options.runId },
      writer,
      ...complete && { sequence },
      previous: mine?.name ?? null,
      seen: othersSeen(this.#history, writer),
      keyGeneration: this.#repository.keys.generation,
      deleteGeneration: this.#history.deleteLog.newestGeneration,
      summary: this.#summary(),
      skipped: skipped.slice(0, LISTED_MAX).map(({ path: path5, reason }) => ({ path: pathText(path5), reason })),
      skippedCount: skipped.length,
      changedWhileRead: changedWhileRead.slice(0, LISTED_MAX).map(pathText),
      changedCount: changedWhileRead.length,
      metadataNotKept: metadataNotKept.slice(0, LISTED_MAX).map(({ path: path5, what }) => ({ path: pathText(path5), what })),
      notKeptCount: metadataNotKept.length,
      owners: this.#owners(),
      filters: { ...this.#options.filters }
    };
  }
  /** A first run of a source is full, whatever was asked for. */
  #type() {
    return this.#parent ? this.#options.type ?? SnapshotType.INCREMENTAL : SnapshotType.FULL;
  }
  #summary() {
    const { filesNew, filesChanged, filesUnmodified, filesFiltered, bytesProcessed } = this.#tree.counters;
    const blobsAdded = this.#lane.counters.blobsAdded + (this.#worker?.counters.blobsAdded ?? 0) + this.#metadata.blobsAdded;
    return { filesNew, filesChanged, filesUnmodified, filesFiltered, directories: this.#tree.directories, bytesProcessed, bytesAdded: this.#bytesAdded, bytesStored: this.#shipper.bytesStored, blobsAdded };
  }
  #owners() {
    const names = readOwnerNames();
    const pick = (ids, from) => Object.fromEntries([...ids].flatMap((id) => from.has(id) ? [[String(id), from.get(id)]] : []));
    return { users: pick(this.#tree.uids, names.users), groups: pick(this.#tree.gids, names.groups) };
  }
  /** After a failure: what is stored stays useful as a checkpoint when the run was stopped; otherwise open packs are thrown away. */
  async #abandon(error) {
    if (isBackupError(error, "ABORTED")) {
      try {
        await this.#worker?.finish();
        this.#worker = void 0;
        this.#tree?.close();
        await this.#saveCheckpoint(true);
        return;
      } catch {
      }
    }
    this.#tree?.close();
    await this.#worker?.discard();
    this.#lane.discard();
    this.#metadata.discard();
  }
  async #saveCheckpoint(isLast = false) {
    this.#checkpointAtMs = nowMs() + CHECKPOINT_MS;
    if (this.#worker && !isLast) {
      this.#tree.recall(this.#worker);
      await this.#worker.flush();
    }
    const tree = this.#builder.sealPartial(this.#tree.root);
    if (!tree) return;
    this.#lane.finish();
    this.#metadata.finish();
    await this.#shipper.settle(this.#repository.keys.idKey.version);
    const name = await this.#repository.writeDocument(this.#document(tree, false), { type: ObjectType.CHECKPOINT, folder: "checkpoints", signer: this.#signer });
    if (this.#checkpoint) await this.#repository.store.delete(`checkpoints/${this.#checkpoint}`);
    this.#checkpoint = name;
  }
  /** A finished run makes the source's earlier checkpoints needless. */
  async #dropCheckpoints() {
    const mine = this.#history.checkpoints.filter(({ document }) => document.source === this.#options.source && document.host === hostName()).map(({ name }) => name);
    for (const name of this.#checkpoint ? [...mine, this.#checkpoint] : mine) await this.#repository.store.delete(`checkpoints/${name}`);
  }
};
async function readEach(ids, read) {
  const pages = [];
  for (const id of ids) pages.push(Uint8Array.from(await read(id)));
  return pages;
}
function noPrevious(error) {
  if (isBackupError(error, "DAMAGED") || isBackupError(error, "NOT_FOUND")) return [];
  throw error;
}

// src/engine/maintenance/copy-blobs.ts
var WORKER_BYTES_MIN = 32 * 1024 * 1024;
async function copyBlobs(work) {
  var _stack = [];
  try {
    const { to, packs, signal } = work;
    if (packs.length === 0) return 0;
    makeDirectories(to.store.stagingDirectory, { mode: 448 });
    const shipper = new PackShipper(to, signal);
    const queue = packs.map((pack) => taskOf(work, pack)).sort((a, b) => b.bytes - a.bytes);
    const setup = setupOf(work);
    const isLarge = queue.length > 1 && queue.reduce((sum, { bytes }) => sum + bytes, 0) >= WORKER_BYTES_MIN;
    const lane = __using(_stack, isLarge ? new CopierLane(setup, { queue, shipper, onBytes: work.onBytes }) : void 0, true);
    const copier = new PackCopier(setup, (pack) => shipper.ship(pack));
    try {
      for (let task = queue.shift(); task; task = queue.shift()) {
        throwIfAborted(signal);
        const bytes = copier.copy(task);
        work.onBytes?.(bytes);
        await shipper.room();
        await turn();
      }
      copier.finish();
    } catch (error) {
      queue.length = 0;
      copier.discard();
      throw error;
    }
    await lane?.finished;
    await shipper.settle(to.keys.idKey.version);
    return shipper.bytesStored;
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
function taskOf({ from, marked: marked2 }, pack) {
  const { name, bytes, entryFrom, blobCount, segmentFrom, segmentCount } = marked2.index.packs[pack];
  const sealedBytes = Uint32Array.from({ length: segmentCount }, (_, i) => marked2.index.placeOfSegment(segmentFrom + i).sealedBytes);
  return { path: from.store.localPath(packKey(name)) ?? "", name, bytes, entryFrom, blobCount, sealedBytes };
}
function setupOf({ from, to, indexClass, marked: marked2 }) {
  return {
    from: { repositoryId: from.keys.repositoryId, masters: from.keys.bundle.masters, idKey: from.keys.idKey.key },
    to: { scope: to.keys.scope(), idKey: to.keys.idKey.key, stagingDirectory: to.store.stagingDirectory },
    type: indexClass === "data" ? ObjectType.PACK_DATA : ObjectType.PACK_META,
    table: marked2.index.table.memory,
    needed: marked2.needed
  };
}
var CopierLane = class {
  #worker;
  #parts;
  /** Resolves when the worker's last pack was handed over. */
  finished;
  constructor(setup, parts) {
    this.#parts = parts;
    this.#worker = startWorkerThread({ copier: setup });
    this.finished = new Promise((resolve, reject) => {
      this.#worker.on("message", (message) => {
        if ("pack" in message) parts.shipper.ship(message.pack);
        else if ("failed" in message) reject(receivedError(message.failed));
        else if ("ended" in message) resolve();
        else {
          parts.onBytes?.(message.copied);
          this.#next();
        }
      });
      this.#worker.on("error", reject);
      this.#worker.on("exit", (code) => reject(lostThread(code)));
    });
    this.finished.catch(() => {
    });
    this.#next();
  }
  #next() {
    const task = this.#parts.queue.shift();
    this.#worker.postMessage(task ? { task } : { end: "finish" });
  }
  async [Symbol.asyncDispose]() {
    const isDone = await Promise.race([this.finished.then(() => true, () => true), turn().then(() => false)]);
    if (!isDone) {
      this.#worker.postMessage({ end: "discard" });
      await this.finished.catch(() => {
      });
    }
    await this.#worker.terminate();
  }
};

// src/engine/maintenance/pack-tasks.ts
async function storedPacks(repository) {
  const sizes = /* @__PURE__ */ new Map();
  for await (const { key: key2, bytes } of repository.store.list("packs/")) sizes.set(key2.slice(-64), bytes);
  return sizes;
}
function tasksOf(repository, index, facts) {
  const age = (name) => facts.lastVerified.get(name) ?? 0;
  const present = index.packs.filter(({ name }) => facts.sizes.has(name)).sort((a, b) => age(a.name) - age(b.name) || b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
  return present.map(({ name, bytes, entryFrom, blobCount, segmentFrom, segmentCount }) => ({
    path: repository.store.localPath(packKey(name)) ?? "",
    name,
    bytes,
    entryFrom,
    blobCount,
    sealedBytes: Uint32Array.from({ length: segmentCount }, (_, i) => index.placeOfSegment(segmentFrom + i).sealedBytes)
  }));
}
function tasksWithin(tasks, bytes, lastVerified) {
  const age = ({ name }) => lastVerified.get(name) ?? 0;
  let left = bytes;
  const taken = [...tasks.first, ...tasks.second].sort((a, b) => age(a) - age(b)).filter((task) => {
    const isTaken = left > 0;
    left -= task.bytes;
    return isTaken;
  });
  return new Set(taken);
}
function setupOf2({ keys }, index) {
  return { repositoryId: keys.repositoryId, masters: keys.bundle.masters, idKey: keys.idKey.key, table: index.table.memory };
}

// src/engine/maintenance/mark.ts
async function markNeeded(repository, history, options = {}) {
  const signal = options.signal ? { signal: options.signal } : {};
  const known = { ...history.deleteLog.packs, storedPacks: new Set((await storedPacks(repository)).keys()), ...signal };
  const meta = await openIndex(repository, IndexClass.META, known);
  const data = await openIndex(repository, IndexClass.DATA, known);
  const problem = [...meta.problems, ...data.problems, ...history.problems][0];
  if (problem) throw new BackupError("DAMAGED", "An object that says what is needed is damaged: nothing is deleted. Run repair first.", { context: { object: problem.key }, cause: problem.error });
  const { whole, broken } = await judgeCheckpoints(repository, history);
  const marks = { meta: marked(meta), data: marked(data), brokenCheckpoints: broken };
  const { reader, segments } = openReader(repository, meta, { cacheSegments: 8 });
  const lookupIds = new LookupIds(repository.keys.idKey.key);
  try {
    for (const { name, document } of [...history.snapshots, ...history.rivals, ...history.superseded, ...whole]) await markTree(reader, Buffer.from(document.tree, "hex"), { marks, lookupIds, snapshot: name, isGivenUp: document.deleteGeneration < history.deleteLog.lossGeneration, ...signal });
  } finally {
    await segments.release();
  }
  return marks;
}
function sharedBytes(count2) {
  return new Uint8Array(new SharedArrayBuffer(count2));
}
function marked(load) {
  return { load, index: load.index, needed: sharedBytes(load.index.table.count) };
}
async function markTree(reader, tree, parts) {
  const lookupId = new Uint32Array(4);
  const lookedUp = (id) => {
    parts.lookupIds.lookupInto(id, 0, lookupId);
    return lookupId;
  };
  const mark = ({ index, needed }, id) => {
    const entry = index.table.find(lookedUp(id));
    if (entry < 0 && parts.isGivenUp) return false;
    if (entry < 0) throw new BackupError("DAMAGED", "A snapshot needs data that no index names: nothing is deleted.", { context: { object: `snapshots/${parts.snapshot}` } });
    if (needed[entry] === 1) return false;
    needed[entry] = 1;
    const pack = index.packs[index.placeOfSegment(index.table.segmentOf(entry)).pack];
    if (pack.isTombstoned || !pack.isStored) for (const copy of index.table.findAll(lookupId)) needed[copy] = 1;
    return true;
  };
  await visitClosure(reader, tree, {
    metadata: (id) => mark(parts.marks.meta, id),
    data: (id) => void mark(parts.marks.data, id),
    ...parts.isGivenUp && { isLost: (id) => parts.marks.meta.index.table.find(lookedUp(id)) < 0 },
    ...parts.signal && { signal: parts.signal }
  });
}
function packUses({ index, needed }) {
  return index.packs.map(({ entryFrom, blobCount }, pack) => {
    let liveBlobs = 0;
    let liveBytes = 0;
    let plainBytes = 0;
    for (let entry = entryFrom; entry < entryFrom + blobCount; entry += 1) {
      const bytes = index.table.bytesOf(entry);
      plainBytes += bytes;
      if (needed[entry] !== 1) continue;
      liveBlobs += 1;
      liveBytes += bytes;
    }
    return { pack, liveBlobs, liveBytes, plainBytes };
  });
}

// src/engine/maintenance/copy.ts
var ATTEMPTS_MAX2 = 3;
async function copySnapshots(from, to, options) {
  var _stack2 = [];
  try {
    requireFeatures(to.config, "write");
    if (from.keys.repositoryId.equals(to.keys.repositoryId)) throw new BackupError("USAGE", "Both locations hold the same repository: nothing can be copied.");
    const writer = __using(_stack2, options.state.claimWriter());
    for (let attempt = 1; ; attempt += 1) {
      try {
        var _stack = [];
        try {
          const session = __using(_stack, await openWriterSession(to, writer.id), true);
          return await copyInSession({ from, to, writer: writer.id, session }, options);
        } catch (_) {
          var _error = _, _hasError = true;
        } finally {
          var _promise = __callDispose(_stack, _error, _hasError);
          _promise && await _promise;
        }
      } catch (error) {
        if (attempt === ATTEMPTS_MAX2 || !isBackupError(error, "REPOSITORY_LOCKED")) throw error;
      }
    }
  } catch (_2) {
    var _error2 = _2, _hasError2 = true;
  } finally {
    __callDispose(_stack2, _error2, _hasError2);
  }
}
async function copyInSession(ends, options) {
  const signal = options.signal ? { signal: options.signal } : {};
  const seen = options.state.heads();
  const history = await readHistory(ends.to, { ...signal, ...seen && { seen } });
  if (history.rollbacks[0]) throw history.rollbacks[0];
  const there = new Map(history.snapshots.flatMap(({ name, document }) => document.copiedFrom ? [[document.copiedFrom.snapshot, name]] : []));
  const wanted = options.snapshots.filter(({ name }) => !there.has(name));
  const moved = wanted.length === 0 ? { bytesCopied: 0, bytesStored: 0 } : await copyContent(ends, { wanted, history, options });
  const copied = await commit(ends, { wanted, history, there, options });
  return { copied, present: options.snapshots.length - wanted.length, ...moved, userFiles: await countUserFiles(ends.from.store, signal) };
}
async function copyContent({ from, to }, { wanted, history, options }) {
  const signal = options.signal ? { signal: options.signal } : {};
  const marks = await markMissing(from, to, { wanted, history, options });
  const bytesExpected = bytesMarked(marks.meta) + bytesMarked(marks.data);
  let bytesCopied = 0;
  let bytesStored = 0;
  for (const indexClass of [IndexClass.DATA, IndexClass.META]) {
    const marked2 = marks[indexClass];
    const onBytes = (bytes) => {
      bytesCopied += bytes;
      options.onProgress?.({ filesDone: 0, bytesDone: bytesCopied, bytesExpected });
    };
    bytesStored += await copyBlobs({ from, to, indexClass, marked: marked2, packs: packsMarked(marked2), onBytes, ...signal });
  }
  return { bytesCopied, bytesStored };
}
async function markMissing(from, to, { wanted, history, options }) {
  var _stack = [];
  try {
    const signal = options.signal ? { signal: options.signal } : {};
    const live = { ...history.deleteLog.packs, omitTombstoned: true, ...signal };
    const missing = {
      meta: await missingIn(from, IndexClass.META, { table: (await openIndex(to, IndexClass.META, live)).index.table, repository: to }),
      data: await missingIn(from, IndexClass.DATA, { table: (await openIndex(to, IndexClass.DATA, live)).index.table, repository: to })
    };
    const { reader, segments } = openReader(from, missing.meta.marked.load, { cacheSegments: 8 });
    const _segments = __using(_stack, segments, true);
    for (const { document } of wanted) {
      throwIfAborted(options.signal);
      await visitClosure(reader, Buffer.from(document.tree, "hex"), { metadata: missing.meta.visit, data: (id) => void missing.data.visit(id), ...signal });
    }
    return { meta: missing.meta.marked, data: missing.data.marked };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
async function missingIn(from, indexClass, to) {
  const load = await openIndex(from, indexClass, (await readDeleteLog(from)).packs);
  const { index } = load;
  const visited = new Uint8Array(index.table.count);
  const marked2 = { load, index, needed: sharedBytes(index.table.count) };
  const ids = { from: new LookupIds(from.keys.idKey.key), to: new LookupIds(to.repository.keys.idKey.key), lookup: new Uint32Array(4) };
  const visit = (id) => {
    ids.from.lookupInto(id, 0, ids.lookup);
    const entry = index.table.find(ids.lookup);
    if (entry < 0) throw new BackupError("DAMAGED", "A snapshot to be copied needs data that no index names. Run verify on the first repository.");
    if (visited[entry] === 1) return false;
    visited[entry] = 1;
    ids.to.lookupInto(id, 0, ids.lookup);
    if (to.table.find(ids.lookup) < 0) marked2.needed[entry] = 1;
    return true;
  };
  return { marked: marked2, visit };
}
function bytesMarked({ index, needed }) {
  return needed.reduce((sum, isNeeded, entry) => sum + (isNeeded === 1 ? index.table.bytesOf(entry) : 0), 0);
}
function packsMarked({ index, needed }) {
  return index.packs.flatMap(({ entryFrom, blobCount }, pack) => needed.subarray(entryFrom, entryFrom + blobCount).includes(1) ? [pack] : []);
}
async function commit({ from, to, writer, session }, parts) {
  const { wanted, history, there, options } = parts;
  const signer = to.keys.writer(writer);
  const id = writer.toString("hex");
  const heads = headsOf(history, to.keys.generation);
  let sequence = Math.max(heads.writers[id] ?? 0, options.state.heads()?.writers[id] ?? 0);
  let previous = history.snapshots.filter(({ document }) => document.writer === id).at(-1)?.name ?? null;
  const copied = [];
  for (const { name, document } of wanted) {
    sequence += 1;
    const parent = document.parent === null ? null : there.get(document.parent) ?? null;
    const copy = {
      ...document,
      parent,
      writer: id,
      sequence,
      previous,
      seen: othersSeen(history, id),
      keyGeneration: to.keys.generation,
      deleteGeneration: history.deleteLog.newestGeneration,
      copiedFrom: { repository: from.keys.repositoryId.toString("hex"), snapshot: name }
    };
    previous = await to.writeDocument(copy, { type: ObjectType.SNAPSHOT, folder: "snapshots", signer });
    await confirmSnapshot(to, { name: previous, document: copy, signer }, { session, log: history.deleteLog });
    there.set(name, previous);
    copied.push(previous);
    options.state.remember({ ...heads, writers: { ...heads.writers, [id]: sequence } });
  }
  return copied;
}

// src/engine/maintenance/delete-entries.ts
function writeDeleteEntry(repository, document) {
  const prefix = `${document.generation.toString(16).padStart(16, "0")}-`;
  return repository.writeDocument(document, { type: ObjectType.DELETE, folder: "deletes", signer: repository.keys.maintenance, prefix });
}

// src/engine/maintenance/index-rewrite.ts
var BLOBS_MAX = 65536;
var SMALL_BLOBS = 8192;
var SMALL_SEGMENTS_MIN = 16;
var TYPES = { data: ObjectType.INDEX_DATA, meta: ObjectType.INDEX_META };
async function rewriteIndex(repository, indexClass, condemned) {
  const stored = await readSegments(repository, indexClass, condemned);
  const replaced = new Set(stored.flatMap(({ segment }) => segment.supersedes));
  const inForce2 = stored.filter(({ name }) => !replaced.has(name));
  const touched = inForce2.filter(({ segment, kept }) => kept.length < segment.packs.length);
  const small = inForce2.filter((each) => !touched.includes(each) && blobs(each) < SMALL_BLOBS);
  const work = small.length >= SMALL_SEGMENTS_MIN ? [...touched, ...small] : touched;
  for (const group of grouped(work)) await replace(repository, indexClass, group);
  const gone = [...stored.filter(({ name }) => replaced.has(name)), ...work].map(({ name }) => name);
  for (const name of gone) await repository.store.delete(`index/${indexClass}/${name}`);
  return gone;
}
async function readSegments(repository, indexClass, condemned) {
  const stored = [];
  for await (const { key: key2 } of repository.store.list(`index/${indexClass}/`)) {
    const segment = decodeIndexSegment(await repository.readPayload(key2, TYPES[indexClass]));
    stored.push({ name: key2.slice(-64), segment, kept: segment.packs.filter(({ name }) => !condemned.has(name)) });
  }
  return stored;
}
function blobs({ kept }) {
  return kept.reduce((sum, pack) => sum + pack.blobBytes.length, 0);
}
function grouped(work) {
  const result = [];
  let room = 0;
  for (const each of work) {
    const need = blobs(each);
    if (result.length === 0 || need > room) {
      result.push([]);
      room = BLOBS_MAX;
    }
    result.at(-1).push(each);
    room -= need;
  }
  return result;
}
async function replace(repository, indexClass, group) {
  const packs = uniquePacks(group.flatMap(({ kept }) => kept));
  if (packs.length === 0) return;
  const idKeyVersion = group[0].segment.idKeyVersion;
  const payload = encodeIndexSegment({ idKeyVersion, supersedes: group.map(({ name: name2 }) => name2), packs });
  const name = await repository.writePayload(payload, { type: TYPES[indexClass], folder: `index/${indexClass}` });
  const readBack = await repository.readPayload(`index/${indexClass}/${name}`, TYPES[indexClass]);
  if (!readBack.equals(payload)) throw new BackupError("DAMAGED", "An index segment does not read back as it was written.", { context: { object: `index/${indexClass}/${name}` } });
}
function uniquePacks(packs) {
  return [...new Map(packs.map((pack) => [pack.name, pack])).values()];
}

// src/engine/maintenance/verify-lanes.ts
var WORKER_BYTES_MIN2 = 128 * 1024 * 1024;
var VerifyLanes = class {
  #worker;
  /** Rejects when the worker ends before it was told to; heeded by the run, whenever that was. */
  #lost;
  constructor(bytesExpected) {
    if (bytesExpected < WORKER_BYTES_MIN2) return;
    const worker = startWorkerThread({ verifier: true });
    this.#lost = new Promise((_, reject) => worker.on("error", reject).on("exit", (code) => reject(lostThread(code))));
    this.#lost.catch(() => {
    });
    this.#worker = worker;
  }
  async run(run) {
    const queue = [...run.tasks];
    const shared = queue.length > 1 ? this.#share(run, queue) : void 0;
    shared?.catch(() => {
    });
    const verifier = new PackVerifier(run.setup);
    for (let task = queue.shift(); task; task = queue.shift()) {
      throwIfAborted(run.signal);
      run.onVerdict(await verifier.verify(task));
      await turn();
    }
    await shared;
  }
  /** The worker asks for the next pack when it is done with one; both threads take from one queue. */
  async #share(run, queue) {
    const [worker, lost] = [this.#worker, this.#lost];
    if (!worker || !lost) return;
    const tell = (message) => worker.postMessage(message);
    tell({ setup: run.setup });
    const done = new Promise((resolve) => {
      const next = () => {
        const task = run.signal?.aborted ? void 0 : queue.shift();
        if (task) tell({ task });
        else resolve();
      };
      worker.removeAllListeners("message");
      worker.on("message", (verdict) => {
        run.onVerdict(verdict);
        next();
      });
      next();
    });
    await Promise.race([done, lost]);
  }
  async [Symbol.asyncDispose]() {
    await this.#worker?.terminate();
  }
};

// src/engine/maintenance/drop-damage.ts
var LOSS_ATTEMPTS_MAX = 16;
async function dropDamage(repository, writer, signal) {
  var _stack = [];
  try {
    for (const work of ["write", "delete"]) requireFeatures(repository.config, work);
    const _session = __using(_stack, await openWriterSession(repository, writer), true);
    const history = await soundHistory(repository, signal);
    const found = [];
    for (const indexClass of [IndexClass.META, IndexClass.DATA]) {
      const damage = await findDamage(repository, indexClass, { log: history.deleteLog, signal });
      if (damage.packs.length === 0) continue;
      await save(repository, indexClass, { damage, signal });
      found.push({ indexClass, damage });
    }
    const names = found.flatMap(({ damage }) => namesOf(damage));
    if (names.length > 0) await sayLoss(repository, names, signal);
    for (const { indexClass, damage } of found) await rewriteIndex(repository, indexClass, new Set(namesOf(damage)));
    const sum = (of) => found.reduce((total, { damage }) => total + of(damage), 0);
    return { packs: names, blobsLost: sum(({ blobsLost }) => blobsLost), blobsSaved: sum(({ good }) => good.reduce((total, each) => total + each, 0)) };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
async function save(repository, indexClass, { damage, signal }) {
  const { load, good, packs } = damage;
  await copyBlobs({ from: repository, to: repository, indexClass, marked: { load, index: load.index, needed: good }, packs: packs.filter((pack) => hasGood(damage, pack)), ...signal && { signal } });
}
function namesOf({ load, packs }) {
  return packs.map((pack) => load.index.packs[pack].name);
}
async function findDamage(repository, indexClass, { log, signal }) {
  var _stack = [];
  try {
    const load = await openIndex(repository, indexClass, { deletedPacks: log.deletedPacks, ...signal && { signal } });
    const { index } = load;
    const sizes = await storedPacks(repository);
    const bad = /* @__PURE__ */ new Set();
    const damaged = new Set(index.packs.flatMap(({ name }, pack) => sizes.has(name) ? [] : [pack]));
    for (const pack of damaged) for (let i = 0; i < index.packs[pack].blobCount; i += 1) bad.add(index.packs[pack].entryFrom + i);
    const lanes = __using(_stack, new VerifyLanes([...sizes.values()].reduce((sum, bytes) => sum + bytes, 0)), true);
    await lanes.run({
      setup: setupOf2(repository, index),
      tasks: tasksOf(repository, index, { sizes, lastVerified: /* @__PURE__ */ new Map() }),
      onVerdict: ({ name, faults, badEntries }) => {
        const pack = index.packNumber(name);
        if (faults.length > 0 && pack !== void 0) damaged.add(pack);
        for (const entry of badEntries) bad.add(entry);
      },
      ...signal && { signal }
    });
    const good = sharedBytes(index.table.count);
    for (const pack of damaged) for (let i = 0, entry = index.packs[pack].entryFrom; i < index.packs[pack].blobCount; i += 1, entry += 1) good[entry] = bad.has(entry) ? 0 : 1;
    return { load, packs: [...damaged], good, blobsLost: bad.size };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
function hasGood({ load, good }, pack) {
  const { entryFrom, blobCount } = load.index.packs[pack];
  return good.subarray(entryFrom, entryFrom + blobCount).includes(1);
}
async function sayLoss(repository, packs, signal) {
  for (let attempt = 1; attempt <= LOSS_ATTEMPTS_MAX; attempt += 1) {
    const history = await soundHistory(repository, signal);
    const log = history.deleteLog;
    const generation = log.newestGeneration + 1;
    const document = { kind: "deleted", generation, previous: log.heads, completes: [], packs, indexes: [], kept: [], marked: markedOf(history), damaged: true };
    const name = await writeDeleteEntry(repository, document);
    if ((await readDeleteLog(repository, signal)).isNewest(name)) return;
  }
  throw new BackupError("REPOSITORY_LOCKED", "The delete log changes faster than it can be read. Run it again.");
}
async function soundHistory(repository, signal) {
  const history = await readHistory(repository, signal ? { signal } : {});
  if (history.rollbacks[0]) throw history.rollbacks[0];
  return history;
}

// src/engine/maintenance/prune.ts
import { randomBytes } from "node:crypto";

// src/engine/maintenance/records.ts
import { randomInt } from "node:crypto";

// src/kernel/timer.ts
import { setTimeout as delay } from "node:timers/promises";
async function sleep(ms, options = {}) {
  throwIfAborted(options.signal);
  try {
    await delay(ms, void 0, { ref: options.unref !== true, ...options.signal && { signal: options.signal } });
  } catch {
    throwIfAborted(options.signal);
  }
}
var Waker = class {
  #isWoken = false;
  #waiting;
  wake() {
    this.#isWoken = true;
    this.#waiting?.abort();
  }
  /** Resolves after `ms`, when woken, or when `signal` is aborted: never rejects. */
  async wait(ms, options = {}) {
    this.#waiting = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, this.#waiting.signal]) : this.#waiting.signal;
    if (!this.#isWoken && !signal.aborted) await sleep(ms, { signal }).catch(() => {
    });
    this.#waiting = void 0;
    this.#isWoken = false;
  }
};

// src/engine/maintenance/records.ts
var KIND = /^[a-z][a-z0-9-]{0,31}$/;
var SUBJECT_BYTES_MAX = 512;
var VALUE_BYTES_MAX = 16 * 1024 * 1024;
var ATTEMPTS_MAX3 = 16;
var WAIT_STEP_MS = 20;
async function writeRecord(repository, change) {
  checkChange(change);
  for (let attempt = 1; ; attempt += 1) {
    const newest = (await generationsOf(repository, change)).at(-1)?.document.generation ?? 0;
    const generation = change.generation ?? newest + 1;
    if (generation <= newest) throw stale(change, newest);
    const name = await putRecord(repository, { ...change, generation, at: isoTime(nowMs()) }, change.signal);
    const after = await generationsOf(repository, change);
    const mine = after.find((entry) => entry.name === name);
    const isAlone = after.every((entry) => entry === mine || entry.document.generation < generation);
    if (mine && isAlone) return mine;
    await repository.store.delete(`${folderOfRecord(change.record)}/${name}`);
    if (change.generation !== void 0 || attempt === ATTEMPTS_MAX3) throw stale(change, generation);
    await sleep(randomInt(WAIT_STEP_MS * attempt), { signal: change.signal });
  }
}
async function listRecords(repository, filter = {}) {
  const folders = filter.record === void 0 ? Object.values(RecordFolder) : [folderOfRecord(filter.record)];
  const lists = await Promise.all(folders.map((folder) => readRecords(repository, folder, filter.signal)));
  const entries = lists.flatMap((list) => list.entries);
  const problems = lists.flatMap((list) => list.problems);
  const wanted = entries.filter(({ document }) => (filter.record ?? document.record) === document.record && (filter.subject ?? document.subject) === document.subject);
  const additive = wanted.filter(({ document }) => filter.everyGeneration ?? document.record === RecordKind.FORGET);
  const superseding = newestRecords(wanted.filter((entry) => !additive.includes(entry)));
  const records = [...additive, ...superseding].filter(({ document }) => filter.withLifted === true || document.value !== null);
  return { records: records.sort(byKindAndSubject), problems };
}
async function putRecord(repository, record, signal) {
  requireFeatures(repository.config, "write");
  const { record: kind, subject, generation, at, by, value } = record;
  const document = { kind: "record", record: kind, subject, generation, at, by, value };
  return repository.writeDocument(document, { type: ObjectType.RECORD, folder: folderOfRecord(kind), signer: repository.keys.maintenance, ...signal && { signal } });
}
async function generationsOf(repository, { record, subject, signal }) {
  const { records, problems } = await listRecords(repository, { record, subject, everyGeneration: true, withLifted: true, ...signal && { signal } });
  if (problems[0]) throw problems[0].error;
  return records;
}
function byKindAndSubject(a, b) {
  const [x, y] = [a.document, b.document];
  return compare(x.record, y.record) || compare(x.subject, y.subject) || x.generation - y.generation || compare(a.name, b.name);
}
function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
function stale({ record, subject }, generation) {
  return new BackupError("ALREADY_EXISTS", "There is a newer record of the same kind and subject.", { context: { key: `${record}/${subject}`, generation } });
}
function checkChange({ record, subject, value, generation }) {
  const refuse = (sentence) => {
    throw new BackupError("USAGE", sentence, { context: { record, subject } });
  };
  if (!KIND.test(record)) refuse("The kind of a record is 1 to 32 of a-z, 0-9 and hyphen, and begins with a letter.");
  if (subject === "" || Buffer.byteLength(subject) > SUBJECT_BYTES_MAX) refuse(`The subject of a record is 1 to ${SUBJECT_BYTES_MAX} bytes.`);
  if (generation !== void 0 && !(Number.isSafeInteger(generation) && generation > 0)) refuse("A generation is a whole number from 1 up.");
  if (value !== null && Buffer.byteLength(JSON.stringify(value)) > VALUE_BYTES_MAX) refuse("The value of a record is at most 16 MiB.");
}

// src/engine/maintenance/forget.ts
var LOW_BYTES = 4 * 1024 * 1024;
async function forgetSnapshots(repository, history, options) {
  requireFeatures(repository.config, "delete");
  const asked = history.snapshots.filter(({ name }) => options.names.includes(name));
  if (asked.length === 0) return;
  if (history.rollbacks[0]) throw history.rollbacks[0];
  await refuseProtected(repository, history, asked);
  await useReserve(repository);
  const runs = new Set(asked.map(({ document }) => runOf(document)));
  const rivals = [...history.rivals, ...history.superseded].filter(({ document }) => runs.has(runOf(document)));
  const doomed = [...asked, ...rivals];
  const record = await putForget(repository, history, { doomed, by: options.by });
  try {
    await refuseProtected(repository, history, asked);
  } catch (error) {
    await repository.store.delete(record);
    throw error;
  }
  await deleteSnapshots(repository, doomed);
}
async function refuseProtected(repository, history, asked) {
  const { entries, problems } = await readRecords(repository, RecordFolder.DECISIONS);
  if (problems[0]) throw new BackupError("DAMAGED", "A record that may be a hold can not be read: nothing is forgotten. Run repair first.", { context: { object: problems[0].key }, cause: problems[0].error });
  const guarded = protections({ records: inForce(entries), snapshots: history.snapshots }, Math.min(nowMs(), await repository.store.nowMs()));
  const held = asked.find(({ name }) => guarded.has(name));
  if (held) throw new BackupError("SNAPSHOT_PROTECTED", "A snapshot is under a pin or hold.", { context: { snapshot: held.name.slice(0, 12), by: guarded.get(held.name) } });
}
async function useReserve({ store }) {
  const capacity = await store.capacity();
  if (capacity && capacity.bytesFree < LOW_BYTES) await store.reserve?.("use");
}
async function removeSnapshots(repository, history, removal) {
  await putForget(repository, history, removal);
  await deleteSnapshots(repository, removal.doomed);
}
async function putForget(repository, history, { doomed, by }) {
  const snapshots = doomed.map(({ name: name2, document }) => ({ name: name2, writer: document.writer, sequence: document.sequence ?? 0 }));
  const subject = doomed[0].name;
  const generations = history.allRecords.filter(({ document }) => document.record === RecordKind.FORGET && document.subject === subject).map(({ document }) => document.generation);
  const name = await putRecord(repository, { record: RecordKind.FORGET, subject, generation: Math.max(0, ...generations) + 1, at: isoTime(nowMs()), by, value: { snapshots } });
  return `${folderOfRecord(RecordKind.FORGET)}/${name}`;
}
async function deleteSnapshots({ store }, doomed) {
  for (const { name } of doomed) await store.delete(`snapshots/${name}`);
}

// src/engine/maintenance/prune.ts
var DEADLINE_MS = 24 * 3600 * 1e3;
var LIVE_SHARE_MIN = 0.8;
var ROOM_KEPT_BYTES = 2 * 1024 * 1024;
async function prune(repository, options = {}) {
  requireFeatures(repository.config, "delete");
  return onStableListing(repository, ["snapshots/", "index/meta/", "index/data/", "deletes/"], () => pruneOnce(repository, options), { attemptsMax: 3, rethrow: true });
}
async function pruneOnce(repository, options) {
  var _stack = [];
  try {
    if (options.dryRun) {
      const history2 = await trustedHistory(repository, options);
      const marks2 = await markNeeded(repository, history2, options);
      return dryRun(marks2, await planOf(repository, { history: history2, marks: marks2 }));
    }
    await useReserve(repository);
    const session = __using(_stack, await prunerSession(repository), true);
    const own = session ? { own: session.key } : {};
    const history = await trustedHistory(repository, options);
    const marks = await markNeeded(repository, history, options);
    const found = await planOf(repository, { history, marks, ...own });
    const plan = session && await hasRoomFor(repository, marks, found) ? found : { ...found, halfEmpty: { meta: [], data: [] } };
    await sweepSnapshots(repository, history, { options, ...own });
    for (const { name } of marks.brokenCheckpoints) await repository.store.delete(`checkpoints/${name}`);
    const bytesStored = await repackClass(repository, IndexClass.META, { marks, plan, options }) + await repackClass(repository, IndexClass.DATA, { marks, plan, options });
    await condemn(repository, history, namesOf2(marks, plan));
    const done = await deleteCondemned(repository, { options, ...own });
    await repository.store.reserve?.("keep");
    return { ...done, packsRepacked: plan.halfEmpty.data.length + plan.halfEmpty.meta.length, bytesStored };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
async function prunerSession(repository) {
  try {
    return await openWriterSession(repository, randomBytes(16));
  } catch (error) {
    if (!isBackupError(error, "DISK_FULL")) throw error;
    return void 0;
  }
}
async function hasRoomFor(repository, marks, { halfEmpty }) {
  const capacity = await repository.store.capacity();
  if (!capacity) return true;
  const bytes = [IndexClass.META, IndexClass.DATA].flatMap((indexClass) => halfEmpty[indexClass].map((pack) => marks[indexClass].index.packs[pack].bytes));
  return capacity.bytesFree > bytes.reduce((sum, each) => sum + each, 0) + ROOM_KEPT_BYTES;
}
async function sweepSnapshots(repository, history, parts) {
  const doomed = [...history.unfinished.length > 0 ? await abandoned(repository, parts) : [], ...history.superseded];
  if (doomed.length > 0) await removeSnapshots(repository, history, { doomed, by: "prune" });
  for (const name of history.leftovers) await repository.store.delete(`snapshots/${name}`);
}
async function abandoned(repository, { options, own }) {
  const sessions = await openSessions(repository, { sweep: true, ...own !== void 0 && { except: own } });
  const atWork = new Set(sessions.map(({ writer }) => writer));
  const { unfinished } = await trustedHistory(repository, options);
  return atWork.has(void 0) ? [] : unfinished.filter(({ document }) => !atWork.has(document.writer));
}
async function trustedHistory(repository, options) {
  const history = await readHistory(repository, { ...options.signal && { signal: options.signal }, ...options.seen && { seen: options.seen } });
  if (history.rollbacks[0]) throw history.rollbacks[0];
  return history;
}
async function planOf(repository, facts) {
  const meta = split(facts.marks.meta);
  const data = split(facts.marks.data);
  return { dead: { meta: meta.dead, data: data.dead }, halfEmpty: { meta: meta.halfEmpty, data: data.halfEmpty }, orphans: await orphanPacks(repository, facts) };
}
function split(marked2) {
  const uses = packUses(marked2).filter(({ pack }) => !marked2.index.packs[pack].isTombstoned);
  const halfEmpty = uses.filter(({ liveBlobs, liveBytes, plainBytes }) => liveBlobs > 0 && liveBytes < plainBytes * LIVE_SHARE_MIN).map(({ pack }) => pack);
  return { dead: uses.filter(({ liveBlobs }) => liveBlobs === 0).map(({ pack }) => pack), halfEmpty };
}
async function orphanPacks(repository, { history, marks, own }) {
  const unknown = [];
  for await (const { key: key2, modifiedMs } of repository.store.list("packs/")) {
    const name = key2.slice(-64);
    const isKnown = marks.meta.index.packNumber(name) !== void 0 || marks.data.index.packNumber(name) !== void 0;
    if (!isKnown && !history.deleteLog.tombstoned.has(name) && packKey(name) === key2) unknown.push({ name, modifiedMs });
  }
  if (unknown.length === 0) return [];
  const sessions = await openSessions(repository, { sweep: true, ...own !== void 0 && { except: own } });
  const dayAgo = await repository.store.nowMs() - DEADLINE_MS;
  if (sessions.some(({ modifiedMs }) => modifiedMs > dayAgo)) return [];
  const { deletedPacks } = history.deleteLog;
  const meta = await openIndex(repository, IndexClass.META, { deletedPacks });
  const data = await openIndex(repository, IndexClass.DATA, { deletedPacks });
  const old = unknown.filter(({ modifiedMs }) => sessions.length === 0 || modifiedMs < dayAgo);
  return old.map(({ name }) => name).filter((name) => meta.index.packNumber(name) === void 0 && data.index.packNumber(name) === void 0);
}
async function repackClass(repository, indexClass, parts) {
  const { signal } = parts.options;
  return copyBlobs({ from: repository, to: repository, indexClass, marked: parts.marks[indexClass], packs: parts.plan.halfEmpty[indexClass], ...signal && { signal } });
}
function namesOf2(marks, plan) {
  const names = (indexClass) => [...plan.dead[indexClass], ...plan.halfEmpty[indexClass]].map((pack) => marks[indexClass].index.packs[pack].name);
  return [...names(IndexClass.META), ...names(IndexClass.DATA), ...plan.orphans];
}
async function condemn(repository, history, packs) {
  if (packs.length === 0) return;
  const at = await repository.store.nowMs();
  const uptime = repository.store.uptime?.();
  const log = history.deleteLog;
  await writeDeleteEntry(repository, {
    kind: "tombstone",
    generation: log.newestGeneration + 1,
    previous: log.heads,
    at,
    deadline: at + DEADLINE_MS,
    ...uptime && { uptime },
    packs,
    indexes: [],
    marked: markedOf(history)
  });
}
async function deleteCondemned(repository, { options, own }) {
  const open = (await readDeleteLog(repository, options.signal)).open();
  const ready = await readyTombstones(repository, open, own);
  const wanted = new Set(ready.flatMap(({ document }) => document.packs));
  const waiting = open.reduce((sum, { document }) => sum + document.packs.length, 0);
  const nothing = { packsDeleted: 0, packsWaiting: waiting, bytesFreed: 0 };
  if (ready.length === 0) return nothing;
  const history = await trustedHistory(repository, options);
  const marks = await markNeeded(repository, history, options);
  if (!await moveNeeded(repository, { marks, needed: neededAmong(marks, wanted), isWriter: own !== void 0, options })) return nothing;
  const log = history.deleteLog;
  const bytesFreed = await carryOut(repository, {
    gone: /* @__PURE__ */ new Set([...wanted, ...log.deletedPacks]),
    packs: wanted,
    entry: { kind: "deleted", generation: log.newestGeneration + 1, previous: log.heads, completes: ready.map(({ name }) => name), packs: [...wanted], indexes: [], kept: [], marked: markedOf(history) }
  });
  return { packsDeleted: wanted.size, packsWaiting: waiting - ready.reduce((sum, { document }) => sum + document.packs.length, 0), bytesFreed };
}
async function carryOut(repository, work) {
  if (await rewriteIndexes(repository, work.gone).then(() => true, orFull)) {
    const bytesFreed2 = await removePacks(repository, work.packs);
    await writeDeleteEntry(repository, work.entry);
    return bytesFreed2;
  }
  await writeDeleteEntry(repository, work.entry);
  const bytesFreed = await removePacks(repository, work.packs);
  await rewriteIndexes(repository, work.gone);
  return bytesFreed;
}
async function rewriteIndexes(repository, gone) {
  for (const indexClass of [IndexClass.META, IndexClass.DATA]) await rewriteIndex(repository, indexClass, gone);
}
function orFull(error) {
  if (isBackupError(error, "DISK_FULL")) return false;
  throw error;
}
async function moveNeeded(repository, work) {
  const { marks, needed, isWriter, options } = work;
  if (needed.meta.length + needed.data.length === 0) return true;
  if (!isWriter) return false;
  for (const indexClass of [IndexClass.META, IndexClass.DATA]) {
    await copyBlobs({ from: repository, to: repository, indexClass, marked: marks[indexClass], packs: needed[indexClass], ...options.signal && { signal: options.signal } });
  }
  return true;
}
async function readyTombstones(repository, open, own) {
  if (open.length === 0) return [];
  const sessions = await openSessions(repository, { sweep: true, ...own !== void 0 && { except: own } });
  const now = await repository.store.nowMs();
  const uptime = repository.store.uptime?.();
  const isClockSane = open.every(({ document, modifiedMs }) => now >= (document.at ?? 0) && now >= modifiedMs);
  return open.filter(({ document, modifiedMs }) => {
    const isSameBoot = uptime !== void 0 && document.uptime?.boot === uptime.boot;
    const isLate = isClockSane && now > (document.deadline ?? Number.POSITIVE_INFINITY) && !(isSameBoot && uptime.ms - document.uptime.ms < DEADLINE_MS);
    return isLate || sessions.every((session) => session.modifiedMs > modifiedMs);
  });
}
function neededAmong(marks, names) {
  const among = (marked2) => packUses(marked2).filter(({ pack, liveBlobs }) => liveBlobs > 0 && names.has(marked2.index.packs[pack].name)).map(({ pack }) => pack);
  return { meta: among(marks.meta), data: among(marks.data) };
}
async function removePacks(repository, names) {
  let bytes = 0;
  for (const name of names) {
    const stat = await repository.store.head(packKey(name));
    await repository.store.delete(packKey(name));
    bytes += stat?.bytes ?? 0;
  }
  return bytes;
}
function dryRun(marks, plan) {
  const bytesOf = (indexClass) => plan.dead[indexClass].reduce((sum, pack) => sum + marks[indexClass].index.packs[pack].bytes, 0);
  return {
    packsDeleted: plan.dead.data.length + plan.dead.meta.length + plan.orphans.length,
    packsRepacked: plan.halfEmpty.data.length + plan.halfEmpty.meta.length,
    packsWaiting: 0,
    bytesFreed: bytesOf(IndexClass.META) + bytesOf(IndexClass.DATA),
    bytesStored: 0
  };
}

// src/engine/maintenance/protect.ts
async function protect(repository, change, snapshot) {
  const entry = await writeRecord(repository, change);
  if (snapshot === null || await isThere(repository, snapshot)) return entry;
  await takeBack(repository, change, entry.document.generation);
  throw new BackupError("SNAPSHOT_NOT_FOUND", "The snapshot was forgotten meanwhile.", { context: { snapshot } });
}
async function isThere(repository, snapshot) {
  const { records } = await listRecords(repository, { record: RecordKind.FORGET });
  const isForgotten = records.some(({ document }) => forgottenBy(document).some(({ name }) => name === snapshot));
  return !isForgotten && await repository.store.head(`snapshots/${snapshot}`) !== void 0;
}
async function takeBack(repository, change, generation) {
  const { records } = await listRecords(repository, { record: change.record, subject: change.subject, everyGeneration: true, withLifted: true });
  const former = records.filter(({ document }) => document.generation < generation).at(-1);
  if (former && former.document.value !== null) return;
  await writeRecord(repository, { ...change, value: null, generation: generation + 1 }).catch((error) => {
    if (!isBackupError(error, "ALREADY_EXISTS")) throw error;
  });
}

// src/engine/maintenance/repair.ts
import { createHash } from "node:crypto";

// src/engine/maintenance/repair-documents.ts
var SESSION_AGE_MS_MAX2 = 24 * 3600 * 1e3;
var ANYTHING = { snapshot: null, source: null, until: null, reason: "the record of this hold was damaged: lift it when you have checked what it held" };
async function repairDocuments(repository, options) {
  const signal = options.signal ? { signal: options.signal } : {};
  const history = await readHistory(repository, signal);
  if (history.rollbacks[0]) throw history.rollbacks[0];
  const audit = await readRecords(repository, RecordFolder.AUDIT, options.signal);
  const bad = [...history.problems, ...audit.problems].map(({ key: key2 }) => key2);
  const below = (...folders) => bad.filter((key2) => folders.some((folder) => key2.startsWith(`${folder}/`) && /[0-9a-f]{64}$/.test(key2)));
  await closeDeleteLog(repository, history);
  const removed = [...below("confirms", "checkpoints"), ...history.deleteLog.damaged.map(({ key: key2 }) => key2), ...await deadSessions(repository), ...(await damagedClaims(repository, options.signal)).map(({ key: key2 }) => key2)];
  for (const key2 of removed) await repository.store.delete(key2);
  const lost = below("snapshots", "records", "audit");
  if (options.forgetDamaged) await giveUp2(repository, history, { keys: lost, by: options.by ?? "repair" });
  return { documentsRemoved: removed, documentsLost: lost };
}
async function closeDeleteLog(repository, history) {
  for (const { generation, name } of history.deleteLog.damaged) {
    const document = {
      kind: "deleted",
      generation,
      previous: [],
      completes: [],
      packs: [],
      indexes: [],
      kept: [],
      marked: markedOf(history),
      replaces: [name],
      // It may have been one that gave packs up: the next backups read their files again.
      damaged: true
    };
    await writeDeleteEntry(repository, document);
  }
}
async function deadSessions(repository) {
  const { problems } = await repository.readDocuments("sessions", ObjectType.SESSION);
  if (problems.length === 0) return [];
  const now = await repository.store.nowMs();
  return problems.filter(({ modifiedMs }) => modifiedMs !== void 0 && now - modifiedMs > SESSION_AGE_MS_MAX2).map(({ key: key2 }) => key2);
}
async function giveUp2(repository, history, { keys, by }) {
  const names = keys.filter((key2) => key2.startsWith("snapshots/")).map((key2) => key2.slice(-64));
  const { snapshots, records } = history.losses;
  const count2 = Math.max(names.length, snapshots.length);
  const forgotten = Array.from({ length: count2 }, (_, i) => ({ name: names[i] ?? "0".repeat(64), writer: snapshots[i]?.writer ?? "0".repeat(32), sequence: snapshots[i]?.sequence ?? 0 }));
  const at = isoTime(nowMs());
  const given = keys.filter((key2) => key2.startsWith("records/")).map((key2) => key2.slice(-64));
  if (keys.length > 0) await putRecord(repository, { record: RecordKind.FORGET, subject: keys[0].slice(-64), generation: 1, at, by, value: { snapshots: forgotten, records: given } });
  for (const { record, seen } of records) {
    const [kind, subject] = [record.slice(0, record.indexOf("/")), record.slice(record.indexOf("/") + 1)];
    await putRecord(repository, { record: kind, subject, generation: seen + 1, at, by, value: inPlaceOf(kind) });
  }
  for (const key2 of keys) await repository.store.delete(key2);
}
function inPlaceOf(kind) {
  if (kind === RecordKind.HOLD) return ANYTHING;
  return kind === RecordKind.PIN ? { reason: ANYTHING.reason } : null;
}

// src/engine/maintenance/repair.ts
async function repairRepository(repository, options = {}) {
  for (const work of ["write", "delete"]) requireFeatures(repository.config, work);
  const copiesRestored = await restoreCopies(repository);
  const documents = await repairDocuments(repository, options);
  const meta = await openIndex(repository, IndexClass.META);
  const data = await openIndex(repository, IndexClass.DATA);
  const damaged = [...meta.problems, ...data.problems].map(({ key: key2 }) => key2);
  const rebuilt = { meta: [], data: [] };
  const packsDamaged = [];
  const lookupIds = new LookupIds(repository.keys.idKey.key);
  for await (const { key: key2, bytes } of repository.store.list("packs/")) {
    throwIfAborted(options.signal);
    const name = key2.slice(-64);
    const isIndexed = meta.index.packNumber(name) !== void 0 || data.index.packNumber(name) !== void 0;
    if (isIndexed || packKey(name) !== key2) continue;
    const salvaged = await salvage(repository, name, { bytes, lookupIds });
    if (!salvaged?.isWhole) packsDamaged.push(key2);
    if (salvaged && salvaged.pack.blobBytes.length > 0) rebuilt[salvaged.indexClass].push(salvaged.pack);
  }
  const segmentsWritten = await writeSegments(repository, IndexClass.META, rebuilt.meta) + await writeSegments(repository, IndexClass.DATA, rebuilt.data);
  for (const key2 of damaged) await repository.store.delete(key2);
  return {
    ...documents,
    packsIndexed: rebuilt.meta.length + rebuilt.data.length,
    segmentsWritten,
    segmentsRemoved: damaged,
    packsDamaged,
    copiesRestored
  };
}
async function writeSegments(repository, indexClass, packs) {
  const type = indexClass === "data" ? ObjectType.INDEX_DATA : ObjectType.INDEX_META;
  let written = 0;
  for (const group of groups(packs)) {
    const payload = encodeIndexSegment({ idKeyVersion: repository.keys.idKey.version, supersedes: [], packs: group });
    decodeIndexSegment(payload);
    await repository.writePayload(payload, { type, folder: `index/${indexClass}` });
    written += 1;
  }
  return written;
}
async function salvage(repository, name, facts) {
  const bytes = Buffer.from(await repository.store.get(packKey(name)));
  let opener;
  try {
    opener = new ObjectOpener(bytes.subarray(0, HEADER_BYTES), { type: [ObjectType.PACK_DATA, ObjectType.PACK_META], repositoryId: repository.keys.repositoryId, masterOf: repository.keys.masterOf });
  } catch (error) {
    if (isBackupError(error)) return void 0;
    throw error;
  }
  const found = readFrames(bytes, opener, facts.lookupIds);
  const isNamed = createHash("sha256").update(bytes).digest("hex") === name;
  return { pack: { name, bytes: facts.bytes, ...found }, indexClass: opener.header.type === ObjectType.PACK_DATA ? IndexClass.DATA : IndexClass.META, isWhole: found.isWhole && isNamed };
}
function readFrames(bytes, opener, lookupIds) {
  const codec = createSegmentCodec({ level: 3 });
  const segments = [];
  const ids = [];
  const lengths = [];
  let isWhole = false;
  try {
    for (let at = HEADER_BYTES, number = 0; at < bytes.length; number += 1) {
      const head = parseFrameHeader(bytes.subarray(at));
      const end = at + FRAME_HEADER_BYTES + head.sealedBytes;
      const frame = opener.openFrame(bytes.subarray(at, end), { number });
      if (frame.kind === FrameKind.PACK_END) {
        isWhole = frame.isFinal && end === bytes.length;
        break;
      }
      const directory = parseSegment(frame.plaintext);
      const decoded = decodeSegment(frame.plaintext, directory, { codec, reserve: (need) => Buffer.allocUnsafeSlow(need) });
      addBlobs(decoded, directory.blobOffsets, { lookupIds, ids, lengths });
      segments.push(head.sealedBytes, directory.blobOffsets.length - 1);
      at = end;
    }
  } catch (error) {
    if (!isBackupError(error)) throw error;
  } finally {
    codec.dispose();
  }
  return { segments: Uint32Array.from(segments), lookupIds: Buffer.from(Uint32Array.from(ids).buffer), blobBytes: Uint32Array.from(lengths), isWhole };
}
function addBlobs(decoded, offsets, into) {
  const words = new Uint32Array(4);
  for (let i = 0; i + 1 < offsets.length; i += 1) {
    const blob = decoded.subarray(offsets[i], offsets[i + 1]);
    into.lookupIds.lookupInto(blobIdOf(blob), 0, words);
    into.ids.push(...words);
    into.lengths.push(blob.length);
  }
}
async function restoreCopies(repository) {
  const newest = `keys/${repository.keys.generation.toString(16).padStart(8, "0")}-`;
  const prefixes = /* @__PURE__ */ new Set([newest]);
  for await (const { key: key2 } of repository.store.list("keys/")) if (/^keys\/[0-9a-f]{8}-/.test(key2)) prefixes.add(key2.slice(0, 14));
  const restored = await restoreFamily(repository, "config/", { copies: ["a", "b", "c"], isNeeded: true });
  for (const prefix of prefixes) restored.push(...await restoreFamily(repository, prefix, { copies: ["a", "b"], isNeeded: prefix === newest }));
  return restored;
}
async function restoreFamily(repository, prefix, { copies, isNeeded }) {
  const { store } = repository;
  const good = /* @__PURE__ */ new Map();
  const damaged = [];
  for await (const { key: key2 } of store.list(prefix)) {
    const name = key2.slice(-64);
    const bytes = await store.get(key2);
    if (createHash("sha256").update(bytes).digest("hex") === name) good.set(name, bytes);
    else damaged.push(key2);
  }
  if (good.size === 0 && isNeeded) throw new BackupError("DAMAGED", "No good copy is left.", { context: { object: prefix } });
  for (const key2 of damaged) await store.delete(key2);
  const restored = [];
  for (const [name, bytes] of good) {
    for (const key2 of copies.map((copy) => `${prefix}${copy}-${name}`)) {
      if (await store.head(key2)) continue;
      await store.put(key2, bytes);
      restored.push(key2);
    }
  }
  return restored;
}

// src/engine/maintenance/verify-objects.ts
import { createHash as createHash2 } from "node:crypto";
var NAME = "[0-9a-f]{64}";
var KEYS = new RegExp(
  `^(config/[abc]-${NAME}|keys/[0-9a-f]{8}-[ab]-${NAME}|packs/[0-9a-f]{2}/${NAME}|parity/${NAME}|index/(data|meta)/${NAME}|deletes/[0-9a-f]{16}-${NAME}|(snapshots|checkpoints|records|audit|sessions|confirms|streams)/${NAME}|commits/[a-z0-9][a-z0-9._-]{0,127}|user/.+)$`
);
async function checkCopies(repository) {
  const { store, keys } = repository;
  const problems = [];
  const notices = [];
  for await (const { key: key2 } of store.list("keys/")) {
    const bytes = await store.get(key2);
    if (createHash2("sha256").update(bytes).digest("hex") !== key2.slice(-64)) problems.push({ object: key2, what: "is damaged" });
  }
  let copies = 0;
  for await (const { key: key2 } of store.list("config/")) copies += /^config\/[abc]-[0-9a-f]{64}$/.test(key2) ? 1 : 0;
  if (copies < 3) notices.push({ object: "config/", what: `has ${copies} copies instead of 3` });
  let keyrings = 0;
  const current = keys.generation.toString(16).padStart(8, "0");
  for await (const { key: key2 } of store.list(`keys/${current}-`)) keyrings += key2.endsWith(keys.name) ? 1 : 0;
  if (keyrings < 2) notices.push({ object: `keys/${current}-${keys.name}`, what: `has ${keyrings} copies instead of 2` });
  return { problems, notices };
}
async function strangers(repository, signal) {
  const notices = [];
  for await (const { key: key2 } of repository.store.list("", signal ? { signal } : {})) {
    const isOurs2 = KEYS.test(key2) && (!key2.startsWith("packs/") || packKey(key2.slice(-64)) === key2);
    if (!isOurs2) notices.push({ object: key2, what: "is no object of a repository" });
  }
  const { problems } = await repository.readDocuments("sessions", ObjectType.SESSION, signal ? { signal } : {});
  notices.push(...problems.map(({ key: key2 }) => ({ object: key2, what: "can not be read: it counts as an open writer for a day, then repair removes it" })));
  return notices;
}

// src/engine/maintenance/verify.ts
var PATHS_MAX = 100;
async function verifyRepository(repository, options = {}) {
  var _stack = [];
  try {
    const signal = options.signal ? { signal: options.signal } : {};
    const before = await storedPacks(repository);
    const lanes = __using(_stack, new VerifyLanes((options.readShare ?? 0) * sumOf(before)), true);
    const problems = repository.damagedConfigs.map((object) => ({ object, what: "is damaged (another copy is whole)" }));
    const history = await readHistory(repository, { ...signal, ...options.seen && { seen: options.seen } });
    const claims = await damagedClaims(repository, options.signal);
    const audit = await readRecords(repository, RecordFolder.AUDIT, options.signal);
    for (const { key: key2, error } of [...history.problems, ...claims, ...audit.problems]) addOnce(problems, { object: key2, what: error.message });
    problems.push(...history.rollbacks.map(describeRollback));
    const copies = await checkCopies(repository);
    problems.push(...copies.problems);
    const notices = [...copies.notices, ...await strangers(repository, options.signal)];
    notices.push(...history.unfinished.map(({ name }) => ({ object: `snapshots/${name}`, what: "was never finished by its writer and counts as no snapshot; prune removes it" })));
    notices.push(...history.superseded.map(({ name }) => ({ object: `snapshots/${name}`, what: "is of a run that another snapshot counts for; prune removes it" })));
    const meta = await openIndex(repository, IndexClass.META, { ...history.deleteLog.packs, ...signal });
    const data = await openIndex(repository, IndexClass.DATA, { ...history.deleteLog.packs, ...signal });
    const sizes = new Map([...before, ...await storedPacks(repository)]);
    problems.push(...[...meta.problems, ...data.problems].map(({ key: key2, error }) => ({ object: key2, what: error.message })));
    const bad = { meta: /* @__PURE__ */ new Set(), data: /* @__PURE__ */ new Set() };
    const packs = checkPacks({ meta, data, sizes, problems, bad });
    const read = await readPacks(repository, { meta, data, sizes, problems, bad, options, lanes });
    const hits = await findHits(repository, { history, meta, data, bad, ...signal });
    return { snapshots: history.snapshots.length, packs, ...read, bytesStored: sumOf(sizes), problems, notices, hits, userFiles: await countUserFiles(repository.store, signal) };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
function describeRollback(error) {
  const facts = Object.entries(error.context).map(([name, value]) => `${name} ${String(value)}`).join(", ");
  return { object: "ROLLBACK_SUSPECTED", what: `${error.message} (${facts})` };
}
function sumOf(sizes) {
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}
function checkPacks(facts) {
  let packs = 0;
  for (const indexClass of [IndexClass.META, IndexClass.DATA]) {
    for (const { name, bytes, entryFrom, blobCount, isTombstoned } of facts[indexClass].index.packs) {
      packs += 1;
      const stored = facts.sizes.get(name);
      if (stored === bytes || isTombstoned && stored === void 0) continue;
      facts.problems.push({ object: packKey(name), what: stored === void 0 ? "is missing" : `has ${stored} bytes instead of ${bytes}` });
      if (stored === void 0) for (let entry = entryFrom; entry < entryFrom + blobCount; entry += 1) facts.bad[indexClass].add(entry);
    }
  }
  return packs;
}
async function readPacks(repository, facts) {
  const { options } = facts;
  const share = options.readShare ?? 0;
  let packsRead = 0;
  let bytesRead = 0;
  if (share <= 0) return { packsRead, bytesRead };
  const total = sumOf(facts.sizes);
  const lastVerified = options.lastVerified ?? /* @__PURE__ */ new Map();
  const every = (indexClass) => tasksOf(repository, facts[indexClass].index, { sizes: facts.sizes, lastVerified });
  const byClass = { meta: every(IndexClass.META), data: every(IndexClass.DATA) };
  const taken = tasksWithin({ first: byClass.meta, second: byClass.data }, share >= 1 ? Number.POSITIVE_INFINITY : total * share, lastVerified);
  for (const indexClass of [IndexClass.META, IndexClass.DATA]) {
    const { index } = facts[indexClass];
    const tasks = byClass[indexClass].filter((task) => taken.has(task));
    const onVerdict = (verdict) => {
      packsRead += 1;
      bytesRead += verdict.bytesRead;
      for (const what of verdict.faults) addOnce(facts.problems, { object: packKey(verdict.name), what });
      for (const entry of verdict.badEntries) facts.bad[indexClass].add(entry);
      if (verdict.faults.length === 0) options.onPackRead?.(verdict.name);
      options.onProgress?.({ filesDone: packsRead, bytesDone: bytesRead, bytesExpected: share >= 1 ? total : total * share });
    };
    await facts.lanes.run({ setup: setupOf2(repository, index), tasks, onVerdict, ...options.signal && { signal: options.signal } });
  }
  return { packsRead, bytesRead };
}
function addOnce(problems, problem) {
  if (!problems.some(({ object, what }) => object === problem.object && what === problem.what)) problems.push(problem);
}
async function findHits(repository, parts) {
  var _stack = [];
  try {
    const opened = openReader(repository, parts.meta, { cacheSegments: 8 });
    const _segments = __using(_stack, opened.segments, true);
    const finder = new HitFinder(opened.reader, parts, new LookupIds(repository.keys.idKey.key));
    const hits = [];
    const { whole } = await judgeCheckpoints(repository, parts.history);
    for (const { name, document } of [...parts.history.snapshots, ...whole]) {
      const paths = await finder.pathsOf(Buffer.from(document.tree, "hex"));
      if (paths.length > 0) hits.push({ snapshot: name, paths: paths.slice(0, PATHS_MAX) });
    }
    return hits;
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
var HitFinder = class {
  #reader;
  #parts;
  #lookupIds;
  #lookupId = new Uint32Array(4);
  /** Directory blobs without a hit at or below them, per page: they need no second look. */
  #clean = /* @__PURE__ */ new Set();
  constructor(reader, parts, lookupIds) {
    this.#reader = reader;
    this.#parts = parts;
    this.#lookupIds = lookupIds;
  }
  async pathsOf(tree) {
    const paths = [];
    const visited = [];
    const walk = walkTree(this.#reader, tree, {
      enter: (id) => {
        const key2 = Buffer.from(id).toString("latin1");
        if (this.#clean.has(key2)) return false;
        visited.push(key2);
        return true;
      },
      onDamage: (path5) => paths.push(printablePath(childPath(path5, ""))),
      ...this.#parts.signal && { signal: this.#parts.signal }
    });
    for await (const { path: path5, page } of walk) {
      for (let entry = 0; entry < page.count; entry += 1) {
        if (page.columns.type(entry) === FileType.FILE && !await this.#isWhole(page, entry)) paths.push(printablePath(childPath(path5, page.columns.names[entry])));
      }
    }
    if (paths.length === 0) for (const key2 of visited) this.#clean.add(key2);
    return paths;
  }
  async #isWhole(page, entry) {
    const content = { kind: page.kinds[entry], bytes: page.contentOf(entry) };
    if (content.kind === ContentKind.NONE) return true;
    if (content.kind === ContentKind.ONE) return this.#hasData(content.bytes);
    const readBlob = async (id) => Uint8Array.from(await this.#reader.read(id));
    try {
      if (content.kind === ContentKind.CHUNKS) {
        for await (const { id } of chunksOf(content, 0, readBlob)) if (!isHole(id) && !this.#hasData(id)) return false;
        return true;
      }
      for await (const { chunks } of chunkListsOf(content, readBlob)) for (const { id } of chunks) if (!isHole(id) && !this.#hasData(id)) return false;
      return true;
    } catch (error) {
      if (isBackupError(error, "DAMAGED") || isBackupError(error, "NOT_FOUND")) return false;
      throw error;
    }
  }
  /** True when at least one copy is not known to be bad. */
  #hasData(id) {
    this.#lookupIds.lookupInto(id, 0, this.#lookupId);
    const { table } = this.#parts.data.index;
    const first = table.find(this.#lookupId);
    if (first < 0) return false;
    const { bad } = this.#parts;
    return !bad.data.has(first) || table.findAll(this.#lookupId).some((copy) => !bad.data.has(copy));
  }
};

// src/engine/restore/archive.ts
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
var ArchiveFormat = { TAR: "tar", ZIP: "zip" };
async function writeArchive(inspector, output, options) {
  const found = new ArchiveEntries(inspector, options);
  await (options.format === ArchiveFormat.TAR ? writeTar(found, output, options.signal) : writeZip(found, output, options.signal));
  return { entries: found.entries, bytes: found.bytes, issues: found.issues };
}
var ArchiveEntries = class {
  #inspector;
  #options;
  issues = [];
  entries = 0;
  bytes = 0;
  constructor(inspector, options) {
    this.#inspector = inspector;
    this.#options = options;
  }
  async *[Symbol.asyncIterator]() {
    for await (const entry of this.#inspector.entries(this.#options.snapshot, this.#options.path)) {
      throwIfAborted(this.#options.signal);
      if (entry.type === "socket") {
        this.issues.push({ path: entry.path, what: "a socket has no place in an archive" });
        continue;
      }
      const isText = Buffer.from(Buffer.from(entry.bytePath, "latin1").toString("utf8")).equals(Buffer.from(entry.bytePath, "latin1"));
      if (!isText) this.issues.push({ path: entry.path, what: "the name is no UTF-8 and is written readably" });
      const name = (isText ? Buffer.from(entry.bytePath, "latin1").toString("utf8") : entry.path).replace(/^\/+/, "");
      this.entries += 1;
      this.bytes += entry.type === "file" ? entry.bytes : 0;
      yield { ...entry, name: entry.type === "directory" ? `${name}/` : name };
    }
  }
};
var TAR_TYPES = { file: "file", directory: "directory", link: "symlink", fifo: "fifo", block: "block-device", character: "character-device" };
async function writeTar(entries, output, signal) {
  const tar = await import("./part-2OIZL4QM.js");
  const { readable, controller } = tar.createTarPacker();
  const sent = pipeline(Readable.fromWeb(readable), output, { end: false, ...signal && { signal } });
  sent.catch(() => {
  });
  const firstNames = /* @__PURE__ */ new Map();
  try {
    for await (const entry of entries) await addToTar(controller, entry, firstNames);
    controller.finalize();
  } catch (error) {
    controller.error(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
  await sent;
}
async function addToTar(controller, entry, firstNames) {
  const first = entry.type === "file" && entry.links > 1 ? firstNames.get(entry.identity) : void 0;
  if (entry.type === "file" && entry.links > 1 && first === void 0) firstNames.set(entry.identity, entry.name);
  const isFile = entry.type === "file" && first === void 0;
  const writer = controller.add({
    name: entry.name,
    size: isFile ? entry.bytes : 0,
    mtime: new Date(Math.max(0, Date.parse(entry.modifiedAt) || 0)),
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    type: first === void 0 ? TAR_TYPES[entry.type] : "link",
    ...first !== void 0 && { linkname: first },
    ...entry.linkTarget !== void 0 && { linkname: entry.linkTarget }
  }).getWriter();
  if (isFile) for await (const piece of entry.content()) await writer.write(piece);
  await writer.close();
}
async function writeZip(entries, output, signal) {
  const { default: yazl } = await import("./part-FJRQ25RV.js");
  const zip = new yazl.ZipFile();
  const sent = pipeline(zip.outputStream, output, { end: false, ...signal && { signal } });
  sent.catch(() => {
  });
  for await (const found of entries) {
    const entry = { ...found, name: zipName(found, entries.issues) };
    const options = { mtime: new Date(Date.parse(entry.modifiedAt) || 0), mode: entry.mode };
    if (entry.type === "directory") zip.addEmptyDirectory(entry.name, options);
    else if (entry.type === "link") zip.addBuffer(Buffer.from(entry.linkTarget ?? ""), entry.name, { ...options, mode: 41471 });
    else if (entry.type === "file") await addFile(zip, entry, { options, sent });
    else entries.issues.push({ path: entry.path, what: "a device or pipe has no place in a zip archive" });
  }
  zip.end();
  await sent;
}
function zipName({ name, path: path5 }, issues) {
  if (!name.includes("\\")) return name;
  const isNamed = issues.at(-1)?.path === path5;
  if (!isNamed) issues.push({ path: path5, what: "a zip archive takes no backslash in a name: it is written as %5C" });
  return name.replaceAll("\\", "%5C");
}
async function addFile(zip, entry, parts) {
  const content = Readable.from(entry.content(), { objectMode: false });
  const read = new Promise((resolve, reject) => {
    content.once("end", resolve);
    content.once("error", reject);
  });
  zip.addReadStream(content, entry.name, { ...parts.options, mode: 32768 | entry.mode });
  await Promise.race([read, parts.sent]);
}

// src/engine/restore/locate.ts
import path2 from "node:path";
async function resolvePath(reader, document, typed) {
  const root = Buffer.from(document.tree, "hex");
  for (const candidate of candidatesOf(document, Buffer.from(typed).toString("latin1"))) {
    if (candidate === "/") return { path: "/", found: void 0 };
    const found = await findEntry(reader, root, candidate);
    if (found) return { path: candidate, found };
  }
  throw new BackupError("NOT_FOUND", "The snapshot has no such path.", { context: { object: typed } });
}
function candidatesOf({ paths }, typed) {
  const clean = (text) => path2.posix.normalize(text).replace(/(.)\/+$/, "$1");
  if (typed.startsWith("/") || typed === "") return [clean(typed || "/")];
  const roots = paths.map(bytesOfPathText);
  return [...roots.map((root) => clean(`${root}/${typed}`)), ...roots.map((root) => clean(`${path2.posix.dirname(root)}/${typed}`)), clean(`/${typed}`)];
}
async function findEntry(reader, root, at) {
  let id = root;
  let found;
  for (const name of at.split("/").filter((part) => part !== "")) {
    if (!id) return void 0;
    found = await findIn(reader, id, name);
    if (!found) return void 0;
    id = directoryOf(found);
  }
  return found;
}
async function findIn(reader, directory, name) {
  for await (const page of pagesOfDirectory(reader, directory)) {
    const entry = page.find(name);
    if (entry >= 0) return { page, entry };
  }
  return void 0;
}
function directoryOf({ page, entry }) {
  return page.columns.type(entry) === FileType.DIRECTORY && page.kinds[entry] === ContentKind.ONE ? Uint8Array.from(page.contentOf(entry)) : void 0;
}
async function locateDirectory(reader, document, typed) {
  const resolved = await resolvePath(reader, document, typed);
  const id = resolved.found ? directoryOf(resolved.found) : Buffer.from(document.tree, "hex");
  if (!id) throw new BackupError("USAGE", `${printablePath(resolved.path)} is no folder in the snapshot: name it with --include.`);
  return { ...resolved, id };
}

// src/engine/restore/inspect.ts
var TYPE_NAMES = {
  [FileType.FILE]: "file",
  [FileType.DIRECTORY]: "directory",
  [FileType.LINK]: "link",
  [FileType.FIFO]: "fifo",
  [FileType.SOCKET]: "socket",
  [FileType.BLOCK]: "block",
  [FileType.CHARACTER]: "character"
};
function describe(page, entry, path5) {
  const { columns } = page;
  const mode = columns.mode(entry);
  const link = page.extra(entry, ExtraType.LINK_TARGET);
  const ms = columns.mtimeSeconds(entry) * 1e3 + Math.floor(columns.mtimeNanoseconds(entry) / 1e6);
  return {
    path: printablePath(path5),
    type: TYPE_NAMES[fileTypeOf(mode)] ?? "file",
    mode: mode & 4095,
    uid: columns.values[Column.UID][entry],
    gid: columns.values[Column.GID][entry],
    bytes: columns.size(entry),
    modifiedAt: Math.abs(ms) <= 864e13 ? new Date(ms).toISOString() : `@${columns.mtimeSeconds(entry)}`,
    ...link && { linkTarget: printablePath(Buffer.from(link).toString("latin1")) }
  };
}
var Inspector = class _Inspector {
  #meta;
  #repository;
  #data;
  constructor(repository, meta) {
    this.#repository = repository;
    this.#meta = meta;
  }
  static async open(repository) {
    return new _Inspector(repository, openReader(repository, await openIndex(repository, IndexClass.META, (await readDeleteLog(repository)).packs), { cacheSegments: 8 }));
  }
  async [Symbol.asyncDispose]() {
    await this.#meta.segments[Symbol.asyncDispose]();
    await this.#data?.segments[Symbol.asyncDispose]();
  }
  /** The entries of a directory, or the one entry that is no directory. A relative path is resolved as locate.ts says. Throws NOT_FOUND. */
  async *list(snapshot, path5, options) {
    const { path: at, found } = await resolvePath(this.#meta.reader, snapshot.document, path5);
    const id = found ? directoryOf(found) : Buffer.from(snapshot.document.tree, "hex");
    if (!id) {
      yield describe(found.page, found.entry, at);
      return;
    }
    const pages = options.recursive ? walkTree(this.#meta.reader, id, { path: at }) : withPath(pagesOfDirectory(this.#meta.reader, id), at);
    for await (const { path: folder, page } of pages) for (let entry = 0; entry < page.count; entry += 1) yield describe(page, entry, childPath(folder, page.columns.names[entry]));
  }
  /** What stands at a path. Throws NOT_FOUND. */
  async typeOf(snapshot, path5) {
    const { path: at, found } = await resolvePath(this.#meta.reader, snapshot.document, path5);
    return found ? describe(found.page, found.entry, at).type : "directory";
  }
  /** Entries whose path matches a glob, in every given snapshot. */
  async *find(snapshots, pattern) {
    const { expression } = compilePattern(pattern);
    for (const snapshot of snapshots) {
      for await (const { path: path5, page } of walkTree(this.#meta.reader, Buffer.from(snapshot.document.tree, "hex"))) {
        for (let entry = 0; entry < page.count; entry += 1) {
          const at = childPath(path5, page.columns.names[entry]);
          if (expression.test(at.slice(1))) yield { snapshot: snapshot.name, ...describe(page, entry, at) };
        }
      }
    }
  }
  /** Differences from `a` to `b`, in path order. */
  async *diff(a, b) {
    yield* diffDirectories(this.#meta.reader, { path: "/", a: Buffer.from(a.document.tree, "hex"), b: Buffer.from(b.document.tree, "hex") });
  }
  /** The bytes of one file, each chunk proven by its id. Throws NOT_FOUND, DAMAGED. */
  async *content(snapshot, path5) {
    const { found } = await resolvePath(this.#meta.reader, snapshot.document, path5);
    if (found?.page.columns.type(found.entry) !== FileType.FILE) throw new BackupError("NOT_FOUND", "The snapshot has no such file.", { context: { object: path5 } });
    yield* this.#contentOf(found.page, found.entry);
  }
  /** A directory's entries with all below, or one entry, each with a way to its bytes. Throws NOT_FOUND. */
  async *entries(snapshot, path5) {
    const { path: at, found } = await resolvePath(this.#meta.reader, snapshot.document, path5);
    const id = found ? directoryOf(found) : Buffer.from(snapshot.document.tree, "hex");
    if (found) yield this.#inspected(found.page, found.entry, at);
    if (id) yield* this.#below(id, at);
  }
  /** Each directory is followed by what is in it, as tar needs it to set its times last. */
  async *#below(id, path5) {
    for await (const page of pagesOfDirectory(this.#meta.reader, id)) {
      for (let entry = 0; entry < page.count; entry += 1) {
        const at = childPath(path5, page.columns.names[entry]);
        yield this.#inspected(page, entry, at);
        const inside = directoryOf({ page, entry });
        if (inside) yield* this.#below(inside, at);
      }
    }
  }
  #inspected(page, entry, path5) {
    return { ...describe(page, entry, path5), bytePath: path5, identity: page.columns.identity(entry), links: page.columns.links(entry), content: () => this.#contentOf(page, entry) };
  }
  async *#contentOf(page, entry) {
    this.#data ??= openReader(this.#repository, await openIndex(this.#repository, IndexClass.DATA, (await readDeleteLog(this.#repository)).packs), { cacheSegments: 8 });
    const { reader } = this.#data;
    const content = { kind: page.kinds[entry], bytes: page.contentOf(entry) };
    for await (const { id, bytes } of chunksOf(content, page.columns.size(entry), async (list) => Uint8Array.from(await this.#meta.reader.read(list)))) {
      yield* isHole(id) ? zeros(bytes) : [Uint8Array.from(await reader.read(id))];
    }
  }
};
async function* withPath(pages, path5) {
  for await (const page of pages) yield { path: path5, page };
}
function* zeros(bytes) {
  const piece = new Uint8Array(Math.min(bytes, 1024 * 1024));
  for (let left = bytes; left > 0; left -= piece.length) yield piece.subarray(0, Math.min(left, piece.length));
}
async function* diffDirectories(reader, pair) {
  if (pair.a && pair.b && Buffer.compare(pair.a, pair.b) === 0) return;
  const before = await entriesOf(reader, pair.a);
  const after = await entriesOf(reader, pair.b);
  for (const name of [.../* @__PURE__ */ new Set([...before.keys(), ...after.keys()])].sort()) {
    const a = before.get(name);
    const b = after.get(name);
    const path5 = childPath(pair.path, name);
    const difference = compare2(path5, a, b);
    if (difference) yield difference;
    const inside = { path: path5, a: a && directoryOf(a), b: b && directoryOf(b) };
    if (inside.a || inside.b) yield* diffDirectories(reader, inside);
  }
}
async function entriesOf(reader, id) {
  const entries = /* @__PURE__ */ new Map();
  if (id) for await (const page of pagesOfDirectory(reader, id)) for (let entry = 0; entry < page.count; entry += 1) entries.set(page.columns.names[entry], { page, entry });
  return entries;
}
function compare2(path5, a, b) {
  const bytesBefore = a ? a.page.columns.size(a.entry) : 0;
  const bytesAfter = b ? b.page.columns.size(b.entry) : 0;
  const facts = { path: printablePath(path5), bytesBefore, bytesAfter, isBitRotSuspected: false };
  if (!a || !b) return { ...facts, change: a ? "removed" : "added" };
  const types = [a, b].map(({ page, entry }) => page.columns.type(entry));
  if (types[0] !== types[1]) return { ...facts, change: "changed" };
  if (types[0] === FileType.FILE && !isSameContent(a, b)) return { ...facts, change: "changed", isBitRotSuspected: a.page.columns.isUnchanged(a.entry, b.page.columns, b.entry) };
  return isSameMetadata(a, b) ? void 0 : { ...facts, change: "metadata" };
}
function isSameContent(a, b) {
  return a.page.kinds[a.entry] === b.page.kinds[b.entry] && Buffer.compare(a.page.contentOf(a.entry), b.page.contentOf(b.entry)) === 0;
}
var COMPARED = [Column.MODE, Column.UID, Column.GID, Column.MTIME_LOW, Column.MTIME_HIGH, Column.MTIME_NANOSECONDS];
function isSameMetadata(a, b) {
  if (COMPARED.some((column) => a.page.columns.values[column][a.entry] !== b.page.columns.values[column][b.entry])) return false;
  const extras = ({ page, entry }) => page.extrasOf(entry).map(({ type, bytes }) => `${type}:${Buffer.from(bytes).toString("hex")}`).join();
  return extras(a) === extras(b);
}

// src/engine/restore/restore.ts
import path4 from "node:path";

// src/engine/restore/content-lanes.ts
import { MessageChannel as MessageChannel2, receiveMessageOnPort as receiveMessageOnPort2 } from "node:worker_threads";
var WORKER_BYTES_MIN3 = 8 * 1024 * 1024;
var WORKER_PIECES_MIN = 2e3;
var WORKER_BYTES_AHEAD = 8 * 1024 * 1024;
var WORKER_PIECES_AHEAD = 256;
var WAITING_MAX = 4;
var LaneName = { HERE: "here", WORKER: "worker" };
var ContentLanes = class {
  #data;
  #writer;
  #share;
  #waiting = [];
  /** By segment. */
  #lanes = /* @__PURE__ */ new Map();
  #worker;
  #isAlone = false;
  #piecesSeen = 0;
  #bytesSeen = 0;
  /** Given to the worker and not yet written. */
  #ahead = { pieces: 0, bytes: 0 };
  #failure;
  #wake;
  /** `share` gives what a worker reads with, or undefined where there can be none. */
  constructor(data, share) {
    this.#data = data;
    this.#writer = new ContentWriter(data);
    this.#share = share;
  }
  /** Whose a blob is; it is counted as given. */
  laneOf(id, bytes) {
    const lane = this.#segmentLane(this.#data.segmentOf(id), bytes);
    if (lane === LaneName.WORKER) this.#ahead = { pieces: this.#ahead.pieces + 1, bytes: this.#ahead.bytes + bytes };
    return lane;
  }
  /** `done` is called once the batch is written: now, or in a later call. */
  async write(batch, lane) {
    this.#drain();
    if (lane === LaneName.HERE || !this.#worker) return batch.done(await this.#writer.write(batch.pieces));
    await this.#settledTo(WAITING_MAX - 1);
    this.#waiting.push(batch);
    this.#worker.port.postMessage(batch.pieces);
  }
  /** Resolves when the worker holds nothing more. */
  async idle() {
    await this.#settledTo(0);
  }
  async #settledTo(waitingMax) {
    for (this.#drain(); this.#waiting.length > waitingMax; this.#drain()) {
      await new Promise((resolve) => {
        this.#wake = resolve;
      });
    }
  }
  /** After it no thread writes any more. */
  async [Symbol.asyncDispose]() {
    const worker = this.#worker;
    this.#worker = void 0;
    this.#isAlone = true;
    worker?.port.close();
    await worker?.thread.terminate();
  }
  #segmentLane(segment, bytes) {
    const known = this.#lanes.get(segment);
    if (known) return known;
    this.#piecesSeen += 1;
    this.#bytesSeen += bytes;
    const isWorthIt = this.#piecesSeen >= WORKER_PIECES_MIN || this.#bytesSeen >= WORKER_BYTES_MIN3;
    if (!this.#worker && isWorthIt && !this.#isAlone) this.#worker = this.#start();
    if (!this.#worker) return LaneName.HERE;
    const lane = this.#ahead.bytes < WORKER_BYTES_AHEAD && this.#ahead.pieces < WORKER_PIECES_AHEAD ? LaneName.WORKER : LaneName.HERE;
    this.#lanes.set(segment, lane);
    return lane;
  }
  #start() {
    const reader = this.#share();
    this.#isAlone = reader === void 0;
    if (!reader) return void 0;
    const { port1, port2 } = new MessageChannel2();
    const thread = startWorkerThread({ contents: { reader, port: port2 } }, [port2], { closesItsFiles: true });
    port1.on("message", (failures) => this.#settle(failures));
    thread.on("error", (error) => this.#lose(error));
    thread.on("exit", (code) => this.#lose(lostThread(code)));
    return { thread, port: port1 };
  }
  /** Takes what has arrived without a turn of the event loop. */
  #drain() {
    const port = this.#worker?.port;
    for (let received = port && receiveMessageOnPort2(port); received; received = port && receiveMessageOnPort2(port)) this.#settle(received.message);
    if (this.#failure) throw this.#failure;
  }
  /** The worker answers in the order in which it was asked. */
  #settle(failures) {
    const batch = this.#waiting.shift();
    if (!batch) return;
    const { bytes } = batch.pieces;
    this.#ahead = { pieces: this.#ahead.pieces - bytes.length, bytes: this.#ahead.bytes - bytes.reduce((sum, each) => sum + each, 0) };
    try {
      batch.done(failures);
    } catch (error) {
      this.#failure ??= error;
    }
    this.#wake?.();
  }
  #lose(error) {
    if (!this.#worker) return;
    this.#failure ??= error;
    this.#wake?.();
  }
};

// src/engine/restore/restore-guard.ts
import fs5 from "node:fs";
import path3 from "node:path";
function guardRestore(repository, document, facts) {
  const { target, options } = facts;
  const { store } = repository;
  const status = fs5.statSync(target, { throwIfNoEntry: false });
  if (status && !status.isDirectory()) throw refused(target, "It is no folder");
  if (store.capabilities.localFiles && isAtOrBelow(realPath(target), realPath(store.location))) throw refused(target, "It lies in the repository");
  if (!options.delete) return;
  if (target === "/") throw new BackupError("USAGE", '--delete is not allowed for "/".');
  if ((options.include ?? []).length > 0) throw new BackupError("USAGE", "--delete and --include do not go together: what is not included would be removed.");
  if (!options.deleteExcluded && leavesOut(document)) {
    throw new BackupError("USAGE", "The snapshot does not hold all that the source held (filters, or items that could not be read): --delete would remove that too. Add --delete-excluded if it may.");
  }
}
function leavesOut({ complete, summary, filters, skippedCount }) {
  const isFiltered = Object.values(filters).some((value) => Array.isArray(value) ? value.length > 0 : value !== void 0 && value !== false);
  return !complete || isFiltered || summary.filesFiltered > 0 || skippedCount > 0;
}
function refused(target, why) {
  return new BackupError("TARGET_REFUSED", `The target is refused. ${why}.`, { context: { path: target, why } });
}
function isAtOrBelow(file, folder) {
  return file === folder || file.startsWith(folder === "/" ? "/" : `${folder}/`);
}
function realPath(file) {
  try {
    return fs5.realpathSync.native(file);
  } catch {
    return file === path3.dirname(file) ? file : path3.join(realPath(path3.dirname(file)), path3.basename(file));
  }
}

// src/engine/restore/restore-run.ts
import fs9 from "node:fs";

// src/engine/restore/entry-metadata.ts
import fs6 from "node:fs";
function applyMetadata(restored, place, options) {
  const { page, entry, path: path5 } = restored;
  const { columns } = page;
  const attempt = (what, run) => {
    try {
      run();
    } catch (error) {
      options.onIssue(path5, `${what}: ${systemCode(error) ?? String(error)}`);
    }
  };
  const owner = { uid: columns.values[Column.UID][entry], gid: columns.values[Column.GID][entry] };
  if (options.isRoot) attempt("owner", () => setOwner(place, owner, options.calls));
  for (const { name, value } of attributesOf(page, entry)) attempt(`attribute ${name}`, () => setAttribute(place, { name, value }, options.calls));
  const mode = columns.mode(entry);
  if ((mode & 61440) !== FileType.LINK) attempt("mode", () => setMode(place, mode & 4095, options.calls));
  const mtime = { seconds: columns.mtimeSeconds(entry), nanoseconds: columns.mtimeNanoseconds(entry) };
  attempt("time", () => "descriptor" in place ? options.calls.futimens(place.descriptor, mtime) : options.calls.utimensat(place.directory, place.name, mtime));
}
function attributesOf(page, entry) {
  if (page.extras.length === 0) return [];
  return page.extrasOf(entry).filter(({ type }) => type === ExtraType.ATTRIBUTE).map(({ bytes }) => {
    const length = bytes[0] ?? 0;
    return { name: Buffer.from(bytes.subarray(1, 1 + length)).toString("latin1"), value: Buffer.from(bytes.subarray(1 + length)) };
  });
}
function setOwner(place, owner, calls) {
  if ("descriptor" in place) fs6.fchownSync(place.descriptor, owner.uid, owner.gid);
  else calls.lchownat(place.directory, place.name, owner);
}
function setAttribute(place, attribute, calls) {
  if ("descriptor" in place) calls.fsetxattr(place.descriptor, attribute.name, attribute.value);
  else calls.lsetxattr(place.directory, place.name, attribute);
}
function setMode(place, mode, calls) {
  if ("descriptor" in place) fs6.fchmodSync(place.descriptor, mode);
  else calls.fchmodat(place.directory, place.name, mode);
}

// src/engine/restore/file-restorer.ts
import fs8 from "node:fs";

// src/engine/restore/temporary-entry.ts
import { randomBytes as randomBytes2 } from "node:crypto";

// src/engine/restore/target-directory.ts
import fs7 from "node:fs";
var { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = fs7.constants;
var O_CLOEXEC = 524288;
var FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
var TargetDirectory = class _TargetDirectory {
  path;
  #parent;
  #name;
  #options;
  #descriptor = -1;
  /** True when this run made it: nothing of another's is inside. */
  isNew = false;
  constructor(path5, options, below) {
    this.path = path5;
    this.#options = options;
    this.#parent = below?.parent;
    this.#name = below?.name ?? "";
  }
  /** True when the directory has been opened or made. */
  get isOpen() {
    return this.#descriptor >= 0;
  }
  child(name) {
    return new _TargetDirectory(`${this.path === "/" ? "" : this.path}/${name}`, this.#options, { parent: this, name });
  }
  /** Its descriptor; makes it and its parents if needed. Throws TARGET_REFUSED where something else stands in the way. */
  descriptor() {
    if (this.#descriptor < 0) this.#descriptor = this.#parent ? this.#openBelow(this.#parent.descriptor()) : this.#openRoot();
    return this.#descriptor;
  }
  /** Its descriptor if it exists already; never makes anything. */
  existing() {
    if (this.#descriptor >= 0) return this.#descriptor;
    const parent = this.#parent?.existing();
    try {
      if (this.#parent) this.#descriptor = parent === void 0 ? -1 : this.#options.calls.openat(parent, this.#name, FLAGS);
      else this.#descriptor = fs7.openSync(Buffer.from(this.path, "latin1"), O_RDONLY | O_DIRECTORY);
    } catch (error) {
      if (["ENOENT", "ENOTDIR", "ELOOP"].includes(systemCode(error) ?? "")) return void 0;
      throw error;
    }
    return this.#descriptor < 0 ? void 0 : this.#descriptor;
  }
  [Symbol.dispose]() {
    if (this.#descriptor >= 0) fs7.closeSync(this.#descriptor);
    this.#descriptor = -1;
  }
  #openRoot() {
    const path5 = Buffer.from(this.path, "latin1");
    if (!fs7.existsSync(path5)) this.isNew = true;
    makeDirectories(this.path, { mode: 448, encoding: "latin1" });
    return fs7.openSync(path5, O_RDONLY | O_DIRECTORY);
  }
  #openBelow(parent) {
    const { calls } = this.#options;
    try {
      calls.mkdirat(parent, this.#name, 448);
      this.isNew = true;
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
    }
    try {
      return calls.openat(parent, this.#name, FLAGS);
    } catch (error) {
      if (!["ENOTDIR", "ELOOP"].includes(systemCode(error) ?? "")) throw error;
      return this.#replace(parent, error);
    }
  }
  #replace(parent, cause) {
    const { calls, mayReplace } = this.#options;
    if (!mayReplace) throw new BackupError("TARGET_REFUSED", "Something that is no directory stands where one is to be restored.", { context: { path: this.path, why: "Something that is no folder stands there" }, cause });
    calls.unlinkat(parent, this.#name, { isDirectory: false });
    calls.mkdirat(parent, this.#name, 448);
    this.isNew = true;
    return calls.openat(parent, this.#name, FLAGS);
  }
};
function removeTree(calls, directory, name) {
  try {
    calls.unlinkat(directory, name, { isDirectory: false });
    return;
  } catch (error) {
    if (!["EISDIR", "EPERM"].includes(systemCode(error) ?? "")) throw error;
  }
  const inside = calls.openat(directory, name, FLAGS);
  try {
    for (const below of namesIn(calls, inside)) removeTree(calls, inside, below);
  } finally {
    fs7.closeSync(inside);
  }
  calls.unlinkat(directory, name, { isDirectory: true });
}
function namesIn(calls, directory) {
  const names = [];
  const records = Buffer.allocUnsafeSlow(64 * 1024);
  const fresh = calls.openat(directory, ".", FLAGS);
  try {
    for (let bytes = calls.getdents(fresh, records); bytes > 0; bytes = calls.getdents(fresh, records)) {
      for (let at = 0; at < bytes; at += records.readUInt16LE(at + 16)) {
        const name = records.toString("latin1", at + 19, records.indexOf(0, at + 19));
        if (name !== "." && name !== "..") names.push(name);
      }
    }
  } finally {
    fs7.closeSync(fresh);
  }
  return names.sort();
}
function statusOf(calls, directory, name) {
  const status = Buffer.alloc(STATX_BYTES);
  const errno = calls.statx(directory, name, status);
  if (errno !== 0) return void 0;
  return { mode: status.readUInt16LE(28), bytes: Number(status.readBigUInt64LE(40)), mtimeSeconds: Number(status.readBigInt64LE(112)), mtimeNanoseconds: status.readUInt32LE(120) };
}

// src/engine/restore/temporary-entry.ts
var TEMPORARY = /^\.neonpro-([0-9a-f]{8})-(\d+)-[0-9a-f]{16}$/;
var ours = randomBytes2(4).toString("hex");
var count = 0;
function temporaryName() {
  count += 1;
  return `.neonpro-${machineTag()}-${process.pid}-${ours}${(count >>> 0).toString(16).padStart(8, "0")}`;
}
function isLeftover(name, { ofAll }) {
  const [, tag, owner] = TEMPORARY.exec(name) ?? [];
  return tag !== void 0 && (ofAll || tag === machineTag() && !isProcessAlive(Number(owner)));
}
function putInPlace(calls, directory, entry) {
  const { temporary, name, isReplacing } = entry;
  const status = isReplacing ? statusOf(calls, directory, name) : void 0;
  if (status && fileTypeOf(status.mode) === FileType.DIRECTORY) calls.unlinkat(directory, name, { isDirectory: true });
  calls.rename(directory, temporary, { name, noReplace: !isReplacing });
}
function makeSpecial(calls, { page, entry }, at) {
  const mode = page.columns.mode(entry);
  if (fileTypeOf(mode) === FileType.LINK) {
    const link = page.extra(entry, 1);
    if (!link) throw new BackupError("DAMAGED", "A symbolic link has no target.");
    return calls.symlinkat(link, at.directory, at.name);
  }
  const device = Buffer.from(page.extra(entry, 3) ?? Buffer.alloc(8));
  calls.mknodat(at.directory, at.name, { mode: mode & 61440 | 384, major: device.readUInt32LE(0), minor: device.readUInt32LE(4) });
}

// src/engine/restore/file-restorer.ts
var BATCH_FILES_MAX = 64;
var BATCH_BYTES_MAX = 4 * 1024 * 1024;
var ID_BYTES = 32;
var { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW: O_NOFOLLOW2 } = fs8.constants;
var LANES = [LaneName.HERE, LaneName.WORKER];
function newBatch() {
  return { pieces: [], files: /* @__PURE__ */ new Set(), bytes: 0 };
}
var FileRestorer = class {
  #parts;
  #open = /* @__PURE__ */ new Set();
  #batches = { [LaneName.HERE]: newBatch(), [LaneName.WORKER]: newBatch() };
  constructor(parts) {
    this.#parts = parts;
  }
  /** Takes a file. It is in its place, or has failed, when `finish` is done; at once with `isNow`. */
  async add(file) {
    const opened = this.#openFile(file);
    try {
      await this.#collect(opened);
    } catch (error) {
      throwIfAborted(this.#parts.signal);
      opened.failure ??= error;
    }
    opened.isRead = true;
    this.#settle(opened);
    if (file.isNow) await this.#flush(LaneName.HERE);
    else for (const lane of LANES) if (this.#batches[lane].files.size >= BATCH_FILES_MAX) await this.#flush(lane);
  }
  async finish() {
    for (const lane of LANES) await this.#flush(lane);
    await this.#parts.lanes.idle();
  }
  /** Removes what is not finished. */
  async [Symbol.asyncDispose]() {
    await this.#parts.lanes[Symbol.asyncDispose]();
    for (const file of this.#open) this.#remove(file);
    for (const { held } of this.#open) held.release();
    this.#open.clear();
  }
  #openFile(file) {
    const temporary = temporaryName();
    const descriptor = this.#parts.calls.openat(file.held.target.descriptor(), temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW2, 384);
    const opened = { ...file, temporary, descriptor, batches: 0, isRead: false, failure: void 0 };
    this.#open.add(opened);
    file.held.hold();
    return opened;
  }
  async #collect(file) {
    const { page, entry } = file;
    const bytes = page.columns.size(entry);
    const { metadata, signal } = this.#parts;
    let at = 0;
    for await (const chunk of chunksOf({ kind: page.kinds[entry], bytes: page.contentOf(entry) }, bytes, async (id) => Uint8Array.from(await metadata.read(id, signal)))) {
      throwIfAborted(signal);
      if (!isHole(chunk.id)) await this.#take({ file, at, bytes: chunk.bytes, id: chunk.id });
      at += chunk.bytes;
    }
    if (at !== bytes) throw new BackupError("DAMAGED", "A file's chunks do not add up to its size.");
  }
  async #take(piece) {
    const lane = piece.file.isNow ? LaneName.HERE : this.#parts.lanes.laneOf(piece.id, piece.bytes);
    const batch = this.#batches[lane];
    batch.pieces.push(piece);
    batch.bytes += piece.bytes;
    if (!batch.files.has(piece.file)) {
      batch.files.add(piece.file);
      piece.file.batches += 1;
    }
    if (batch.bytes >= BATCH_BYTES_MAX) await this.#flush(lane);
  }
  async #flush(lane) {
    const batch = this.#batches[lane];
    if (batch.pieces.length === 0) return;
    this.#batches[lane] = newBatch();
    await this.#parts.lanes.write(this.#toWrite(batch), lane);
  }
  #toWrite({ pieces, files }) {
    const ids = new Uint8Array(pieces.length * ID_BYTES);
    for (const [i, { id }] of pieces.entries()) ids.set(id, i * ID_BYTES);
    return {
      pieces: {
        descriptors: Int32Array.from(pieces, ({ file }) => file.descriptor),
        positions: Float64Array.from(pieces, ({ at }) => at),
        bytes: Float64Array.from(pieces, ({ bytes }) => bytes),
        ids,
        isVerified: this.#parts.isVerified
      },
      done: (failures) => {
        for (const failure of failures) pieces[failure.piece].file.failure ??= errorOf(failure);
        for (const file of files) {
          file.batches -= 1;
          this.#settle(file);
        }
      }
    };
  }
  #settle(file) {
    if (!file.isRead || file.batches > 0) return;
    this.#open.delete(file);
    try {
      if (file.failure !== void 0) throw file.failure;
      this.#complete(file);
    } catch (error) {
      this.#remove(file);
      file.held.release();
      return this.#parts.onFailed(error, file.source);
    }
    fs8.closeSync(file.descriptor);
    this.#parts.onRestored(file);
    file.held.release();
  }
  #complete(file) {
    const { page, entry, source, descriptor, temporary, held, isReplacing } = file;
    const { calls, isVerified, metadataOptions } = this.#parts;
    const bytes = page.columns.size(entry);
    if (page.kinds[entry] !== ContentKind.ONE && bytes > 0) fs8.ftruncateSync(descriptor, bytes);
    if (isVerified && fs8.fstatSync(descriptor).size !== bytes) throw new BackupError("RESTORE_MISMATCH", "A restored file has another length than the snapshot says.");
    applyMetadata({ page, entry, path: source }, { descriptor }, metadataOptions);
    putInPlace(calls, held.target.descriptor(), { temporary, name: page.columns.names[entry], isReplacing });
  }
  #remove({ descriptor, temporary, held }) {
    fs8.closeSync(descriptor);
    this.#parts.calls.unlinkat(held.target.descriptor(), temporary, { isDirectory: false });
  }
};
function errorOf({ error, systemCode: systemCode2 }) {
  return systemCode2 === void 0 ? receivedError(error) : Object.assign(new Error(error.detail), { code: systemCode2 });
}

// src/engine/restore/held-directory.ts
var HeldDirectory = class {
  target;
  #held = 0;
  #end;
  constructor(target) {
    this.target = target;
  }
  /** For a file that is being written. */
  hold() {
    this.#held += 1;
  }
  release() {
    this.#held -= 1;
    this.#endIfFree();
  }
  /** No more files come. `end` runs once, when none is being written any more: perhaps now. */
  close(end) {
    this.#end = end;
    this.#endIfFree();
  }
  #endIfFree() {
    if (this.#held > 0) return;
    const end = this.#end;
    this.#end = void 0;
    end?.();
  }
};

// src/engine/restore/restore-options.ts
var Overwrite = { ALWAYS: "always", IF_CHANGED: "if-changed", IF_NEWER: "if-newer", NEVER: "never" };

// src/engine/restore/selection.ts
var ALL = { takes: () => true, mayHold: () => true, unmatched: () => [] };
function createSelection(patterns) {
  const wishes = patterns.map((pattern) => new Wish(pattern));
  if (wishes.length === 0) return ALL;
  const isWished = (path5) => {
    let isTaken = false;
    for (const wish of wishes) isTaken = wish.meets(path5) || isTaken;
    return isTaken;
  };
  const parents = new Verdicts(isWished);
  return {
    takes: (path5) => isWished(path5) || parents.of(parentOf(path5)),
    mayHold: (path5) => wishes.some((wish) => wish.mayMeetBelow(path5)),
    unmatched: () => wishes.filter(({ isMet }) => !isMet).map(({ text }) => text)
  };
}
function parentOf(path5) {
  return path5.slice(0, Math.max(path5.lastIndexOf("/"), 1));
}
var Verdicts = class {
  #isWished;
  #path = "";
  #verdict = false;
  constructor(isWished) {
    this.#isWished = isWished;
  }
  of(path5) {
    if (path5 === this.#path) return this.#verdict;
    let verdict = this.#isWished(path5);
    for (let at = path5; !verdict && at !== "/"; ) {
      at = parentOf(at);
      verdict = this.#isWished(at);
    }
    this.#path = path5;
    this.#verdict = verdict;
    return verdict;
  }
};
var Wish = class {
  text;
  #literal;
  #isAbsolute;
  #glob;
  /** What every path that meets the pattern begins with. */
  #prefix;
  isMet = false;
  constructor(text) {
    this.text = text;
    const trimmed = text.replace(/^(\.\/+)+/, "").replace(/\/+$/, "") || "/";
    const plain = trimmed === "." ? "/" : trimmed;
    this.#isAbsolute = plain.startsWith("/");
    this.#literal = Buffer.from(plain).toString("latin1");
    const isGlob = /[*?[{\\]/.test(plain);
    this.#glob = isGlob ? compilePattern(this.#isAbsolute ? plain : `**/${plain}`).expression : void 0;
    this.#prefix = this.#isAbsolute ? this.#literal.slice(0, isGlob ? this.#literal.search(/\/[^/]*[*?[{\\]/) : void 0) : "";
  }
  /** A name with brackets in it is met as it stands, too. */
  meets(path5) {
    const isMeant = path5 === this.#literal || !this.#isAbsolute && path5.endsWith(`/${this.#literal}`) || (this.#glob?.test(path5.slice(1)) ?? false);
    if (isMeant) this.isMet = true;
    return isMeant;
  }
  mayMeetBelow(path5) {
    if (!this.#isAbsolute || path5 === "/") return true;
    return this.#prefix.startsWith(`${path5}/`) || this.#glob !== void 0 && (this.#prefix === path5 || path5.startsWith(`${this.#prefix}/`));
  }
};

// src/engine/restore/restore-run.ts
var YIELD_NS2 = 40000000n;
var ISSUES_MAX = 1e3;
var ISSUES = /* @__PURE__ */ new Set(["DAMAGED", "NOT_FOUND", "RESTORE_MISMATCH", "TARGET_REFUSED"]);
var RestoreRun = class {
  #parts;
  #calls;
  #roots;
  #selection;
  #overwrite;
  #files;
  #metadataOptions;
  #linked = /* @__PURE__ */ new Map();
  #issues = [];
  #startedNs = monotonicNs();
  #yieldedAt = this.#startedNs;
  #issueCount = 0;
  /** Of files that are left as they are. */
  #bytesInPlace = 0;
  #root;
  /** From now on directories are only closed. */
  #isEnding = false;
  #counts = { filesRestored: 0, filesUnchanged: 0, filesKept: 0, filesVerified: 0, directories: 0, bytesRestored: 0, deleted: 0 };
  constructor(parts) {
    this.#parts = parts;
    this.#calls = parts.calls;
    this.#roots = parts.document.paths.map(bytesOfPathText);
    this.#selection = createSelection(parts.options.include ?? []);
    this.#overwrite = parts.options.overwrite ?? Overwrite.IF_CHANGED;
    this.#root = new TargetDirectory(Buffer.from(parts.target).toString("latin1"), { calls: parts.calls, mayReplace: this.#overwrite !== Overwrite.NEVER });
    this.#metadataOptions = { calls: parts.calls, isRoot: process.getuid?.() === 0, onIssue: (name, what) => this.#issue(name, what) };
    this.#files = new FileRestorer({
      calls: parts.calls,
      lanes: parts.lanes,
      metadata: parts.metadata,
      metadataOptions: this.#metadataOptions,
      isVerified: parts.options.verify === true,
      signal: parts.options.signal,
      onRestored: (file) => this.#restored(file),
      onFailed: (error, source) => this.#failed(error, source)
    });
  }
  async run() {
    const { document, options, metadata } = this.#parts;
    const from = await locateDirectory(metadata, document, options.subtree ?? "/");
    const root = new HeldDirectory(this.#root);
    const leave = await this.#directory(from.id, from.path, root);
    root.close(() => this.#isEnding ? void 0 : leave());
    await this.#files.finish();
    if (!options.dryRun && (options.include ?? []).length === 0) this.#root.descriptor();
    if (this.#root.isNew && !options.dryRun) this.#rootMetadata(from);
    this.#nameUnmatched();
    return { ...this.#counts, issues: this.#issues, issueCount: this.#issueCount, durationMs: Number(monotonicNs() - this.#startedNs) / 1e6 };
  }
  /** Throws NOT_FOUND when nothing at all was asked for rightly. */
  #nameUnmatched() {
    const wanted = this.#parts.options.include ?? [];
    const unmatched = this.#selection.unmatched();
    if (wanted.length > 0 && unmatched.length === wanted.length) throw new BackupError("NOT_FOUND", "Nothing in the snapshot matches.", { context: { object: wanted.join(", ") } });
    for (const pattern of unmatched) this.#issue(Buffer.from(pattern).toString("latin1"), "NO_MATCH");
  }
  /** A new target takes the metadata of the folder whose inside it received. */
  #rootMetadata({ path: source, found }) {
    if (found) applyMetadata({ ...found, path: source }, { descriptor: this.#root.descriptor() }, this.#metadataOptions);
  }
  async [Symbol.asyncDispose]() {
    this.#isEnding = true;
    await this.#files[Symbol.asyncDispose]();
    this.#root[Symbol.dispose]();
  }
  /** Gives what is left to do once the directory's last file is in its place. */
  async #directory(id, source, held) {
    const { target } = held;
    const names = /* @__PURE__ */ new Set();
    try {
      for await (const page of pagesOfDirectory(this.#parts.metadata, id)) {
        for (let entry = 0; entry < page.count; entry += 1) {
          names.add(page.columns.names[entry]);
          await this.#entry(page, entry, { source, held });
        }
      }
    } catch (error) {
      if (!isBackupError(error, "DAMAGED") && !isBackupError(error, "NOT_FOUND")) throw error;
      this.#issue(source, error.code);
      return () => {
      };
    }
    return () => {
      if (!this.#parts.options.dryRun) this.#sweep(target, names);
      if (this.#parts.options.delete && this.#isOwn(source)) this.#deleteOthers(target, names);
    };
  }
  async #entry(page, entry, at) {
    const name = page.columns.names[entry];
    const source = at.source === "/" ? `/${name}` : `${at.source}/${name}`;
    const isTaken = this.#selection.takes(source);
    const type = page.columns.type(entry);
    if (type === FileType.DIRECTORY) {
      if (isTaken || this.#selection.mayHold(source)) await this.#subdirectory(page, entry, { source, target: at.held.target.child(name), isTaken });
      return;
    }
    if (!isTaken) return;
    await this.#breathe(source);
    try {
      if (type === FileType.FILE) await this.#file(page, entry, { source, held: at.held });
      else this.#special(page, entry, at.held.target);
    } catch (error) {
      this.#failed(error, source);
    }
  }
  async #subdirectory(page, entry, at) {
    const { source, target } = at;
    const held = new HeldDirectory(target);
    const { dryRun: dryRun2 } = this.#parts.options;
    try {
      if (at.isTaken) {
        this.#counts.directories += 1;
        if (!dryRun2) target.descriptor();
      }
      const leave = page.kinds[entry] === ContentKind.ONE ? await this.#directory(Uint8Array.from(page.contentOf(entry)), source, held) : void 0;
      if (!leave && !this.#parts.document.complete) this.#issue(source, "NOT_REACHED");
      held.close(() => this.#leave(source, target, () => {
        leave?.();
        if (!dryRun2 && target.isOpen && (at.isTaken || target.isNew)) applyMetadata({ page, entry, path: source }, { descriptor: target.descriptor() }, this.#metadataOptions);
      }));
    } catch (error) {
      held.close(() => target[Symbol.dispose]());
      this.#failed(error, source);
    }
  }
  #leave(source, target, run) {
    try {
      if (!this.#isEnding) run();
    } catch (error) {
      this.#failed(error, source);
    } finally {
      target[Symbol.dispose]();
    }
  }
  async #file(page, entry, at) {
    const { columns } = page;
    const { target } = at.held;
    const name = columns.names[entry];
    const bytes = columns.size(entry);
    if (page.kinds[entry] === ContentKind.NONE && bytes > 0) return this.#issue(at.source, "NOT_REACHED");
    const existing = target.isNew ? void 0 : this.#existing(target, name);
    if (existing && this.#keeps(existing, page, entry)) return;
    if (this.#parts.options.dryRun) {
      this.#counts.filesRestored += 1;
      this.#counts.bytesRestored += bytes;
      return;
    }
    const isLinked = columns.links(entry) > 1;
    if (isLinked && this.#link(page, entry, target)) return;
    await this.#files.add({ page, entry, source: at.source, held: at.held, isReplacing: existing !== void 0, isNow: isLinked });
  }
  #restored({ page, entry, held }) {
    const { columns } = page;
    if (columns.links(entry) > 1) this.#linked.set(columns.identity(entry), { directory: held.target.path, name: columns.names[entry] });
    this.#counts.filesRestored += 1;
    this.#counts.bytesRestored += columns.size(entry);
    if (this.#parts.options.verify) this.#counts.filesVerified += 1;
  }
  #special(page, entry, target) {
    const name = page.columns.names[entry];
    const existing = target.isNew ? void 0 : this.#existing(target, name);
    if (existing && this.#keeps(existing, page, entry)) return;
    this.#counts.filesRestored += 1;
    if (this.#parts.options.dryRun) return;
    const directory = target.descriptor();
    const temporary = temporaryName();
    makeSpecial(this.#calls, { page, entry }, { directory, name: temporary });
    try {
      applyMetadata({ page, entry, path: `${target.path}/${name}` }, { directory, name: temporary }, this.#metadataOptions);
      putInPlace(this.#calls, directory, { temporary, name, isReplacing: existing !== void 0 });
    } catch (error) {
      this.#calls.unlinkat(directory, temporary, { isDirectory: false });
      throw error;
    }
  }
  #link(page, entry, target) {
    const first = this.#linked.get(page.columns.identity(entry));
    if (!first) return false;
    const name = page.columns.names[entry];
    const from = this.#openChain(first.directory);
    try {
      const directory = target.descriptor();
      if (!target.isNew && statusOf(this.#calls, directory, name)) this.#calls.unlinkat(directory, name, { isDirectory: false });
      this.#calls.linkat({ directory: from, name: first.name }, directory, name);
    } finally {
      fs9.closeSync(from);
    }
    this.#counts.filesRestored += 1;
    return true;
  }
  /** Opens a directory of the target again, step by step without following links. */
  #openChain(directory) {
    const flags = fs9.constants.O_RDONLY | fs9.constants.O_DIRECTORY | fs9.constants.O_NOFOLLOW;
    let at = this.#calls.openat(this.#root.descriptor(), ".", flags);
    const rest = directory.slice(this.#root.path === "/" ? 0 : this.#root.path.length);
    for (const name of rest.split("/").filter((part) => part !== "")) {
      const next = this.#calls.openat(at, name, flags);
      fs9.closeSync(at);
      at = next;
    }
    return at;
  }
  #existing(target, name) {
    const directory = target.existing();
    return directory === void 0 ? void 0 : statusOf(this.#calls, directory, name);
  }
  /** True when the overwrite mode leaves the existing file as it is. */
  #keeps(existing, page, entry) {
    const { columns } = page;
    const isSameTime = existing.mtimeSeconds === columns.mtimeSeconds(entry) && existing.mtimeNanoseconds === columns.mtimeNanoseconds(entry);
    const isSame = fileTypeOf(existing.mode) === columns.type(entry) && existing.bytes === columns.size(entry) && isSameTime;
    const isNewer = existing.mtimeSeconds > columns.mtimeSeconds(entry) || existing.mtimeSeconds === columns.mtimeSeconds(entry) && existing.mtimeNanoseconds >= columns.mtimeNanoseconds(entry);
    if (this.#overwrite === Overwrite.IF_CHANGED && isSame) this.#counts.filesUnchanged += 1;
    else if (this.#overwrite === Overwrite.NEVER || this.#overwrite === Overwrite.IF_NEWER && isNewer) this.#counts.filesKept += 1;
    else return false;
    this.#bytesInPlace += columns.size(entry);
    return true;
  }
  /** True at and below the backup's own paths; what stands beside them was never looked at. */
  #isOwn(source) {
    return this.#roots.some((root) => root === "/" || source === root || source.startsWith(`${root}/`));
  }
  #sweep(target, names) {
    const directory = target.isNew ? void 0 : target.existing();
    if (directory === void 0) return;
    const ofAll = this.#parts.options.sweep === true;
    for (const name of namesIn(this.#calls, directory)) if (isLeftover(name, { ofAll }) && !names.has(name)) this.#calls.unlinkat(directory, name, { isDirectory: false });
  }
  #deleteOthers(target, names) {
    const directory = target.existing();
    if (directory === void 0) return;
    for (const name of namesIn(this.#calls, directory)) {
      if (names.has(name)) continue;
      if (!this.#parts.options.dryRun) removeTree(this.#calls, directory, name);
      this.#counts.deleted += 1;
    }
  }
  #failed(error, source) {
    const code = systemCode(error);
    if (code === void 0 || isBackupError(error) && !ISSUES.has(error.code)) throw error;
    if (code === "ENOSPC" || code === "EDQUOT") throw new BackupError("DISK_FULL", "The target has no room left.", { context: { path: printablePath(source) }, cause: error });
    this.#issue(source, code);
  }
  #issue(source, reason) {
    this.#issueCount += 1;
    if (this.#issues.length < ISSUES_MAX) this.#issues.push({ path: printablePath(source), reason });
  }
  async #breathe(currentPath) {
    throwIfAborted(this.#parts.options.signal);
    if (monotonicNs() - this.#yieldedAt < YIELD_NS2) return;
    await turn();
    this.#yieldedAt = monotonicNs();
    const { document: { summary }, options } = this.#parts;
    const isWhole = (options.include ?? []).length === 0 && options.subtree === void 0;
    options.onProgress?.({
      filesDone: this.#counts.filesRestored + this.#counts.filesUnchanged + this.#counts.filesKept,
      bytesDone: this.#counts.bytesRestored + this.#bytesInPlace,
      filesExpected: isWhole ? summary.filesNew + summary.filesChanged + summary.filesUnmodified : void 0,
      bytesExpected: isWhole ? summary.bytesProcessed : void 0,
      currentPath: printablePath(currentPath)
    });
  }
};

// src/engine/restore/restore.ts
var CACHE_SEGMENTS = 4;
async function restoreSnapshot(repository, document, options) {
  const calls = systemCalls();
  if (!calls) throw new BackupError("PLATFORM_UNSUPPORTED", `Restoring needs Linux system calls (${systemCallsMissing()}).`);
  const target = path4.resolve(options.target);
  guardRestore(repository, document, { target, options });
  let listed = await namesBelow(repository, INDEX);
  for (let attempt = 1; ; attempt += 1) {
    const result = await restoreOnce(repository, { calls, document, options, target });
    const hasMoved = result.issues.some(({ reason }) => reason === "NOT_FOUND") && attempt < ATTEMPTS_MAX4;
    const now = hasMoved ? await namesBelow(repository, INDEX) : listed;
    if (now === listed) return result;
    listed = now;
  }
}
var INDEX = ["index/meta/", "index/data/"];
var ATTEMPTS_MAX4 = 3;
async function restoreOnce(repository, { calls, document, options, target }) {
  var _stack = [];
  try {
    const { packs } = await readDeleteLog(repository);
    const index = await openIndex(repository, IndexClass.DATA, packs);
    const meta = openReader(repository, await openIndex(repository, IndexClass.META, packs));
    const data = openReader(repository, index, { cacheSegments: CACHE_SEGMENTS, isBulk: true });
    const _meta = __using(_stack, meta.segments, true);
    const _data = __using(_stack, data.segments, true);
    const lanes = __using(_stack, new ContentLanes(data.reader, () => shareReader(repository, index.index, CACHE_SEGMENTS)), true);
    const run = __using(_stack, new RestoreRun({ calls, document, options, target, metadata: meta.reader, lanes }), true);
    return await run.run();
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}

export {
  backupFiles,
  copySnapshots,
  dropDamage,
  sleep,
  Waker,
  writeRecord,
  listRecords,
  putRecord,
  forgetSnapshots,
  prune,
  protect,
  repairRepository,
  verifyRepository,
  ArchiveFormat,
  writeArchive,
  Inspector,
  Overwrite,
  restoreSnapshot
};

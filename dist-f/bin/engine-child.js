import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  configOf,
  holdingsOf,
  outcomeOf,
  parseToEngine
} from "./part-XUPOLVNV.js";
import {
  PROGRAM
} from "./part-BLJLGUST.js";
import {
  openStore
} from "./part-GCEDCA6D.js";
import {
  backupFiles,
  forgetSnapshots,
  prune,
  restoreSnapshot,
  sleep,
  verifyRepository
} from "./part-CGYVB7NO.js";
import {
  optimizeLateBesideThreads
} from "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import {
  ClientState,
  Repository,
  findSnapshot,
  protections,
  readHistory,
  sendableError
} from "./part-MHRCNTTW.js";
import "./part-K2YNPRNH.js";
import "./part-QRF3X5AE.js";
import {
  keepMemoryLean
} from "./part-E7CUHJHR.js";
import {
  invariant
} from "./part-R6C3JOCY.js";
import {
  calendarOf,
  decideRetention
} from "./part-AUIKQE6Q.js";
import {
  isoTime,
  monotonicNs,
  nowMs
} from "./part-KY2D2ADW.js";
import {
  BackupError,
  isBackupError
} from "./part-KOWYFHTZ.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/services/execution/retention-work.ts
var DAY_MS = 864e5;
async function carryOutRetention(repository, job, context) {
  const { stateDirectory, signal } = context;
  const seen = new ClientState(stateDirectory, repository.keys.repositoryId).heads();
  const read = () => readHistory(repository, { signal, ...seen && { seen } });
  const history = await read();
  requireWhole(history);
  const decisions = decideAll(history, job);
  const doomed = decisions.filter(({ isKept }) => !isKept).map(({ snapshot }) => snapshot);
  if (!job.apply) return { decisions, holdings: holdingsOf(repository, history, job.known), forgotten: [], pruned: null };
  if (doomed.length > 0) await forgetSnapshots(repository, history, { names: doomed, by: job.by });
  const isPruneDue = doomed.length > 0 || history.deleteLog.open().length > 0;
  const pruned = isPruneDue ? await prune(repository, { signal, ...seen && { seen } }) : null;
  return { decisions, holdings: holdingsOf(repository, doomed.length > 0 ? await read() : history, job.known), forgotten: doomed, pruned };
}
function requireWhole(history) {
  const problem = history.problems[0] ?? (history.rollbacks[0] && { key: "snapshots/", error: history.rollbacks[0] });
  if (problem) throw new BackupError("DAMAGED", "The list of snapshots is not whole: nothing is forgotten.", { context: { object: problem.key }, cause: problem.error });
}
function decideAll(history, { rules, nowMs: atMs, inUse }) {
  const guarded = new Map([...lastGoodOfSources(history), ...inUse.map((name) => [name, "being restored"]), ...protections(history, nowMs())]);
  const byConfig = Map.groupBy(history.snapshots, ({ document }) => configOf(document) ?? "");
  const decided = rules.flatMap((rule) => decideOne(byConfig.get(rule.configId) ?? [], rule, { atMs, guarded }));
  const covered = new Set(rules.map(({ configId }) => configId));
  const others = history.snapshots.filter(({ document }) => !covered.has(configOf(document) ?? "")).map((entry) => decisionOf(entry, { isKept: true, reasons: ["no policy", ...guarded.has(entry.name) ? [guarded.get(entry.name)] : []] }, null));
  return [...decided, ...others].sort((a, b) => a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : a.snapshot < b.snapshot ? 1 : -1);
}
function lastGoodOfSources(history) {
  const newest = /* @__PURE__ */ new Map();
  for (const entry of history.snapshots) {
    const known = newest.get(entry.document.source);
    if (isGood(entry) && (known === void 0 || known.document.startedAt <= entry.document.startedAt)) newest.set(entry.document.source, entry);
  }
  return new Map([...newest.values()].map(({ name }) => [name, "last good"]));
}
function isGood({ document }) {
  return document.complete && document.skippedCount === 0;
}
function decideOne(entries, { policy, timezone }, facts) {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const points = entries.map((entry) => ({ id: entry.name, atMs: Date.parse(entry.document.startedAt), isGood: isGood(entry) }));
  const protectedBy = new Map([...facts.guarded].filter(([name]) => byName.has(name)));
  return decideRetention({ points, policy, nowMs: facts.atMs, calendar: calendarOf(timezone), protectedBy }).map(({ id, isKept, reasons }) => {
    const entry = byName.get(id);
    return decisionOf(entry, { isKept, reasons: [...new Set(reasons)] }, expiryOf(entry, reasons, policy.withinDays));
  });
}
function decisionOf({ name, document }, { isKept, reasons }, expiresAt) {
  return { snapshot: name, source: document.source, createdAt: document.startedAt, isKept, reasons, expiresAt };
}
function expiryOf({ document }, reasons, withinDays) {
  const isByAge = withinDays !== void 0 && reasons.length > 0 && reasons.every((reason) => reason === `within ${withinDays} days`);
  return isByAge ? isoTime(Date.parse(document.startedAt) + withinDays * DAY_MS) : null;
}

// src/services/execution/restore-work.ts
async function restorePoint(repository, job, { signal, onProgress }) {
  const { document } = findSnapshot(await readHistory(repository, { signal }), job.snapshot);
  const { target, include, overwrite, verify: verify2, deleteExtra, isRepeat } = job;
  const options = { target, include, overwrite, verify: verify2, delete: deleteExtra, sweep: isRepeat, signal };
  const part = include.length === 0 ? void 0 : await restoreSnapshot(repository, document, { ...options, sweep: false, dryRun: true });
  const known = part && { files: part.filesRestored + part.filesUnchanged + part.filesKept, bytes: part.bytesRestored };
  return restoreSnapshot(repository, document, {
    ...options,
    onProgress: ({ filesDone, bytesDone, filesExpected, bytesExpected }) => onProgress({ filesDone, bytesDone, bytesAdded: 0, filesExpected: known?.files ?? filesExpected ?? null, bytesExpected: known?.bytes ?? bytesExpected ?? null })
  });
}

// src/services/execution/engine-work.ts
var ENGINE_WORK = { backup: backUp, restore: restorePoint, retention: carryOutRetention, survey, verify };
async function backUp(repository, { options }, context) {
  const result = await backupFiles(repository, {
    ...options,
    state: new ClientState(context.stateDirectory, repository.keys.repositoryId),
    program: context.program,
    signal: context.signal,
    onProgress: ({ filesDone, bytesDone, bytesAdded, filesExpected, bytesExpected }) => context.onProgress({ filesDone, bytesDone, bytesAdded, filesExpected: filesExpected ?? null, bytesExpected: bytesExpected ?? null })
  });
  return outcomeOf(result);
}
async function survey(repository, { known }, { signal }) {
  return holdingsOf(repository, await readHistory(repository, { signal }), known);
}
function verify(repository, { readShare }, { stateDirectory, signal, onProgress }) {
  const seen = new ClientState(stateDirectory, repository.keys.repositoryId).heads();
  return verifyRepository(repository, {
    readShare,
    signal,
    ...seen && { seen },
    onProgress: ({ filesDone, bytesDone, bytesExpected }) => onProgress({ filesDone, bytesDone, bytesAdded: 0, filesExpected: null, bytesExpected })
  });
}

// src/services/execution/engine-child.ts
var PROGRESS_NS = 250000000n;
var ORPHAN_MS = 6e4;
var stop = new AbortController();
var isWorking = false;
function send(message) {
  return new Promise((resolve) => {
    if (!process.connected || process.send?.(message, void 0, void 0, () => resolve()) === void 0) resolve();
  });
}
function progressSender() {
  let sentNs = 0n;
  return (progress) => {
    const now = monotonicNs();
    if (now - sentNs < PROGRESS_NS) return;
    sentNs = now;
    void send({ type: "progress", progress });
  };
}
async function carryOut(access, job) {
  var _stack = [];
  try {
    const { stateDirectory } = access;
    const repository = __using(_stack, await openKnown(access), true);
    const work = ENGINE_WORK[job.kind];
    return await work(repository, job, { stateDirectory, program: PROGRAM, signal: stop.signal, onProgress: progressSender() });
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
async function openKnown({ location, keks, stateDirectory, repositoryId }) {
  const missing = (cause) => new BackupError("REPOSITORY_MISSING", "The repository that this system knows is not at its place.", { context: { repository: location.path }, cause });
  const repository = await Repository.open(openStore(location), keks, { signal: stop.signal }).catch((error) => {
    throw isBackupError(error, "REPOSITORY_NOT_FOUND") ? missing(error) : error;
  });
  const { keys } = repository;
  if (repositoryId !== void 0 && keys.repositoryId.toString("hex") !== repositoryId) throw missing();
  const seen = new ClientState(stateDirectory, keys.repositoryId).heads();
  if (seen && keys.generation < seen.keyGeneration) throw new BackupError("ROLLBACK_SUSPECTED", "The newest keyring is older than one that was seen before.", { context: { object: "keys/", seen: seen.keyGeneration, found: keys.generation } });
  return repository;
}
async function receive(message) {
  try {
    const parsed = parseToEngine(message);
    if (parsed.type === "end") return end();
    invariant(!isWorking, "A process of the engine does one job at a time.");
    isWorking = true;
    await send({ type: "result", kind: parsed.job.kind, result: await carryOut(parsed.repository, parsed.job) });
  } catch (error) {
    await send({ type: "failed", error: sendableError(error) });
  }
  isWorking = false;
  if (stop.signal.aborted) end();
}
function end() {
  if (process.connected) process.disconnect();
}
function halt(why) {
  stop.abort(why);
  if (!isWorking) end();
}
async function endWithoutParent() {
  halt("the parent is gone");
  await sleep(ORPHAN_MS, { unref: true });
  process.kill(process.pid, "SIGKILL");
}
invariant(process.send, "This file runs as a child of the system.");
keepMemoryLean();
optimizeLateBesideThreads();
process.on("SIGTERM", () => halt("SIGTERM"));
process.on("SIGINT", () => {
});
process.on("message", (message) => void receive(message));
process.on("disconnect", () => void endWithoutParent());

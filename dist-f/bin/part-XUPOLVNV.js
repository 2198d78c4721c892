import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  bytesOfPathText,
  holdsOf,
  printablePath
} from "./part-MHRCNTTW.js";
import {
  BackupError
} from "./part-KOWYFHTZ.js";

// src/services/execution/engine-protocol.ts
var isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
var isText = (value) => typeof value === "string";
var isTexts = (value) => Array.isArray(value) && value.every(isText);
var isFlag = (value) => typeof value === "boolean";
var isNumber = (value) => typeof value === "number" && Number.isFinite(value);
var isNumberOrNull = (value) => value === null || isNumber(value);
var isList = (value) => Array.isArray(value);
var has = (value, shape) => isObject(value) && Object.entries(shape).every(([name, check]) => check(value[name]));
var JOBS = {
  backup: (job) => isObject(job) && has(job["options"], { paths: isTexts, source: isText, type: isText, runId: isText }),
  restore: (job) => has(job, { snapshot: isText, target: isText, include: isTexts, overwrite: isText, deleteExtra: isFlag, verify: isFlag, isRepeat: isFlag }),
  retention: (job) => has(job, { rules: isList, nowMs: isNumber, apply: isFlag, by: isText, known: isTexts, inUse: isTexts }),
  survey: (job) => has(job, { known: isTexts }),
  verify: (job) => has(job, { readShare: isNumber })
};
var RESULTS = {
  backup: (result) => has(result, { snapshot: isText, isRepeat: isFlag, point: isObject, skipped: isList, skippedCount: isNumber }),
  restore: (result) => has(result, { filesRestored: isNumber, bytesRestored: isNumber, issues: isList, issueCount: isNumber }),
  retention: (result) => has(result, { decisions: isList, holdings: isObject, forgotten: isTexts }),
  survey: (result) => has(result, { repositoryId: isText, points: isList, protections: isList, gone: isTexts }),
  verify: (result) => has(result, { problems: isList, hits: isList })
};
var PROGRESS = { filesDone: isNumber, bytesDone: isNumber, bytesAdded: isNumber, filesExpected: isNumberOrNull, bytesExpected: isNumberOrNull };
function isKind(value) {
  return typeof value === "string" && Object.hasOwn(JOBS, value);
}
function parseToEngine(message) {
  if (isObject(message) && message["type"] === "end") return { type: "end" };
  const { type, repository, job } = isObject(message) ? message : {};
  const isRepository = has(repository, { location: isObject, keks: isList, stateDirectory: isText });
  if (type === "job" && isRepository && isObject(job) && isKind(job["kind"]) && JOBS[job["kind"]](job)) return message;
  throw new BackupError("INTERNAL", "The engine was sent something that is no job.");
}
function parseFromEngine(message) {
  const body = isObject(message) ? message : {};
  switch (body["type"]) {
    case "progress":
      if (has(body["progress"], PROGRESS)) return message;
      break;
    case "failed":
      if (has(body["error"], { detail: isText, context: isObject })) return message;
      break;
    case "result":
      if (isKind(body["kind"]) && RESULTS[body["kind"]](body["result"])) return message;
  }
  throw new BackupError("INTERNAL", "The engine answered something that is no answer.");
}

// src/services/execution/holdings.ts
var CONFIG_TAG = "config:";
function configTag(configId) {
  return `${CONFIG_TAG}${configId}`;
}
function configOf({ tags }) {
  return tags.find((tag) => tag.startsWith(CONFIG_TAG))?.slice(CONFIG_TAG.length) ?? null;
}
function pointOf(snapshot, document) {
  const { summary } = document;
  return {
    snapshot,
    source: document.source,
    runId: document.runId ?? null,
    configId: configOf(document),
    createdAt: document.startedAt,
    finishedAt: document.finishedAt,
    type: document.type,
    isComplete: document.complete && document.skippedCount === 0,
    bytes: summary.bytesProcessed,
    bytesAdded: summary.bytesAdded,
    files: summary.filesNew + summary.filesChanged + summary.filesUnmodified
  };
}
function holdingsOf(repository, history, known) {
  const neverGood = new Set([...history.unfinished, ...history.superseded].map(({ name }) => name));
  return {
    repositoryId: repository.keys.repositoryId.toString("hex"),
    points: history.snapshots.map(({ name, document }) => pointOf(name, document)),
    protections: protectionsOf(history),
    gone: known.filter((name) => history.forgotten.has(name) || neverGood.has(name))
  };
}
function protectionsOf(history) {
  const holds = new Map(holdsOf(history).map((hold) => [hold.id, hold]));
  return history.records.flatMap(({ document }) => {
    const { record, subject, generation, by, at } = document;
    if (record === "pin") return [{ record, subject, generation, snapshot: subject, source: null, reason: reasonOf(document), until: null, by, at }];
    const hold = record === "hold" ? holds.get(subject) : void 0;
    return hold ? [{ record: "hold", subject, generation, snapshot: hold.snapshot, source: hold.source, reason: hold.reason, until: hold.until, by, at }] : [];
  });
}
function reasonOf({ value }) {
  const reason = value?.["reason"];
  return typeof reason === "string" ? reason : "";
}

// src/services/execution/backup-outcome.ts
var SKIPPED_MAX = 100;
function outcomeOf({ snapshot, document, isRepeat }) {
  const { summary } = document;
  const items = [
    ...document.skipped.map(({ path, reason }) => ({ path: shown(path), reason })),
    ...document.changedWhileRead.map((path) => ({ path: shown(path), reason: "CHANGED_WHILE_READ" })),
    ...document.metadataNotKept.map(({ path, what }) => ({ path: shown(path), reason: `METADATA_NOT_KEPT: ${what}` }))
  ];
  return {
    snapshot,
    isRepeat,
    point: pointOf(snapshot, document),
    filesNew: summary.filesNew,
    filesChanged: summary.filesChanged,
    filesUnmodified: summary.filesUnmodified,
    bytesStored: summary.bytesStored,
    skipped: items.slice(0, SKIPPED_MAX),
    skippedCount: document.skippedCount + document.changedCount + document.notKeptCount
  };
}
function shown(path) {
  return printablePath(bytesOfPathText(path));
}

export {
  parseToEngine,
  parseFromEngine,
  configTag,
  configOf,
  holdingsOf,
  outcomeOf
};

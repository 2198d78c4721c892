import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  reasonText
} from "./part-KT35E5DB.js";
import {
  keyFileOf,
  openRepository
} from "./part-5Y5ZKLEU.js";
import {
  PROGRAM
} from "./part-BLJLGUST.js";
import {
  decimal,
  formatBytes
} from "./part-TXJRMGFN.js";
import "./part-LLICQD7P.js";
import "./part-OWWNG4U5.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import {
  bytesOption,
  countOption,
  listOption,
  textOption
} from "./part-V23V4CCC.js";
import "./part-GCEDCA6D.js";
import {
  backupFiles
} from "./part-CGYVB7NO.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import {
  SnapshotType,
  bytesOfPathText,
  countFiles,
  printablePath
} from "./part-MHRCNTTW.js";
import {
  hostName
} from "./part-K2YNPRNH.js";
import "./part-QRF3X5AE.js";
import "./part-E7CUHJHR.js";
import "./part-R6C3JOCY.js";
import "./part-AUIKQE6Q.js";
import {
  nowMs
} from "./part-KY2D2ADW.js";
import {
  BackupError
} from "./part-KOWYFHTZ.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/cli/commands/backup.ts
import path from "node:path";
var EXIT_INCOMPLETE = 3;
var SHOWN_MAX = 20;
async function run(context) {
  var _stack = [];
  try {
    const paths = context.args[0];
    const level = levelOf(context);
    const source = textOption(context.options, "source") ?? defaultSource(paths);
    const opened = __using(_stack, await openRepository(context), true);
    warnOfPlaces(context, paths, opened.repository.store.location);
    const progress = context.progress("backup");
    const count = __using(_stack, process.stderr.isTTY && context.options["quiet"] !== true ? countFiles(paths.map((each) => path.resolve(each))) : void 0);
    const result = await backupFiles(opened.repository, {
      paths,
      source,
      type: typeOf(context),
      filters: filtersOf(context),
      tags: listOption(context.options, "tag"),
      ...level !== void 0 && { compressionLevel: level },
      state: opened.state,
      program: PROGRAM,
      signal: context.signal,
      onProgress: (facts) => progress.update({ filesDone: facts.filesDone, bytesDone: facts.bytesDone, bytesAdded: facts.bytesAdded, bytesExpected: facts.bytesExpected, filesExpected: facts.filesExpected ?? count?.files })
    }).finally(() => progress.end());
    tell(context, result);
    const { document } = result;
    const isPartial = document.skippedCount + document.changedCount + document.notKeptCount > 0;
    if (isPartial) context.warn(context.t("backup.partial"));
    return { json: jsonOf(result), exitCode: isPartial ? EXIT_INCOMPLETE : 0 };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
function defaultSource(named) {
  return `${hostName()}:${named.map((each) => printablePath(Buffer.from(path.resolve(each)).toString("latin1"))).sort().join(" ")}`;
}
var LEVEL_MAX = 9;
function levelOf(context) {
  const level = countOption(context.options, "compressionLevel", 1);
  if (level !== void 0 && level > LEVEL_MAX) throw new BackupError("USAGE", `--compression-level is 1 to 9, not ${level}.`);
  return level;
}
function warnOfPlaces(context, paths, repository) {
  const isInside = (file) => paths.some((each) => file.startsWith(`${path.resolve(each).replace(/\/$/, "")}/`));
  const keyFile = keyFileOf(context);
  if (keyFile !== void 0 && isInside(keyFile)) context.warn(context.t("key.inSource", { file: keyFile }));
  if (isInside(repository)) context.warn(context.t("backup.repositoryInside", { repository }));
}
function typeOf(context) {
  const text = (textOption(context.options, "type") ?? "incremental").toUpperCase();
  const type = Object.values(SnapshotType).find((known) => known === text);
  if (!type) throw new BackupError("USAGE", `--type is full, incremental or differential, not "${text.toLowerCase()}".`);
  return type;
}
function filtersOf(context) {
  const { options } = context;
  const since = textOption(options, "modifiedSince");
  const sinceMs = since === void 0 ? void 0 : momentOf(since);
  const sizeLimit = bytesOption(options, "sizeLimit");
  const lists = { includePatterns: listOption(options, "include"), excludePatterns: listOption(options, "exclude"), excludeIfPresent: listOption(options, "excludeIfPresent") };
  return {
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
    ...sizeLimit !== void 0 && { sizeLimit },
    ...sinceMs !== void 0 && { modifiedSinceMs: sinceMs },
    ...options["excludeCaches"] === true && { excludeCaches: true },
    ...options["oneFileSystem"] === true && { oneFileSystem: true }
  };
}
var AGE_MS = { h: 36e5, d: 864e5, w: 7 * 864e5 };
function momentOf(since) {
  const age = /^(\d+)([hdw])$/.exec(since);
  const at = age ? nowMs() - Number(age[1]) * AGE_MS[age[2]] : Date.parse(since);
  if (Number.isNaN(at)) throw new BackupError("USAGE", `--modified-since takes a date such as 2024-01-01 or an age such as 7d, not "${since}".`);
  return at;
}
function tell(context, { snapshot, document, durationMs }) {
  const { t, say, warn, locale } = context;
  const { summary } = document;
  const files = summary.filesNew + summary.filesChanged + summary.filesUnmodified;
  say(t("backup.done", { snapshot: snapshot.slice(0, 12), type: document.type, source: document.source, files, new: summary.filesNew, changed: summary.filesChanged, unmodified: summary.filesUnmodified }));
  say(t("backup.sizes", { processed: formatBytes(summary.bytesProcessed), added: formatBytes(summary.bytesAdded), stored: formatBytes(summary.bytesStored), seconds: decimal(durationMs / 1e3) }));
  const list = (title, count, lines) => {
    if (count === 0) return;
    warn(t(title, { count }));
    for (const line of lines.slice(0, SHOWN_MAX)) warn(`  ${line}`);
    if (count > SHOWN_MAX) warn(t("more", { count: count - SHOWN_MAX }));
  };
  const printed = (path2) => printablePath(bytesOfPathText(path2));
  list("backup.skipped", document.skippedCount, document.skipped.map(({ path: path2, reason }) => `${printed(path2)}: ${reasonText(reason, locale)}`));
  list("backup.changed", document.changedCount, document.changedWhileRead.map(printed));
  list("backup.notKept", document.notKeptCount, document.metadataNotKept.map(({ path: path2, what }) => `${printed(path2)}: ${reasonText(what, locale)}`));
}
function jsonOf({ snapshot, document, durationMs }) {
  const { summary } = document;
  return {
    snapshot,
    type: document.type,
    filesNew: summary.filesNew,
    filesChanged: summary.filesChanged,
    filesUnmodified: summary.filesUnmodified,
    filesFiltered: summary.filesFiltered,
    bytesProcessed: summary.bytesProcessed,
    bytesAdded: summary.bytesAdded,
    bytesStored: summary.bytesStored,
    durationMs: Math.round(durationMs),
    skipped: document.skipped,
    skippedCount: document.skippedCount,
    changedWhileRead: document.changedWhileRead,
    metadataNotKept: document.metadataNotKept
  };
}
export {
  run
};

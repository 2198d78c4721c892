import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  findingText
} from "./part-KT35E5DB.js";
import {
  openRepository
} from "./part-5Y5ZKLEU.js";
import {
  formatBytes,
  formatTime,
  tableLines
} from "./part-TXJRMGFN.js";
import "./part-LLICQD7P.js";
import "./part-OWWNG4U5.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import {
  textOption
} from "./part-V23V4CCC.js";
import "./part-GCEDCA6D.js";
import "./part-CGYVB7NO.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import {
  bytesOfPathText,
  holdsOf,
  isHeldBy,
  printablePath,
  readHistory
} from "./part-MHRCNTTW.js";
import "./part-K2YNPRNH.js";
import "./part-QRF3X5AE.js";
import "./part-E7CUHJHR.js";
import "./part-R6C3JOCY.js";
import "./part-AUIKQE6Q.js";
import {
  nowMs
} from "./part-KY2D2ADW.js";
import "./part-KOWYFHTZ.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/cli/commands/snapshots.ts
async function run(context) {
  var _stack = [];
  try {
    const opened = __using(_stack, await openRepository(context), true);
    const seen = opened.state.heads();
    const history = await readHistory(opened.repository, { signal: context.signal, ...seen && { seen } });
    const source = textOption(context.options, "source");
    const entries = [...history.snapshots, ...history.checkpoints].filter(({ document }) => source === void 0 || document.source === source);
    const keptBy = protectionsOf(history);
    tell(context, history, { entries, keptBy });
    const problems = history.problems.map(({ key, error }) => ({ key, code: error.code }));
    const rollbacks = history.rollbacks.map(({ message, context: facts }) => ({ message, ...facts }));
    return { json: { snapshots: entries.map((entry) => jsonOf(entry, keptBy(entry))), problems, rollbacks }, exitCode: problems.length + rollbacks.length > 0 ? 1 : 0 };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
function tell(context, history, listing) {
  const { t, say, warn, locale } = context;
  if (listing.entries.length === 0) say(t("list.empty"));
  else {
    for (const line of table(context, listing)) say(line);
    say(t("list.count", { count: listing.entries.length }));
  }
  for (const { key, error } of history.problems) warn(`${key}: ${findingText(error.message, locale)}`);
  for (const error of history.rollbacks) warn(`${error.code}: ${findingText(error.message, locale)}`);
}
function table({ t, locale }, { entries, keptBy }) {
  const rows = entries.map((entry) => {
    const { name, document } = entry;
    const { summary } = document;
    const files = summary.filesNew + summary.filesChanged + summary.filesUnmodified;
    return [
      name.slice(0, 12),
      formatTime(document.finishedAt),
      document.type,
      t(`state.${stateOf(entry)}`),
      String(files),
      formatBytes(summary.bytesProcessed, locale),
      formatBytes(summary.bytesStored, locale),
      document.tags.join(","),
      keptBy(entry).map(({ kind, id }) => t(`kept.${kind}`, { id })).join(","),
      sourceOf(entry)
    ];
  });
  const columns = [
    { title: t("column.snapshot") },
    { title: t("column.time") },
    { title: t("column.type") },
    { title: t("column.state") },
    { title: t("column.files"), isNumber: true },
    { title: t("column.size"), isNumber: true },
    { title: t("column.stored"), isNumber: true },
    { title: t("column.tags") },
    { title: t("column.kept") },
    { title: t("column.source") }
  ];
  const isUsed = columns.map((_, i) => rows.some((row) => row[i] !== ""));
  return tableLines(columns.filter((_, i) => isUsed[i]), rows.map((row) => row.filter((_, i) => isUsed[i])));
}
function sourceOf({ document }) {
  const paths = document.paths.map((path) => printablePath(bytesOfPathText(path)));
  return document.source === `${document.host}:${paths.join(" ")}` ? document.source : `${document.source} (${document.host}:${paths.join(" ")})`;
}
function protectionsOf(history) {
  const pinned = new Set(history.records.filter(({ document }) => document.record === "pin").map(({ document }) => document.subject));
  const held = holdsOf(history);
  const now = nowMs();
  return ({ name, document }) => {
    const holds = held.filter((hold) => isHeldBy(hold, { name, source: document.source }, now));
    return [...pinned.has(name) ? [{ kind: "pin", id: name }] : [], ...holds.map(({ id }) => ({ kind: "hold", id }))];
  };
}
function stateOf({ document }) {
  if (!document.complete) return "checkpoint";
  return document.skippedCount + document.changedCount + document.notKeptCount > 0 ? "partial" : "complete";
}
function jsonOf(entry, kept) {
  const { name, document } = entry;
  return {
    snapshot: name,
    time: document.finishedAt,
    source: document.source,
    type: document.type,
    state: stateOf(entry),
    host: document.host,
    user: document.user,
    paths: document.paths,
    tags: document.tags,
    parent: document.parent,
    summary: document.summary,
    skippedCount: document.skippedCount,
    pinned: kept.some(({ kind }) => kind === "pin"),
    holds: kept.filter(({ kind }) => kind === "hold").map(({ id }) => id)
  };
}
export {
  run
};

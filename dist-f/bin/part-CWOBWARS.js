import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  openRepository
} from "./part-5Y5ZKLEU.js";
import {
  formatTime,
  tableLines
} from "./part-TXJRMGFN.js";
import {
  sentence
} from "./part-LLICQD7P.js";
import "./part-OWWNG4U5.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import {
  countOption,
  textOption
} from "./part-V23V4CCC.js";
import "./part-GCEDCA6D.js";
import {
  forgetSnapshots
} from "./part-CGYVB7NO.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import {
  findSnapshot,
  protections,
  readHistory
} from "./part-MHRCNTTW.js";
import {
  userName
} from "./part-K2YNPRNH.js";
import "./part-QRF3X5AE.js";
import "./part-E7CUHJHR.js";
import "./part-R6C3JOCY.js";
import {
  calendarOf,
  decideRetention,
  parsePattern
} from "./part-AUIKQE6Q.js";
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

// src/cli/commands/forget.ts
import fs from "node:fs";
async function run(context) {
  var _stack = [];
  try {
    const named = context.args[0];
    const policy = policyOf(context);
    if (named.length === 0 && Object.keys(policy).length === 0) throw new BackupError("USAGE", "Say what to keep (--keep-daily 14 \u2026, --policy FILE) or which snapshots to forget.");
    const opened = __using(_stack, await openRepository(context), true);
    const history = await readHistory(opened.repository, { signal: context.signal });
    const problem = history.problems[0] ?? (history.rollbacks[0] && { key: "snapshots/", error: history.rollbacks[0] });
    if (problem) throw new BackupError("DAMAGED", "The list of snapshots is not whole: nothing is forgotten.", { context: { object: problem.key }, cause: problem.error });
    const decided = named.length > 0 ? decideNamed(history, named) : decideByPolicy(context, history, policy);
    const dropped = decided.filter(({ isKept }) => !isKept);
    const isDryRun = context.options["dryRun"] === true;
    if (!isDryRun) await forgetSnapshots(opened.repository, history, { names: dropped.map(({ id }) => id), by: userName() });
    const isPruned = context.options["prune"] === true && !isDryRun;
    tell(context, decided, { isDryRun, isPruned });
    const json = { dryRun: isDryRun, kept: decided.filter(({ isKept }) => isKept).map(({ id, reasons }) => ({ snapshot: id, reasons })), forgotten: dropped.map(({ id }) => id) };
    if (!isPruned) return { json };
    const { pruneOpened } = await import("./part-DVRYQYS6.js");
    const pruned = await pruneOpened(context, opened);
    return { json: { ...json, prune: pruned.json } };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
function tell(context, decided, { isDryRun, isPruned }) {
  const { t, say, locale } = context;
  const columns = [{ title: t("column.plan") }, { title: t("column.snapshot") }, { title: t("column.time") }, { title: t("column.source") }, { title: t("column.why") }];
  const rows = decided.map(({ entry, isKept, reasons }) => [
    t(isKept ? "forget.keep" : "forget.drop"),
    entry.name.slice(0, 12),
    formatTime(entry.document.finishedAt),
    entry.document.source,
    reasons.map((reason) => sentence(reason, locale)).join(", ")
  ]);
  for (const line of rows.length > 0 ? tableLines(columns, rows) : []) say(line);
  const dropped = decided.filter(({ isKept }) => !isKept).length;
  say(t(isDryRun ? "forget.dryRun" : "forget.done", { dropped, kept: decided.length - dropped }));
  if (dropped > 0 && !isDryRun && !isPruned) say(t("forget.next"));
}
function decideNamed(history, named) {
  return named.map((wanted) => {
    const entry = findSnapshot(history, wanted);
    return { id: entry.name, isKept: false, reasons: [], entry };
  });
}
function decideByPolicy(context, history, policy) {
  const zone = textOption(context.options, "timezone") ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const calendar = calendarIn(zone);
  const now = nowMs();
  const why = protections(history, now);
  const sources = [...new Set(history.snapshots.map(({ document }) => document.source))];
  return sources.flatMap((source) => {
    const entries = history.snapshots.filter(({ document }) => document.source === source);
    const points = entries.map(({ name, document }) => ({ id: name, atMs: Date.parse(document.startedAt), isGood: document.complete && document.skippedCount === 0 }));
    const byName = new Map(entries.map((entry) => [entry.name, entry]));
    const protectedBy = new Map([...why].filter(([name]) => byName.has(name)));
    return decideRetention({ points, policy, nowMs: now, calendar, protectedBy }).map((decision) => ({ ...decision, entry: byName.get(decision.id) }));
  });
}
function calendarIn(zone) {
  try {
    return calendarOf(zone);
  } catch (error) {
    throw new BackupError("USAGE", `--timezone takes an IANA name such as America/Sao_Paulo, not "${zone}".`, { cause: error });
  }
}
var FLAGS = { last: "keepLast", withinDays: "keepWithinDays", hourly: "keepHourly", daily: "keepDaily", weekly: "keepWeekly", monthly: "keepMonthly", yearly: "keepYearly" };
function policyOf(context) {
  const file = textOption(context.options, "policy");
  const policy = file === void 0 ? {} : readPolicy(file);
  for (const [name, flag] of Object.entries(FLAGS)) {
    const value = countOption(context.options, flag);
    if (value !== void 0) policy[name] = value;
  }
  return policy;
}
function readPolicy(file) {
  let value;
  try {
    value = JSON.parse(fs.readFileSync(file, "utf8"));
  } catch (error) {
    throw new BackupError("USAGE", `The policy file ${file} is no readable JSON.`, { cause: error });
  }
  if (typeof value === "number") return { withinDays: positive(value, "retention") };
  if (typeof value !== "object" || value === null) throw new BackupError("USAGE", `The policy file ${file} holds neither a number of days nor an object.`);
  for (const [name, each] of Object.entries(value)) {
    if (name === "custom") checkCustom(each);
    else if (name in FLAGS) positive(each, name);
    else throw new BackupError("USAGE", `The policy has the unknown member "${name}"; known are ${Object.keys(FLAGS).join(", ")} and custom.`);
  }
  return value;
}
function positive(value, name) {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new BackupError("USAGE", `The policy's "${name}" is a whole number from 0 up.`);
}
function checkCustom(rules) {
  const list = Array.isArray(rules) ? rules : [void 0];
  for (const rule of list) {
    const { pattern, keep } = typeof rule === "object" && rule !== null ? rule : {};
    const isKnown = typeof pattern === "string" && parsePattern(pattern) !== void 0;
    if (!isKnown) throw new BackupError("USAGE", 'A custom rule has a pattern such as "first-of-month" or "last-of-year".');
    if (keep !== "forever") positive(keep, `custom ${pattern} keep`);
  }
}
export {
  run
};

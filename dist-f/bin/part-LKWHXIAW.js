import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  reasonText
} from "./part-KT35E5DB.js";
import {
  openRepository
} from "./part-5Y5ZKLEU.js";
import {
  decimal,
  formatBytes,
  formatTime
} from "./part-TXJRMGFN.js";
import "./part-LLICQD7P.js";
import "./part-OWWNG4U5.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import {
  listOption,
  textOption
} from "./part-V23V4CCC.js";
import "./part-GCEDCA6D.js";
import {
  Overwrite,
  restoreSnapshot
} from "./part-CGYVB7NO.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import {
  findSnapshot,
  readHistory
} from "./part-MHRCNTTW.js";
import "./part-K2YNPRNH.js";
import "./part-QRF3X5AE.js";
import "./part-E7CUHJHR.js";
import "./part-R6C3JOCY.js";
import "./part-AUIKQE6Q.js";
import "./part-KY2D2ADW.js";
import {
  BackupError
} from "./part-KOWYFHTZ.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/cli/commands/restore.ts
import path from "node:path";
var EXIT_INCOMPLETE = 3;
var SHOWN_MAX = 20;
async function run(context) {
  var _stack = [];
  try {
    const { options, signal } = context;
    const [wanted, subtree] = splitWanted(String(context.args[0]));
    const opened = __using(_stack, await openRepository(context), true);
    const history = await readHistory(opened.repository, { signal });
    const source = textOption(options, "source");
    const entry = findSnapshot(history, wanted, source === void 0 ? {} : { source });
    const target = path.resolve(textOption(options, "target") ?? "");
    announce(context, entry, target);
    const progress = context.progress("restore");
    const result = await restoreSnapshot(opened.repository, entry.document, {
      target,
      include: listOption(options, "include"),
      overwrite: overwriteOf(context),
      delete: options["delete"] === true || options["deleteExcluded"] === true,
      deleteExcluded: options["deleteExcluded"] === true,
      dryRun: options["dryRun"] === true,
      verify: options["verify"] === true,
      ...subtree !== void 0 && { subtree },
      signal,
      onProgress: (facts) => progress.update(facts)
    }).finally(() => progress.end());
    tell(context, result);
    return { json: { snapshot: entry.name, target, ...result, durationMs: Math.round(result.durationMs) }, exitCode: result.issueCount > 0 ? EXIT_INCOMPLETE : 0 };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
function announce({ t, say, options }, { name, document }, target) {
  say(t("restore.from", { snapshot: name.slice(0, 12), source: document.source, time: formatTime(document.finishedAt), target }));
  if (!document.complete || document.skippedCount > 0) say(t("restore.partial", { state: t(document.complete ? "state.partial" : "state.checkpoint") }));
  if (options["dryRun"] === true) say(t("restore.dryRun"));
}
function splitWanted(text) {
  const colon = text.indexOf(":");
  return colon < 0 ? [text, void 0] : [text.slice(0, colon), text.slice(colon + 1)];
}
function overwriteOf(context) {
  const text = textOption(context.options, "overwrite") ?? Overwrite.IF_CHANGED;
  const mode = Object.values(Overwrite).find((known) => known === text);
  if (!mode) throw new BackupError("USAGE", `--overwrite is always, if-changed, if-newer or never, not "${text}".`);
  return mode;
}
function tell({ t, say, warn, locale }, result) {
  const values = { files: result.filesRestored, bytes: formatBytes(result.bytesRestored), unchanged: result.filesUnchanged, kept: result.filesKept, seconds: decimal(result.durationMs / 1e3) };
  say(t("restore.done", values));
  if (result.filesVerified > 0) say(t("restore.verified", { files: result.filesVerified }));
  if (result.deleted > 0) say(t("restore.deleted", { count: result.deleted }));
  if (result.issueCount === 0) return;
  warn(t("restore.issues", { count: result.issueCount }));
  for (const { path: at, reason } of result.issues.slice(0, SHOWN_MAX)) warn(`  ${at}: ${reasonText(reason, locale)}`);
  if (result.issueCount > SHOWN_MAX) warn(t("more", { count: result.issueCount - SHOWN_MAX }));
}
export {
  run
};

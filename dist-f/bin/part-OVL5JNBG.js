import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  textOption
} from "./part-V23V4CCC.js";
import {
  BackupError,
  systemCode
} from "./part-KOWYFHTZ.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/cli/commands/audit-verify.ts
import fs from "node:fs";
var EXIT_FOUND = 1;
var SHOWN_MAX = 50;
async function run(context) {
  const file = textOption(context.options, "file");
  return file === void 0 ? await verifySystem(context) : await verifyFile(context, file);
}
async function verifySystem(context) {
  var _stack = [];
  try {
    const { dataOf, openCommandSystem } = await import("./part-IJROV33B.js");
    const started = __using(_stack, await openCommandSystem(context), true);
    const verdict = dataOf(await started.system.verifyAudit(), context);
    if (verdict.isIntact) context.say(context.t("audit.intact", { entries: verdict.entries, segments: verdict.segments, head: verdict.head }));
    return found(context, verdict);
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
async function verifyFile(context, file) {
  const { verifyExport } = await import("./part-UKWA3T3G.js");
  const verdict = await verifyExport(linesOf(file));
  if (verdict.isIntact) context.say(context.t("audit.fileIntact", { entries: verdict.entries, from: verdict.from, to: verdict.to, head: verdict.head }));
  return found(context, verdict);
}
async function* linesOf(file) {
  let rest = "";
  try {
    for await (const piece of fs.createReadStream(file, "utf8")) {
      const lines = `${rest}${piece}`.split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } catch (error) {
    if (systemCode(error) === "ENOENT") throw new BackupError("SOURCE_UNREADABLE", "There is no such file.", { context: { path: file, cause: "ENOENT" }, cause: error });
    throw error;
  }
  if (rest !== "") yield rest;
}
function found({ warn, t }, verdict) {
  const { problems } = verdict;
  if (problems.length > 0) warn(t("audit.problems", { count: problems.length }));
  for (const { sequence, what } of problems.slice(0, SHOWN_MAX)) warn(`  ${sequence ?? "\u2013"}  ${what}: ${t(`audit.${what}`)}`);
  return { json: verdict, exitCode: verdict.isIntact ? 0 : EXIT_FOUND };
}
export {
  run
};

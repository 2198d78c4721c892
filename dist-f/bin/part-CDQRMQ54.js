import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  configByName
} from "./part-2TX7EN6Q.js";
import {
  dataOf,
  openCommandSystem
} from "./part-5UPUM6E2.js";
import "./part-TZKQW6Y2.js";
import "./part-LUADYMZV.js";
import "./part-S2NGDSVH.js";
import "./part-QHANXHGR.js";
import "./part-L2O2B26C.js";
import "./part-CVJAEUT3.js";
import "./part-O7OCCP63.js";
import "./part-NVX2M3IU.js";
import "./part-XUPOLVNV.js";
import {
  formatBytes
} from "./part-TXJRMGFN.js";
import "./part-LLICQD7P.js";
import "./part-OWWNG4U5.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import "./part-V23V4CCC.js";
import "./part-GCEDCA6D.js";
import "./part-CGYVB7NO.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import "./part-MHRCNTTW.js";
import "./part-K2YNPRNH.js";
import "./part-QRF3X5AE.js";
import "./part-E7CUHJHR.js";
import "./part-R6C3JOCY.js";
import "./part-AUIKQE6Q.js";
import "./part-KY2D2ADW.js";
import "./part-KOWYFHTZ.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/cli/commands/run.ts
var EXIT_BY_STATE = { COMPLETED: 0, PARTIAL: 3, CANCELLED: 130 };
async function run(context) {
  var _stack = [];
  try {
    const started = __using(_stack, await openCommandSystem(context, { works: true }), true);
    const { system } = started;
    const config = await configByName(system, String(context.args[0]), context);
    if (!started.isOwner && !config.schedulerAlive) context.warn(context.t("status.noScheduler"));
    const runId = dataOf(await system.runBackupNow(config.id), context);
    context.say(context.t("run.started", { run: runId, name: config.name }));
    const finished = dataOf(await system.waitForRun(runId, { signal: context.signal }), context);
    context.say(lineOf(finished, context));
    for (const { path, reason } of finished.skipped.slice(0, 20)) context.warn(`  ${path}: ${reason}`);
    if (finished.error) context.warn(`${finished.error.message} ${finished.error.guidance}`);
    return { json: finished, exitCode: EXIT_BY_STATE[finished.state] ?? 1 };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
function lineOf(finished, { t }) {
  const { stats } = finished;
  return t("run.finished", {
    state: t(`runState.${finished.state}`),
    snapshot: finished.snapshot?.slice(0, 12) ?? "\u2013",
    files: stats ? stats.filesNew + stats.filesChanged + stats.filesUnmodified : 0,
    processed: formatBytes(stats?.bytesProcessed ?? 0),
    added: formatBytes(stats?.bytesAdded ?? 0),
    seconds: ((finished.durationMs ?? 0) / 1e3).toFixed(1)
  });
}
export {
  run
};

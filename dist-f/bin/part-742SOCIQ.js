import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
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
  tableLines
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

// src/cli/commands/status.ts
async function run(context) {
  var _stack = [];
  try {
    const started = __using(_stack, await openCommandSystem(context), true);
    const status = dataOf(await started.system.getStatus(), context);
    say(status, context);
    const isUnattended = !status.scheduler.alive && status.configs.some(({ enabled, nextRunLocal }) => enabled && nextRunLocal !== null);
    return { json: status, exitCode: isUnattended ? 1 : 0 };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
function say(status, { say: say2, t }) {
  say2(t("status.places", { repository: status.repository, database: status.database }));
  say2(status.scheduler.alive ? t("status.alive", { workers: status.scheduler.workers.length }) : t("status.noScheduler"));
  const rows = status.configs.map((config) => [
    config.name,
    config.lastRun ? `${t(`runState.${config.lastRun.state}`)} ${config.lastRun.finishedAt ?? config.lastRun.createdAt}` : t("status.never"),
    config.lastGoodAt ?? "\u2013",
    config.enabled ? config.nextRunLocal ?? t("status.byHand") : t("status.disabled")
  ]);
  if (rows.length === 0) say2(t("serve.empty"));
  else for (const line of tableLines([{ title: t("column.name") }, { title: t("column.lastRun") }, { title: t("column.lastGood") }, { title: t("column.next") }], rows)) say2(line);
  for (const run2 of status.running) say2(t("status.running", { name: run2.configName, percent: run2.progress?.percent ?? "?" }));
  for (const alert of status.alerts) say2(t("status.alert", { severity: alert.severity, message: alert.message }));
}
export {
  run
};

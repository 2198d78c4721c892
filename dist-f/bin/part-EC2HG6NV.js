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

// src/cli/commands/config-list.ts
async function run(context) {
  var _stack = [];
  try {
    const { say, t } = context;
    const started = __using(_stack, await openCommandSystem(context), true);
    const configs = dataOf(await started.system.manager.listConfigs(), context);
    const rows = configs.map(({ id, name, enabled, nextRunLocal, settings }) => [name, id.slice(0, 8), settings.databaseLabel ?? settings.paths.join(", "), enabled ? nextRunLocal ?? t("status.byHand") : t("status.disabled")]);
    if (rows.length === 0) say(t("config.none"));
    else for (const line of tableLines([{ title: t("column.name") }, { title: t("column.id") }, { title: t("column.source") }, { title: t("column.next") }], rows)) say(line);
    if (configs.some(({ enabled, nextRunAt, schedulerAlive }) => enabled && nextRunAt !== null && !schedulerAlive)) say(t("config.noScheduler"));
    return { json: { configs } };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
export {
  run
};

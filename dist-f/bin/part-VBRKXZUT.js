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

// src/cli/commands/alerts.ts
async function run(context) {
  var _stack = [];
  try {
    const { t } = context;
    const started = __using(_stack, await openCommandSystem(context), true);
    const { monitor } = started.system;
    const id = textOption(context.options, "acknowledge");
    if (id !== void 0) return { json: dataOf(await monitor.acknowledgeAlert(id), context) };
    const alerts = dataOf(await monitor.getActiveAlerts(), context);
    if (alerts.length === 0) context.say(t("alerts.none"));
    else for (const line of tableLines([{ title: t("column.time") }, { title: t("column.kind") }, { title: t("column.id") }, { title: t("column.why") }], alerts.map((alert) => [formatTime(alert.firstSeenAt), `${alert.severity} ${alert.type}`, alert.id, alert.message]))) context.say(line);
    return { json: alerts };
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

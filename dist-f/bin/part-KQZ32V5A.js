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

// src/cli/commands/schedule.ts
async function run(context) {
  var _stack = [];
  try {
    const started = __using(_stack, await openCommandSystem(context), true);
    const { system } = started;
    if (context.options["simulate"] !== true) {
      const status = dataOf(await system.scheduler.getStatus(), context);
      if (!status.alive) context.warn(context.t("status.noScheduler"));
      if (status.next.length === 0) context.say(context.t("schedule.none"));
      else for (const line of tableLines([{ title: context.t("column.next") }, { title: context.t("column.name") }], status.next.map(({ dueLocal, configName }) => [dueLocal, configName]))) context.say(line);
      return { json: status };
    }
    const name = textOption(context.options, "config");
    const config = name === void 0 ? void 0 : await configByName(system, name, context);
    const simulation = dataOf(await system.manager.simulateRetention(config ? { configId: config.id } : {}), context);
    const rows = simulation.points.map((point) => [context.t(point.isKept ? "forget.keep" : "forget.drop"), point.createdAt, point.source, point.snapshot.slice(0, 12), point.reasons.join(", ")]);
    if (rows.length === 0) context.say(context.t("schedule.noPoints"));
    else for (const line of tableLines([{ title: context.t("column.plan") }, { title: context.t("column.time") }, { title: context.t("column.source") }, { title: context.t("column.snapshot") }, { title: context.t("column.why") }], rows)) context.say(line);
    return { json: simulation };
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

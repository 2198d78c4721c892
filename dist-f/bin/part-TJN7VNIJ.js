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
import {
  openRepository
} from "./part-5Y5ZKLEU.js";
import "./part-O7OCCP63.js";
import "./part-NVX2M3IU.js";
import "./part-XUPOLVNV.js";
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

// src/cli/commands/system-rebuild.ts
async function run(context) {
  var _stack = [];
  try {
    const _opened = __using(_stack, await openRepository(context), true);
    const started = __using(_stack, await openCommandSystem(context), true);
    const summary = dataOf(await started.system.rebuild({ force: context.options["force"] === true }), context);
    context.say(context.t("rebuild.done", { ...summary }));
    return { json: summary };
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

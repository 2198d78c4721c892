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
  formatBytes
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
  sleep
} from "./part-CGYVB7NO.js";
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

// src/cli/commands/recover.ts
var POLL_MS = 300;
var EXIT_BY_STATE = { COMPLETED: 0, PARTIAL: 3, CANCELLED: 130 };
async function run(context) {
  var _stack = [];
  try {
    const { t } = context;
    const started = __using(_stack, await openCommandSystem(context, { works: true }), true);
    const { recover } = started.system;
    const paths = listOption(context.options, "include");
    const options = { targetPath: textOption(context.options, "target") ?? "", overwrite: textOption(context.options, "overwrite") ?? "if-changed", ...paths.length > 0 && { paths } };
    let request = dataOf(await recover.createRecoveryRequest(String(context.args[0]), paths.length > 0 ? "PARTIAL_RESTORE" : "FULL_RESTORE", options), context);
    context.say(t("recover.asked", { id: request.id, target: request.targetPath }));
    while (request.state === "PENDING" || request.state === "RUNNING") {
      await sleep(POLL_MS, { signal: context.signal });
      request = dataOf(await recover.getRecoveryStatus(request.id), context);
    }
    context.say(t("recover.finished", { state: t(`runState.${request.state}`), files: request.filesRestored, bytes: formatBytes(request.bytesRestored) }));
    if (request.error) context.warn(`${request.error.message} ${request.error.guidance}`);
    return { json: request, exitCode: EXIT_BY_STATE[request.state] ?? 1 };
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

import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  openRepository
} from "./part-5Y5ZKLEU.js";
import {
  formatTime
} from "./part-TXJRMGFN.js";
import "./part-LLICQD7P.js";
import "./part-OWWNG4U5.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import {
  textOption
} from "./part-V23V4CCC.js";
import "./part-GCEDCA6D.js";
import {
  Inspector
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
import "./part-KOWYFHTZ.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/cli/commands/find.ts
async function run(context) {
  var _stack = [];
  try {
    const opened = __using(_stack, await openRepository(context), true);
    const history = await readHistory(opened.repository, { signal: context.signal });
    const wanted = textOption(context.options, "snapshot");
    const snapshots = wanted === void 0 ? history.snapshots : [findSnapshot(history, wanted)];
    const pattern = String(context.args[0]);
    const inspector = __using(_stack, await Inspector.open(opened.repository), true);
    const found = [];
    for await (const entry of inspector.find(snapshots, pattern)) {
      found.push(entry);
      context.say(`${entry.snapshot.slice(0, 12)} ${String(entry.bytes).padStart(12)} ${formatTime(entry.modifiedAt)} ${entry.path}`);
    }
    if (found.length === 0) context.say(context.t("find.none", { pattern }));
    return { json: { found } };
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

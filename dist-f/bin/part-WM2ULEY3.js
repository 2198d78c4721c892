import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  openRepository
} from "./part-5Y5ZKLEU.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import "./part-V23V4CCC.js";
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

// src/cli/commands/diff.ts
var SIGNS = { added: "+", removed: "-", changed: "M", metadata: "m" };
async function run(context) {
  var _stack = [];
  try {
    const opened = __using(_stack, await openRepository(context), true);
    const history = await readHistory(opened.repository, { signal: context.signal });
    const [a, b] = [findSnapshot(history, String(context.args[0])), findSnapshot(history, String(context.args[1]))];
    const inspector = __using(_stack, await Inspector.open(opened.repository), true);
    const differences = [];
    for await (const difference of inspector.diff(a, b)) {
      differences.push(difference);
      context.say(`${SIGNS[difference.change]} ${difference.path}${difference.isBitRotSuspected ? `  (${context.t("diff.bitRot")})` : ""}`);
    }
    if (differences.length === 0) context.say(context.t("diff.none"));
    return { json: { from: a.name, to: b.name, differences } };
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

import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  openRepository
} from "./part-5Y5ZKLEU.js";
import {
  formatBytes
} from "./part-TXJRMGFN.js";
import "./part-LLICQD7P.js";
import "./part-OWWNG4U5.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import "./part-V23V4CCC.js";
import "./part-GCEDCA6D.js";
import {
  prune
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

// src/cli/commands/prune.ts
async function run(context) {
  var _stack = [];
  try {
    const opened = __using(_stack, await openRepository(context), true);
    return await pruneOpened(context, opened);
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
async function pruneOpened(context, opened) {
  const seen = opened.state.heads();
  const dryRun = context.options["dryRun"] === true;
  const result = await prune(opened.repository, { dryRun, ...seen && { seen }, signal: context.signal });
  const values = { packs: result.packsDeleted, repacked: result.packsRepacked, bytes: formatBytes(Math.max(0, result.bytesFreed - result.bytesStored)) };
  const isNothing = result.packsDeleted + result.packsRepacked + result.packsWaiting === 0;
  context.say(context.t(isNothing ? "prune.nothing" : dryRun ? "prune.dryRun" : "prune.done", values));
  if (result.packsWaiting > 0) context.say(context.t("prune.waiting", { packs: result.packsWaiting }));
  return { json: { dryRun, ...result } };
}
export {
  pruneOpened,
  run
};

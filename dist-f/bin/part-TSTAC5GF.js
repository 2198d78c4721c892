import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  openRepository
} from "./part-5Y5ZKLEU.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import "./part-V23V4CCC.js";
import "./part-GCEDCA6D.js";
import "./part-CGYVB7NO.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import {
  Repository,
  changeKeyring
} from "./part-MHRCNTTW.js";
import "./part-K2YNPRNH.js";
import "./part-QRF3X5AE.js";
import "./part-E7CUHJHR.js";
import "./part-R6C3JOCY.js";
import "./part-AUIKQE6Q.js";
import {
  isoTime,
  nowMs
} from "./part-KY2D2ADW.js";
import "./part-KOWYFHTZ.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/cli/commands/key-rotate.ts
async function run(context) {
  var _stack = [];
  try {
    const opened = __using(_stack, await openRepository(context), true);
    const { keys, store } = opened.repository;
    await changeKeyring(store, keys, { newEpoch: true, keks: opened.keks, now: isoTime(nowMs()) });
    const reopened = await Repository.open(store, opened.keks);
    const epoch = Math.max(...reopened.keys.bundle.masters.map((master) => master.epoch));
    context.say(context.t("key.rotated", { epoch }));
    return { json: { generation: reopened.keys.generation, epoch } };
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

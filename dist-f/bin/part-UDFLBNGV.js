import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  openRepository,
  refuseKeyInRepository
} from "./part-5Y5ZKLEU.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import {
  textOption
} from "./part-V23V4CCC.js";
import "./part-GCEDCA6D.js";
import "./part-CGYVB7NO.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import {
  Repository,
  changeKeyring,
  parseKek,
  recipientOpenedBy
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
import {
  BackupError
} from "./part-KOWYFHTZ.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/cli/commands/key-add.ts
import path from "node:path";
async function run(context) {
  var _stack = [];
  try {
    const file = String(context.args[0]);
    refuseKeyInRepository(file);
    const kek = parseKek(`file:${file}`, file);
    const opened = __using(_stack, await openRepository(context), true);
    const { keys, store } = opened.repository;
    const known = recipientOpenedBy(keys, kek);
    if (known) throw new BackupError("ALREADY_EXISTS", "That key opens the repository already.", { context: { key: `${known.id} (${known.label})` } });
    const label = textOption(context.options, "label") ?? path.basename(file);
    await changeKeyring(store, keys, { add: { kek, label }, keks: opened.keks, now: isoTime(nowMs()) });
    const reopened = await Repository.open(store, [kek]);
    const id = reopened.keys.openedBy;
    context.say(context.t("key.added", { id, label }));
    return { json: { id, label, generation: reopened.keys.generation } };
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

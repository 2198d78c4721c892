import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  openRepository
} from "./part-5Y5ZKLEU.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import "./part-V23V4CCC.js";
import "./part-GCEDCA6D.js";
import {
  writeRecord
} from "./part-CGYVB7NO.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import {
  RecordKind,
  holdsOf,
  readHistory
} from "./part-MHRCNTTW.js";
import {
  userName
} from "./part-K2YNPRNH.js";
import "./part-QRF3X5AE.js";
import "./part-E7CUHJHR.js";
import "./part-R6C3JOCY.js";
import "./part-AUIKQE6Q.js";
import "./part-KY2D2ADW.js";
import {
  BackupError
} from "./part-KOWYFHTZ.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/cli/commands/hold-lift.ts
async function run(context) {
  var _stack = [];
  try {
    const id = String(context.args[0]);
    const opened = __using(_stack, await openRepository(context), true);
    const history = await readHistory(opened.repository, { signal: context.signal });
    if (!holdsOf(history).some((hold) => hold.id === id)) throw new BackupError("NOT_FOUND", "There is no such hold.", { context: { object: id, list: "hold list" } });
    await writeRecord(opened.repository, { record: RecordKind.HOLD, subject: id, by: userName(), value: null, signal: context.signal });
    context.say(context.t("hold.lifted", { id }));
    return { json: { id, lifted: true } };
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

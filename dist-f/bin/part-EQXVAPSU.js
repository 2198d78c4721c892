import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  coveredBy
} from "./part-JFCASFVC.js";
import {
  openRepository
} from "./part-5Y5ZKLEU.js";
import "./part-TXJRMGFN.js";
import "./part-LLICQD7P.js";
import "./part-OWWNG4U5.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import {
  textOption
} from "./part-V23V4CCC.js";
import "./part-GCEDCA6D.js";
import {
  protect
} from "./part-CGYVB7NO.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import {
  RecordKind,
  findSnapshot,
  readHistory
} from "./part-MHRCNTTW.js";
import {
  userName
} from "./part-K2YNPRNH.js";
import "./part-QRF3X5AE.js";
import "./part-E7CUHJHR.js";
import "./part-R6C3JOCY.js";
import "./part-AUIKQE6Q.js";
import {
  nowMs
} from "./part-KY2D2ADW.js";
import {
  BackupError
} from "./part-KOWYFHTZ.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/cli/commands/hold-add.ts
import { randomBytes } from "node:crypto";
async function run(context) {
  var _stack = [];
  try {
    const { options } = context;
    const wanted = textOption(options, "snapshot");
    const source = textOption(options, "source") ?? null;
    const until = endOf(textOption(options, "until"));
    const opened = __using(_stack, await openRepository(context), true);
    const history = await readHistory(opened.repository, { signal: context.signal });
    const snapshot = wanted === void 0 ? null : findSnapshot(history, wanted).name;
    const id = randomBytes(4).toString("hex");
    const value = { snapshot, source, reason: textOption(options, "reason") ?? "", until };
    await protect(opened.repository, { record: RecordKind.HOLD, subject: id, by: userName(), value, signal: context.signal }, snapshot);
    context.say(context.t("hold.done", { id, covers: coveredBy(context, value) }));
    return { json: { id, ...value } };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
function endOf(text) {
  if (text === void 0) return null;
  const at = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59.999` : text);
  if (Number.isNaN(at)) throw new BackupError("USAGE", `--until takes a date such as 2047-01-31, not "${text}".`);
  if (at <= nowMs()) throw new BackupError("USAGE", `--until ${text} is past already: that would hold nothing.`);
  return new Date(at).toISOString();
}
export {
  run
};

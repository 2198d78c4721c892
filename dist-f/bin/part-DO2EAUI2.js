import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  openRepository
} from "./part-5Y5ZKLEU.js";
import {
  formatTime,
  tableLines
} from "./part-TXJRMGFN.js";
import "./part-LLICQD7P.js";
import "./part-OWWNG4U5.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import "./part-V23V4CCC.js";
import "./part-GCEDCA6D.js";
import "./part-CGYVB7NO.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import {
  kekFingerprint
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

// src/cli/commands/key-list.ts
async function run(context) {
  var _stack = [];
  try {
    const { t, say } = context;
    const opened = __using(_stack, await openRepository(context), true);
    const { keys } = opened.repository;
    const fingerprint = kekFingerprint(opened.keyInUse(), keys.repositoryId);
    const recipients = keys.recipients.map(({ id, label, kind, addedAt }) => ({ id, label, kind, addedAt, opensWithThisKey: id === keys.openedBy }));
    const epochs = keys.bundle.masters.map(({ epoch, createdAt }) => ({ epoch, createdAt }));
    const columns = [{ title: "" }, { title: t("column.key") }, { title: t("column.kind") }, { title: t("column.added") }, { title: t("column.label") }];
    for (const line of tableLines(columns, recipients.map((each) => [each.opensWithThisKey ? "*" : "", each.id, each.kind, formatTime(each.addedAt), each.label]))) say(line);
    say(t("key.fingerprint", { fingerprint }));
    say(t("key.epochs", { count: epochs.length, time: formatTime(epochs.at(-1)?.createdAt ?? "") }));
    return { json: { generation: keys.generation, fingerprint, recipients, epochs } };
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

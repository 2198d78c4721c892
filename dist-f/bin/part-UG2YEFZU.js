import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  openRepository
} from "./part-5Y5ZKLEU.js";
import {
  textOption
} from "./part-V23V4CCC.js";
import {
  protect,
  writeRecord
} from "./part-CGYVB7NO.js";
import {
  RecordKind,
  findSnapshot,
  readHistory
} from "./part-MHRCNTTW.js";
import {
  userName
} from "./part-K2YNPRNH.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/cli/commands/pin.ts
async function run(context) {
  return change(context, { reason: textOption(context.options, "reason") ?? "" });
}
async function change(context, value) {
  var _stack = [];
  try {
    const opened = __using(_stack, await openRepository(context), true);
    const history = await readHistory(opened.repository, { signal: context.signal });
    const { name } = findSnapshot(history, String(context.args[0]));
    const isPinned = history.records.some(({ document }) => document.record === RecordKind.PIN && document.subject === name);
    if (value === null && !isPinned) {
      context.say(context.t("pin.none", { snapshot: name.slice(0, 12) }));
      return { json: { snapshot: name, pinned: false } };
    }
    const change2 = { record: RecordKind.PIN, subject: name, by: userName(), value, signal: context.signal };
    await (value ? protect(opened.repository, change2, name) : writeRecord(opened.repository, change2));
    context.say(context.t(value ? "pin.done" : "pin.lifted", { snapshot: name.slice(0, 12) }));
    return { json: { snapshot: name, pinned: value !== null } };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}

export {
  run,
  change
};

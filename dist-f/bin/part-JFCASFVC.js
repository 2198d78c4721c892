import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  openRepository
} from "./part-5Y5ZKLEU.js";
import {
  formatTime,
  tableLines
} from "./part-TXJRMGFN.js";
import {
  holdsOf,
  readHistory
} from "./part-MHRCNTTW.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/cli/commands/hold-list.ts
async function run(context) {
  var _stack = [];
  try {
    const { t, say } = context;
    const opened = __using(_stack, await openRepository(context), true);
    const holds = holdsOf(await readHistory(opened.repository, { signal: context.signal }));
    if (holds.length === 0) say(t("hold.none"));
    const rows = holds.map((hold) => [hold.id, coveredBy(context, hold), hold.until === null ? t("hold.open") : formatTime(hold.until), hold.reason]);
    const columns = [{ title: t("column.hold") }, { title: t("column.covers") }, { title: t("column.until") }, { title: t("column.reason") }];
    if (holds.length > 0) for (const line of tableLines(columns, rows)) say(line);
    return { json: { holds } };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
function coveredBy({ t }, hold) {
  return [hold.snapshot?.slice(0, 12), hold.source].filter(Boolean).join(" + ") || t("hold.everything");
}

export {
  run,
  coveredBy
};

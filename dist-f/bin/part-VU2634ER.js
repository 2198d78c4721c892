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
import {
  textOption
} from "./part-V23V4CCC.js";
import "./part-GCEDCA6D.js";
import {
  copySnapshots
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
import {
  BackupError
} from "./part-KOWYFHTZ.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/cli/commands/copy.ts
async function run(context) {
  var _stack = [];
  try {
    const location = textOption(context.options, "to");
    if (location === void 0) throw new BackupError("USAGE", "Name the repository to copy into with --to.");
    const keyFile = textOption(context.options, "toKeyFile");
    const from = __using(_stack, await openRepository(context), true);
    const to = __using(_stack, await openRepository({ ...context, options: { ...context.options, repo: location, ...keyFile !== void 0 && { keyFile } } }), true);
    const seen = from.state.heads();
    const history = await readHistory(from.repository, { signal: context.signal, ...seen && { seen } });
    if (history.rollbacks[0]) throw history.rollbacks[0];
    const named = context.args[0];
    const snapshots = named.length === 0 ? history.snapshots : named.map((name) => findSnapshot(history, name));
    const progress = context.progress("restore");
    const result = await copySnapshots(from.repository, to.repository, { snapshots, state: to.state, signal: context.signal, onProgress: (facts) => progress.update(facts) }).finally(() => progress.end());
    context.say(context.t("copy.done", { count: result.copied.length, present: result.present, bytes: formatBytes(result.bytesStored) }));
    if (result.userFiles > 0) context.say(context.t("copy.userFiles", { count: result.userFiles }));
    return { json: result };
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

import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  openRepository
} from "./part-5Y5ZKLEU.js";
import {
  formatTime
} from "./part-TXJRMGFN.js";
import "./part-LLICQD7P.js";
import "./part-OWWNG4U5.js";
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

// src/cli/commands/ls.ts
var TYPE_LETTERS = { file: "-", directory: "d", link: "l", fifo: "p", socket: "s", block: "b", character: "c" };
async function run(context) {
  var _stack = [];
  try {
    const [wanted, path] = context.args;
    const isJson = context.options["json"] === true;
    const opened = __using(_stack, await openRepository(context), true);
    const snapshot = findSnapshot(await readHistory(opened.repository, { signal: context.signal }), wanted);
    const inspector = __using(_stack, await Inspector.open(opened.repository), true);
    const entries = [];
    for await (const entry of inspector.list(snapshot, path ?? "/", { recursive: path === void 0 || context.options["recursive"] === true })) {
      if (isJson) entries.push(entry);
      else context.say(lineOf(entry));
    }
    return { json: { snapshot: snapshot.name, entries } };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
function lineOf({ type, mode, uid, gid, bytes, modifiedAt, path, linkTarget }) {
  const owner = `${String(uid).padStart(5)} ${String(gid).padStart(5)}`;
  return `${TYPE_LETTERS[type]}${permissions(mode)} ${owner} ${String(bytes).padStart(12)} ${formatTime(modifiedAt)} ${path}${linkTarget === void 0 ? "" : ` -> ${linkTarget}`}`;
}
function permissions(mode) {
  const triple = (shift, special, letter) => {
    const bits = mode >> shift;
    const execute = (bits & 1) !== 0;
    const last = (mode & special) === 0 ? execute ? "x" : "-" : execute ? letter : letter.toUpperCase();
    return `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${last}`;
  };
  return triple(6, 2048, "s") + triple(3, 1024, "s") + triple(0, 512, "t");
}
export {
  run
};

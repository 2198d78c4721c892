import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  dataOf,
  openCommandSystem
} from "./part-5UPUM6E2.js";
import "./part-TZKQW6Y2.js";
import "./part-LUADYMZV.js";
import "./part-S2NGDSVH.js";
import "./part-QHANXHGR.js";
import "./part-L2O2B26C.js";
import "./part-CVJAEUT3.js";
import "./part-O7OCCP63.js";
import "./part-NVX2M3IU.js";
import "./part-XUPOLVNV.js";
import "./part-OWWNG4U5.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import {
  textOption
} from "./part-V23V4CCC.js";
import "./part-GCEDCA6D.js";
import "./part-CGYVB7NO.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import "./part-MHRCNTTW.js";
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

// src/cli/commands/audit-export.ts
import fs from "node:fs";
async function run(context) {
  var _stack = [];
  try {
    const { options } = context;
    const [from, to, file] = [textOption(options, "from"), textOption(options, "to"), textOption(options, "output")];
    if (options["json"] === true && file === void 0) throw new BackupError("USAGE", "Standard output carries the file itself: --json needs --output FILE.");
    if (file !== void 0 && fs.existsSync(file)) throw new BackupError("USAGE", `${file} is there already: name another --output.`);
    const started = __using(_stack, await openCommandSystem(context), true);
    const text = dataOf(await started.system.exportAudit({ ...from !== void 0 && { from }, ...to !== void 0 && { to } }), context);
    const entries = text.split("\n").length - 2;
    if (file === void 0) {
      process.stdout.write(text);
      return { json: null };
    }
    writeWhole(file, text);
    context.say(context.t("audit.exported", { entries, file }));
    return { json: { file, entries } };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
function writeWhole(file, text) {
  const aside = `${file}.neonpro-part`;
  fs.writeFileSync(aside, text, { mode: 384, flush: true });
  fs.renameSync(aside, file);
}
export {
  run
};

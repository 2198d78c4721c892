import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  sayConfig
} from "./part-QKOLYHY6.js";
import {
  configByName
} from "./part-2TX7EN6Q.js";
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
import {
  configPatchOf
} from "./part-ZI36L2J6.js";
import "./part-O7OCCP63.js";
import "./part-NVX2M3IU.js";
import "./part-XUPOLVNV.js";
import "./part-OWWNG4U5.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import {
  listOption,
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

// src/cli/commands/config-edit.ts
async function run(context) {
  var _stack = [];
  try {
    const cleared = Object.fromEntries(listOption(context.options, "clear").map((name) => [name, null]));
    const rename = textOption(context.options, "rename");
    const patch = { ...cleared, ...await configPatchOf(context), ...rename !== void 0 && { name: rename } };
    if (Object.keys(patch).length === 0) throw new BackupError("USAGE", "Say what to change, such as --time 03:00.");
    const started = __using(_stack, await openCommandSystem(context), true);
    const { id } = await configByName(started.system, String(context.args[0]), context);
    const result = await started.system.manager.updateConfig(id, patch);
    const config = dataOf(result, context);
    context.say(context.t("config.saved", { name: config.name }));
    sayConfig(config, context);
    return { json: { ...config, warnings: result.warnings } };
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

import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  sayConfig
} from "./part-QKOLYHY6.js";
import {
  configByName
} from "./part-7QPDUSQS.js";
import {
  dataOf,
  openCommandSystem
} from "./part-RST7DMH4.js";
import "./part-K4CACZ6Z.js";
import "./part-LUADYMZV.js";
import "./part-S2NGDSVH.js";
import "./part-RLLZMZL2.js";
import "./part-HKGARLI2.js";
import "./part-CVJAEUT3.js";
import {
  configPatchOf
} from "./part-TGVL245X.js";
import "./part-O7OCCP63.js";
import "./part-NVX2M3IU.js";
import "./part-2Z5JI7PJ.js";
import "./part-OWWNG4U5.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import {
  listOption,
  textOption
} from "./part-XYCCEWTW.js";
import "./part-BAFUVIBU.js";
import "./part-2CCHIF7K.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import "./part-ABZX2RCP.js";
import "./part-K2YNPRNH.js";
import "./part-QRF3X5AE.js";
import "./part-VCIS5QKK.js";
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

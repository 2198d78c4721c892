import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  sayConfig
} from "./part-QKOLYHY6.js";
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
import "./part-KOWYFHTZ.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/cli/commands/config-add.ts
import { createInterface } from "node:readline/promises";
async function run(context) {
  var _stack = [];
  try {
    const asked = await configPatchOf(context);
    const zone = asked.timezone ?? await askedZone(context, asked.frequency !== void 0 || asked.cron !== void 0);
    const input = { name: textOption(context.options, "name") ?? "", ...asked, ...zone !== void 0 && { timezone: zone }, ...context.options["disabled"] === true && { enabled: false } };
    const started = __using(_stack, await openCommandSystem(context), true);
    const result = await started.system.manager.createConfig(input);
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
async function askedZone(context, isZoned) {
  const machine = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const isUtc = /^(Etc\/)?(UTC|UCT|Universal|Zulu|GMT)$/i.test(machine);
  if (!isZoned || !isUtc || context.options["json"] === true || !process.stdin.isTTY || !process.stderr.isTTY) return void 0;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = (await lines.question(context.t("config.askZone", { zone: machine }), { signal: context.signal })).trim();
    return answer === "" ? machine : answer;
  } finally {
    lines.close();
  }
}
export {
  run
};

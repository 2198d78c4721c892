import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  fine,
  missing,
  sayCheck,
  tried
} from "./part-E4ZPQ27M.js";
import {
  openRepository
} from "./part-5Y5ZKLEU.js";
import "./part-UOPPQIOQ.js";
import "./part-O7OCCP63.js";
import "./part-LLICQD7P.js";
import "./part-OWWNG4U5.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import {
  isRepositoryNamed,
  keysOf
} from "./part-V23V4CCC.js";
import "./part-GCEDCA6D.js";
import "./part-CGYVB7NO.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import "./part-MHRCNTTW.js";
import "./part-K2YNPRNH.js";
import "./part-QRF3X5AE.js";
import {
  systemCalls,
  systemCallsMissing
} from "./part-E7CUHJHR.js";
import "./part-R6C3JOCY.js";
import "./part-AUIKQE6Q.js";
import "./part-KY2D2ADW.js";
import "./part-KOWYFHTZ.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/cli/commands/doctor.ts
import fs from "node:fs";
import zlib from "node:zlib";
async function run(context) {
  const { t } = context;
  const checks = [
    fine(`Node.js ${process.versions.node}`),
    typeof zlib.zstdCompressSync === "function" ? fine("zstd") : missing("zstd", "Node.js >= 22.15"),
    systemCalls() === void 0 ? missing(t("doctor.calls"), `npm install koffi (${systemCallsMissing()})`) : fine(t("doctor.calls"))
  ];
  const source = context.args[0];
  const settings = await settingsWhereUsed(context, source !== void 0, checks);
  if (!settings) checks.push(await tried(context, t("doctor.key"), () => keysOf(context)));
  if (isRepositoryNamed(context) && checks.every(({ isOk }) => isOk)) checks.push(await repositoryCheck(context));
  if (source !== void 0 && settings && checks.every(({ isOk, isAdvice }) => isOk || isAdvice === true)) checks.push(...unsaid(await sourceChecksOf(context, String(source), settings), checks));
  for (const check of checks) sayCheck(check, context);
  return { json: { checks }, exitCode: checks.every(({ isOk, isAdvice }) => isOk || isAdvice === true) ? 0 : 1 };
}
function unsaid(more, checks) {
  for (const { what } of more) {
    const said = checks.findIndex((each) => each.what === what);
    if (said >= 0) checks.splice(said, 1);
  }
  return more;
}
async function settingsWhereUsed(context, isAsked, checks) {
  let settings;
  const check = await tried(context, context.t("doctor.settings"), async () => {
    settings = await resolve(context);
  });
  if (!settings) checks.push(check);
  if (!settings || !isAsked && !fs.existsSync(settings.values.home)) return void 0;
  const { systemChecks } = await import("./part-U2S4O4TW.js");
  checks.push(check, ...await systemChecks(context, settings));
  return settings;
}
async function resolve(context) {
  const [{ resolveSettings }, { settingsInputOf }] = await Promise.all([import("./part-CJTBRDOP.js"), import("./part-K5YFOVTB.js")]);
  return resolveSettings(settingsInputOf(context));
}
async function sourceChecksOf(context, name, settings) {
  var _stack = [];
  try {
    const [{ sourceChecks }, { configByName }, { dataOf, openCommandSystem }] = await Promise.all([import("./part-PY5KSXO7.js"), import("./part-U6YVXFTA.js"), import("./part-IJROV33B.js")]);
    const started = __using(_stack, await openCommandSystem(context), true);
    const config = await configByName(started.system, name, context);
    const { items } = dataOf(await started.system.manager.listBackups({ configId: config.id }, { limit: 50 }), context);
    return sourceChecks(context, { config, runs: items, settings });
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
async function repositoryCheck(context) {
  const location = String(context.options["repo"] ?? context.env["NEONPRO_REPOSITORY"]);
  return tried(context, context.t("doctor.repository", { location }), async () => {
    var _stack = [];
    try {
      const _opened = __using(_stack, await openRepository(context), true);
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      var _promise = __callDispose(_stack, _error, _hasError);
      _promise && await _promise;
    }
  });
}
export {
  run
};

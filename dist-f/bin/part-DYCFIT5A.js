import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  sayConfig,
  scheduleText
} from "./part-QKOLYHY6.js";
import {
  effectiveSettings,
  resolveSettings
} from "./part-QHANXHGR.js";
import {
  settingsInputOf
} from "./part-L2O2B26C.js";
import "./part-NVX2M3IU.js";
import {
  tableLines
} from "./part-TXJRMGFN.js";
import "./part-LLICQD7P.js";
import "./part-OWWNG4U5.js";
import "./part-7IKXLDJX.js";
import "./part-V23V4CCC.js";
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

// src/cli/origin-text.ts
function originText({ kind, name = "", file = "" }, t) {
  switch (kind) {
    case "ARGUMENT":
      return t("origin.argument", { name });
    case "CONFIG_FILE":
      return t("origin.file", { file });
    case "ENVIRONMENT":
      return t("origin.environment", { name });
    case "ENV_FILE":
      return t("origin.envFile", { name, file });
    case "DEFAULT":
      return t("origin.default");
  }
}
function effectiveRows(entries) {
  return entries.map(({ name, value, origin }) => ({ name, value: value === null || value === void 0 ? "\u2013" : typeof value === "object" ? JSON.stringify(value) : String(value), origin }));
}

// src/cli/commands/config-show.ts
async function run(context) {
  var _stack = [];
  try {
    const name = context.args[0] === void 0 ? void 0 : String(context.args[0]);
    const settings = resolveSettings(settingsInputOf(context));
    if (name === void 0) return showSettings(settings, context);
    const [{ configByName }, { openCommandSystem }] = await Promise.all([import("./part-U6YVXFTA.js"), import("./part-IJROV33B.js")]);
    const started = __using(_stack, await openCommandSystem(context), true);
    return showConfig(await configByName(started.system, name, context), settings.values.defaults, context);
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
function showSettings({ origins, warnings }, context) {
  const { say, t } = context;
  const shown = context.options["effective"] === true ? origins : origins.filter(({ origin }) => origin.kind !== "DEFAULT");
  const rows = effectiveRows(shown).map(({ name, value, origin }) => [name, value, originText(origin, t)]);
  if (rows.length === 0) say(t("config.onlyDefaults"));
  else for (const line of tableLines([{ title: t("column.setting") }, { title: t("column.value") }, { title: t("column.origin") }], rows)) say(line);
  for (const { message } of warnings) context.warn(message);
  return { json: { settings: shown, warnings } };
}
function showConfig(config, defaults, context) {
  const { say } = context;
  const isEffective = context.options["effective"] === true;
  const settings = isEffective ? effectiveSettings(config.settings, defaults) : config.settings;
  sayConfig(config, context);
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === "object" && Object.keys(value).length === 0) continue;
    const text = name === "schedule" ? scheduleText(settings.schedule) : typeof value === "object" ? JSON.stringify(value) : String(value);
    say(`  ${name}: ${text}${markOf(config, name, isEffective)}`);
  }
  if (isEffective) say(context.t("config.fromSystem"));
  if (config.settings.performance.maxConcurrentBackups !== void 0) context.warn(context.t("config.notActive", { option: "performance.maxConcurrentBackups" }));
  return { json: { ...config, settings } };
}
function markOf({ settings }, name, isEffective) {
  const own = settings[name];
  return isEffective && (own === void 0 || typeof own === "object" && own !== null && Object.keys(own).length === 0) ? " *" : "";
}
export {
  run
};

import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  sayNext
} from "./part-QKOLYHY6.js";
import {
  configByName
} from "./part-2TX7EN6Q.js";
import {
  dataOf,
  openCommandSystem
} from "./part-5UPUM6E2.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/cli/config-switch.ts
async function switchConfig(context, enabled) {
  var _stack = [];
  try {
    const started = __using(_stack, await openCommandSystem(context), true);
    const { id } = await configByName(started.system, String(context.args[0]), context);
    const result = await started.system.manager.updateConfig(id, { enabled });
    const config = dataOf(result, context);
    context.say(context.t(enabled ? "config.enabled" : "config.nowDisabled", { name: config.name }));
    if (enabled) sayNext(config, context);
    return { json: { ...config, warnings: result.warnings } };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}

export {
  switchConfig
};

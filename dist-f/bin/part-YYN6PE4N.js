import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  dataOf,
  openCommandSystem
} from "./part-5UPUM6E2.js";
import {
  sleep
} from "./part-CGYVB7NO.js";
import {
  isBackupError
} from "./part-KOWYFHTZ.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/cli/service.ts
import { once } from "node:events";
var RETRY_MS = 5e3;
var KEEP_ALIVE_MS = 2 ** 30;
async function runService(context, role) {
  var _stack = [];
  try {
    outliveReader();
    const waited = await startPatiently(context, role).catch((error) => {
      if (!isBackupError(error, "ABORTED")) throw error;
    });
    if (!waited) return { json: { stopped: true } };
    const started = __using(_stack, waited, true);
    const status = dataOf(await started.system.getStatus(), context);
    context.say(context.t("serve.ready", { pid: String(process.pid), repository: status.repository, database: status.database, configs: status.configs.length }));
    for (const { configName, dueLocal } of status.scheduler.next.slice(0, 5)) context.say(context.t("serve.next", { name: configName, due: dueLocal }));
    if (status.configs.length === 0) context.say(context.t("serve.empty"));
    await untilAborted(context.signal);
    context.say(context.t("serve.stopping"));
    return { json: { stopped: true } };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
async function startPatiently(context, role) {
  for (let isSaid = false; ; isSaid = true) {
    try {
      return await openCommandSystem(context, { role, works: true, mustOwn: true });
    } catch (error) {
      if (!isBackupError(error, "DATABASE_UNAVAILABLE") && !isBackupError(error, "KEY_MISSING")) throw error;
      if (!isSaid) context.warn(error.code === "KEY_MISSING" ? context.t("serve.setUp") : context.t("serve.waiting", { database: String(error.context["database"] ?? ""), cause: String(error.context["cause"] ?? "") }));
    }
    await sleep(RETRY_MS, { signal: context.signal });
  }
}
function outliveReader() {
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners("error").on("error", () => {
  });
}
async function untilAborted(signal) {
  if (signal.aborted) return;
  const controller = new AbortController();
  const ended = once(signal, "abort").then(() => controller.abort());
  await sleep(KEEP_ALIVE_MS, { signal: controller.signal }).catch(() => {
  });
  await ended;
}

export {
  runService
};

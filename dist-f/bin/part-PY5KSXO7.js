import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  quoted,
  spaceChecks,
  spaceOf
} from "./part-CLG6HIKM.js";
import {
  advice,
  fine,
  missing
} from "./part-E4ZPQ27M.js";
import {
  effectiveSettings
} from "./part-QHANXHGR.js";
import "./part-UOPPQIOQ.js";
import "./part-O7OCCP63.js";
import "./part-NVX2M3IU.js";
import {
  formatBytes,
  formatSeconds
} from "./part-TXJRMGFN.js";
import "./part-LLICQD7P.js";
import "./part-OWWNG4U5.js";
import "./part-7IKXLDJX.js";
import "./part-CGYVB7NO.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import "./part-MHRCNTTW.js";
import {
  userName
} from "./part-K2YNPRNH.js";
import "./part-QRF3X5AE.js";
import "./part-E7CUHJHR.js";
import "./part-R6C3JOCY.js";
import "./part-AUIKQE6Q.js";
import {
  monotonicNs
} from "./part-KY2D2ADW.js";
import {
  systemCode
} from "./part-KOWYFHTZ.js";
import "./part-ZH4JMW4G.js";

// src/cli/doctor/source-checks.ts
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
var ENTRIES_LOOKED_AT_MAX = 2e4;
var SHOWN_MAX = 5;
var READ_BYTES_MAX = 64 * 1024 * 1024;
var READ_BYTES_PER_SECOND_MIN = 25 * 1024 * 1024;
var RUNS_FOR_A_RATE = 5;
var HEADROOM = 1.5;
var NETWORK_FILE_SYSTEMS = /* @__PURE__ */ new Map([[26985, "NFS"], [4283649346, "CIFS"], [4266872130, "SMB"], [1702057286, "FUSE"]]);
function sourceChecks(context, facts) {
  return [...failureChecks(context, facts), ...slownessChecks(context, facts), ...thresholdChecks(context, facts)];
}
function failureChecks(context, { config, runs, settings }) {
  const { t } = context;
  const [last] = runs;
  const isGood = last === void 0 || last.state === "COMPLETED" || last.state === "RUNNING" || last.state === "PENDING";
  const lastRun = last === void 0 ? advice(t("doctor.noRun", { name: config.name }), `neonpro-backup run ${quoted(config.name)}`) : isGood ? fine(t("doctor.lastRun", { state: t(`runState.${last.state}`), at: last.finishedAt ?? last.createdAt })) : failedRun(context, last);
  const due = !config.enabled ? advice(t("doctor.disabled"), `neonpro-backup config enable ${quoted(config.name)}`) : config.nextRunAt === null || config.schedulerAlive ? fine(t("doctor.planned")) : missing(t("doctor.planned"), "neonpro-backup serve");
  const { minFreeSpace = 0 } = effectiveSettings(config.settings, settings.values.defaults).alertConfig;
  return [lastRun, due, ...spaceChecks(context, [settings.values.repository.path, settings.values.home], minFreeSpace), ...config.settings.paths.map((each) => readableCheck(context, each))];
}
function failedRun({ t }, run) {
  const why = run.error ? `${run.error.message} ${run.error.guidance}` : run.skipped.slice(0, SHOWN_MAX).map((item) => `${item.path} (${item.reason})`).join(", ");
  return missing(t("doctor.lastRun", { state: t(`runState.${run.state}`), at: run.finishedAt ?? run.createdAt }), why);
}
function readableCheck({ t }, root) {
  const what = t("doctor.readable", { folder: root, user: userName() });
  const closed = [];
  const waiting = [root];
  for (let looked = 0; waiting.length > 0 && looked < ENTRIES_LOOKED_AT_MAX && closed.length < SHOWN_MAX; looked += 1) {
    const place = waiting.pop();
    try {
      const facts = fs.lstatSync(place);
      if (facts.isDirectory()) waiting.push(...fs.readdirSync(place).map((name) => path.join(place, name)));
      else if (facts.isFile()) fs.accessSync(place, fs.constants.R_OK);
    } catch (error) {
      if (systemCode(error) !== "ENOENT" || place === root) closed.push(`${place} (${systemCode(error) ?? "unknown"})`);
    }
  }
  return closed.length === 0 ? fine(what) : missing(`${what}: ${closed.join(", ")}`, `ls -la ${quoted(root)}; setfacl -R -m u:${userName()}:rX ${quoted(root)}`);
}
function slownessChecks(context, { settings }) {
  const { t } = context;
  const repository = settings.values.repository.path;
  const network = networkOf(repository);
  const cores = os.availableParallelism();
  const load = os.loadavg()[0] ?? 0;
  const cpu = t("doctor.cpu", { load: load.toFixed(1), cores });
  return [
    network === void 0 ? fine(t("doctor.local")) : advice(t("doctor.network", { kind: network, folder: repository }), `nfsstat -m; ping SERVER; time head -c 100M ${quoted(`${repository}/packs`)}/*/* > /dev/null`),
    ...readSpeedChecks(context, repository),
    load <= cores * HEADROOM ? fine(cpu) : advice(cpu, "top -o %CPU")
  ];
}
function networkOf(place) {
  try {
    return NETWORK_FILE_SYSTEMS.get(Number(fs.statfsSync(place).type) >>> 0);
  } catch {
    return void 0;
  }
}
function readSpeedChecks({ t }, repository) {
  const files = packsOf(repository);
  const buffer = Buffer.alloc(1024 * 1024);
  const beganNs = monotonicNs();
  let bytes = 0;
  try {
    for (const file of files) {
      const descriptor = fs.openSync(file, "r");
      try {
        for (let read = 1; read > 0 && bytes < READ_BYTES_MAX; bytes += read) read = fs.readSync(descriptor, buffer);
      } finally {
        fs.closeSync(descriptor);
      }
    }
  } catch (error) {
    return [missing(t("doctor.readFailed", { cause: systemCode(error) ?? "unknown" }), `ls -la ${quoted(repository)}; dmesg | tail`)];
  }
  if (bytes === 0) return [];
  const rate = bytes / Math.max(1e-6, Number(monotonicNs() - beganNs) / 1e9);
  const what = t("doctor.readSpeed", { rate: formatBytes(rate), bytes: formatBytes(bytes) });
  return [rate >= READ_BYTES_PER_SECOND_MIN ? fine(what) : advice(what, "iostat -x 1")];
}
function packsOf(repository) {
  const found = [];
  try {
    for (const folder of fs.readdirSync(path.join(repository, "packs"))) {
      for (const name of fs.readdirSync(path.join(repository, "packs", folder))) found.push(path.join(repository, "packs", folder, name));
      if (found.length >= SHOWN_MAX) break;
    }
  } catch {
  }
  return found.slice(0, SHOWN_MAX);
}
function thresholdChecks({ t }, { config, runs, settings }) {
  const { alertConfig } = effectiveSettings(config.settings, settings.values.defaults);
  const name = quoted(config.name);
  const checks = [];
  const seconds = runs.filter(({ state, durationMs }) => state === "COMPLETED" && durationMs !== null).map(({ durationMs }) => durationMs / 1e3);
  if (alertConfig.maxBackupTime !== void 0 && seconds.length > 0) {
    const longest = Math.max(...seconds);
    const what = t("doctor.longest", { longest: formatSeconds(longest), limit: formatSeconds(alertConfig.maxBackupTime) });
    checks.push(longest <= alertConfig.maxBackupTime ? fine(what) : advice(what, `neonpro-backup config edit ${name} --max-backup-time ${Math.ceil(longest * HEADROOM)}`));
  }
  const finished = runs.filter(({ state }) => ["COMPLETED", "PARTIAL", "FAILED", "MISSED"].includes(state));
  if (alertConfig.failureRate !== void 0 && finished.length >= RUNS_FOR_A_RATE) {
    const failed = finished.filter(({ state }) => state === "FAILED").length;
    const what = t("doctor.failureRate", { failed, finished: finished.length, limit: alertConfig.failureRate });
    checks.push(failed / finished.length <= alertConfig.failureRate ? fine(what) : advice(what, `neonpro-backup status; neonpro-backup config edit ${name} --max-failure-rate ${(Math.ceil(failed / finished.length * 20) / 20).toFixed(2)}`));
  }
  const space = spaceOf(settings.values.repository.path);
  if (alertConfig.minFreeSpace !== void 0 && space && alertConfig.minFreeSpace > space.bytesTotal / 2) {
    checks.push(advice(t("doctor.spaceLimit", { limit: formatBytes(alertConfig.minFreeSpace), total: formatBytes(space.bytesTotal) }), `neonpro-backup config edit ${name} --min-free-space ${Math.floor(space.bytesTotal / 20)}`));
  }
  return checks.length > 0 ? checks : [fine(t("doctor.noThreshold"))];
}
export {
  sourceChecks
};

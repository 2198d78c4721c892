import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  advice,
  fine,
  missing,
  tried
} from "./part-E4ZPQ27M.js";
import {
  readKeys
} from "./part-QHANXHGR.js";
import {
  formatBytes
} from "./part-TXJRMGFN.js";
import {
  systemCode
} from "./part-KOWYFHTZ.js";

// src/cli/doctor/system-checks.ts
import fs from "node:fs";
import path from "node:path";
var FREE_SHARE_MIN = 0.05;
async function systemChecks(context, { values, warnings }) {
  const { t } = context;
  return [
    await tried(context, t("doctor.keyApart"), () => readKeys(values)),
    writableCheck(context, values.home),
    ...spaceChecks(context, [.../* @__PURE__ */ new Set([values.home, values.repository.path])]),
    logCheck(context, values.logsDirectory),
    ...channelChecks(context, values.channels),
    ...warnings.map(({ code, message }) => advice(code, message))
  ];
}
function writableCheck({ t }, home) {
  const what = t("doctor.writable", { folder: home });
  try {
    fs.accessSync(home, fs.constants.W_OK | fs.constants.X_OK);
    return fine(what);
  } catch (error) {
    return missing(what, systemCode(error) === "ENOENT" ? `mkdir -p -m 0700 ${quoted(home)}` : `chown -R "$(id -un)" ${quoted(home)}`);
  }
}
function spaceChecks({ t }, places, bytesMin = 0) {
  return places.flatMap((place) => {
    const space = spaceOf(place);
    if (!space) return [];
    const what = t("doctor.space", { folder: place, free: formatBytes(space.bytesFree), total: formatBytes(space.bytesTotal) });
    const isEnough = space.bytesFree >= bytesMin && space.bytesFree >= space.bytesTotal * FREE_SHARE_MIN;
    return [isEnough ? fine(what) : missing(what, `df -h ${quoted(place)}; neonpro-backup forget --keep-daily 14 --dry-run; neonpro-backup prune`)];
  });
}
function spaceOf(place) {
  for (let at = place; ; at = path.dirname(at)) {
    try {
      const { bavail, blocks, bsize } = fs.statfsSync(at);
      return { bytesFree: bavail * bsize, bytesTotal: blocks * bsize };
    } catch {
      if (at === path.dirname(at)) return void 0;
    }
  }
}
function logCheck({ t }, directory) {
  const file = path.join(directory, "backup.log");
  const errors = lastErrors(file);
  if (errors === void 0) return advice(t("doctor.noLog", { file }), `ls -la ${quoted(directory)}`);
  return errors.length === 0 ? fine(t("doctor.log", { file })) : advice(t("doctor.logErrors", { file, count: errors.length, last: errors.at(-1) }), `tail -n 50 ${quoted(file)}`);
}
var LOG_TAIL_BYTES = 256 * 1024;
function lastErrors(file) {
  let descriptor;
  try {
    descriptor = fs.openSync(file, "r");
    const { size } = fs.fstatSync(descriptor);
    const bytes = Buffer.alloc(Math.min(size, LOG_TAIL_BYTES));
    fs.readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString("utf8").split("\n").flatMap(errorLine);
  } catch {
    return void 0;
  } finally {
    if (descriptor !== void 0) fs.closeSync(descriptor);
  }
}
function errorLine(line) {
  if (!line.includes('"level":"error"') && !line.includes('"level":"fatal"')) return [];
  try {
    const { time, msg } = JSON.parse(line);
    return [`${String(time)} ${String(msg)}`];
  } catch {
    return [];
  }
}
function channelChecks({ t }, channels) {
  const hasMail = channels.smtpUrl !== void 0 && (channels.emailTo ?? []).length > 0;
  const heartbeat = channels.healthcheckUrl !== void 0 && !channels.healthcheckUrl.includes("{slug}");
  return [
    hasMail || channels.webhookUrl !== void 0 ? fine(t("doctor.channel")) : advice(t("doctor.channel"), "SMTP_URL=smtp://user:password@host:587 ALERT_EMAIL_FROM=backup@example.org ALERT_EMAIL_TO=you@example.org, WEBHOOK_URL=https://\u2026"),
    ...channels.smtpUrl !== void 0 && !hasMail ? [missing(t("doctor.receiver"), "ALERT_EMAIL_TO=you@example.org")] : [],
    heartbeat ? fine(t("doctor.heartbeat")) : advice(t("doctor.heartbeat"), t("doctor.heartbeatRemedy"))
  ];
}
function quoted(text) {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

export {
  systemChecks,
  spaceChecks,
  spaceOf,
  quoted
};

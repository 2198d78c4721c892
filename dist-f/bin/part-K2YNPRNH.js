import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  systemCode
} from "./part-KOWYFHTZ.js";

// src/kernel/directories.ts
import fs from "node:fs";
import path from "node:path";
function makeDirectories(folder, options) {
  const bytes = Buffer.from(folder, options.encoding);
  if (fs.statSync(bytes, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeDirectories(parent, options);
  try {
    fs.mkdirSync(bytes, { mode: options.mode });
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
    fs.accessSync(Buffer.concat([bytes, Buffer.from("/.")]));
  }
}

// src/kernel/machine.ts
import { createHash } from "node:crypto";
import fs2 from "node:fs";
import os from "node:os";
function bootId() {
  try {
    const processes = /\d+/.exec(fs2.readlinkSync("/proc/self/ns/pid"))?.[0] ?? "";
    return `${fs2.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}/${processes}`;
  } catch {
    return "";
  }
}
function processStart(pid = process.pid) {
  try {
    const stat = fs2.readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
function isProcessAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}
function hostName() {
  return os.hostname();
}
function userName() {
  try {
    return os.userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "");
  }
}
var tag;
function machineTag() {
  tag ??= createHash("sha256").update(`${hostName()} ${bootId()}`).digest("hex").slice(0, 8);
  return tag;
}

export {
  makeDirectories,
  bootId,
  processStart,
  isProcessAlive,
  hostName,
  userName,
  machineTag
};

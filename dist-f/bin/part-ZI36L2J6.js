import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  passwordsOf
} from "./part-NVX2M3IU.js";
import {
  bytesOption,
  countOption,
  listOption,
  textOption
} from "./part-V23V4CCC.js";
import {
  BackupError,
  systemCode
} from "./part-KOWYFHTZ.js";

// src/cli/config-options.ts
import path2 from "node:path";

// src/cli/database-option.ts
import fs from "node:fs";
import path from "node:path";
async function databaseUrlOf(text, { env, cwd, readInput: readInput2 }) {
  if (text.startsWith("env:")) return filled(env[text.slice(4)], `The variable ${text.slice(4)} is not set.`);
  if (text.startsWith("file:")) return filled(readFile(path.resolve(cwd, text.slice(5))), "The file of --database is empty.");
  if (text === "-") return filled(await readInput2(), "Standard input held no database URL.");
  if (holdsSecret(text)) throw new BackupError("USAGE", '--database with a password can be read by every process: give env:NAME, file:PATH, "-" or a URL without one.');
  return text;
}
function holdsSecret(text) {
  return passwordsOf(text).length > 0 || /\bpass(word|wd|file)?\s*=/i.test(text) || /[?&](sslpassword|sslkey|token|secret)=/i.test(text);
}
function filled(text, refusal) {
  const first = (text ?? "").split("\n")[0].trim();
  if (first === "") throw new BackupError("USAGE", refusal);
  return first;
}
function readFile(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    throw new BackupError("SOURCE_UNREADABLE", "The file of --database can not be read.", { context: { path: file, cause: systemCode(error) ?? "unknown" }, cause: error });
  }
}

// src/cli/config-options.ts
var collect = (value, all = []) => [...all, value];
var STDIN_BYTES_MAX = 65536;
function addConfigOptions(command) {
  return command.option("--path <path>", "folder or file to back up; may be given again", collect).option("--database <url>", 'env:NAME, file:PATH, "-" for standard input, or a URL without a password').option("--frequency <frequency>", "HOURLY, DAILY, WEEKLY or MONTHLY").option("--time <time>", "HH:MM; HOURLY uses its minutes").option("--day-of-week <day>", "0 (Sunday) to 6, or MON").option("--day-of-month <day>", "1 to 31 (31: the last)").option("--cron <expression>", "instead of a frequency: five fields").option("--every <period>", "instead of a frequency: 15m, 6h, 2d").option("--timezone <zone>", "IANA name; default: the machine's").option("--type <type>", "full, incremental or differential").option("--include <glob>", "only files that match; may be given again", collect).option("--exclude <glob>", "leave out what matches; may be given again", collect).option("--size-limit <bytes>", "leave out larger files (10M, 2G)").option("--modified-since <date>", "leave out files last changed before (2024-01-31)").option("--retention <policy>", 'days, or JSON: { "daily": 14, "custom": [{ "pattern": "first-of-month", "keep": 60 }] }').option("--compression-level <level>", "1 to 9").option("--chunk-size <bytes>", "what is compressed and sealed together (1M)").option("--timeout <seconds>", "end a run that takes longer").option("--retry-attempts <n>", "further attempts after a transient error").option("--retry-delay <ms>", "milliseconds between two attempts").option("--max-failure-rate <rate>", "alarm above this share of failed runs, 0 to 1").option("--max-backup-time <seconds>", "alarm when a run takes longer").option("--min-free-space <bytes>", "alarm when less room is free (5G)").option("--healthcheck-url <url>", "called at start, success and failure").option("--priority <priority>", "LOW, NORMAL, HIGH or CRITICAL").option("--tag <tag>", "may be given again", collect);
}
async function configPatchOf(context) {
  const { options } = context;
  const text = (name, member = name) => present(member, textOption(options, name));
  const count = (name, member = name) => present(member, countOption(options, name));
  const bytes = (name, member = name) => present(member, bytesOption(options, name));
  const list = (name, member) => listOption(options, name).length === 0 ? {} : { [member]: listOption(options, name) };
  const paths = listOption(options, "path").map((each) => path2.resolve(each));
  const performance = { ...count("compressionLevel"), ...bytes("chunkSize"), ...count("timeout"), ...count("retryAttempts"), ...count("retryDelay") };
  const alertConfig = { ...present("failureRate", numberOption(options, "maxFailureRate")), ...count("maxBackupTime"), ...bytes("minFreeSpace") };
  return {
    ...paths.length > 0 && { paths },
    ...present("databaseUrl", await databaseOf(context)),
    ...present("frequency", textOption(options, "frequency")?.toUpperCase()),
    ...text("time"),
    ...present("dayOfWeek", dayOfWeekOption(options)),
    ...count("dayOfMonth"),
    ...text("cron"),
    ...text("every"),
    ...text("timezone"),
    ...present("type", textOption(options, "type")?.toUpperCase()),
    ...list("include", "includePatterns"),
    ...list("exclude", "excludePatterns"),
    ...bytes("sizeLimit"),
    ...text("modifiedSince"),
    ...present("retention", retentionOption(options)),
    ...Object.keys(performance).length > 0 && { performance },
    ...Object.keys(alertConfig).length > 0 && { alertConfig },
    ...text("healthcheckUrl"),
    ...present("priority", textOption(options, "priority")?.toUpperCase()),
    ...list("tag", "tags")
  };
}
function present(member, value) {
  return value === void 0 ? {} : { [member]: value };
}
async function databaseOf({ options, env }) {
  const text = textOption(options, "database");
  return text === void 0 ? void 0 : await databaseUrlOf(text, { env, cwd: process.cwd(), readInput });
}
async function readInput() {
  let text = "";
  for await (const piece of process.stdin.setEncoding("utf8")) {
    text += String(piece);
    if (text.length > STDIN_BYTES_MAX) break;
  }
  return text;
}
function dayOfWeekOption(options) {
  const text = textOption(options, "dayOfWeek");
  return text !== void 0 && /^\d+$/.test(text) ? Number(text) : text?.toUpperCase();
}
function numberOption(options, name) {
  const text = textOption(options, name);
  return text === void 0 || text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
}
function retentionOption(options) {
  const text = textOption(options, "retention");
  if (text === void 0) return void 0;
  if (!text.trim().startsWith("{")) return numberOption(options, "retention");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BackupError("USAGE", '--retention takes a number of days or JSON such as { "daily": 14 }.', { cause: error });
  }
}

export {
  addConfigOptions,
  configPatchOf,
  databaseOf
};

import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  findingText
} from "./part-KT35E5DB.js";
import {
  openRepository
} from "./part-5Y5ZKLEU.js";
import {
  formatBytes
} from "./part-TXJRMGFN.js";
import "./part-LLICQD7P.js";
import "./part-OWWNG4U5.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import {
  stateDirectory,
  textOption
} from "./part-V23V4CCC.js";
import "./part-GCEDCA6D.js";
import {
  verifyRepository
} from "./part-CGYVB7NO.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import "./part-MHRCNTTW.js";
import {
  makeDirectories
} from "./part-K2YNPRNH.js";
import "./part-QRF3X5AE.js";
import "./part-E7CUHJHR.js";
import "./part-R6C3JOCY.js";
import "./part-AUIKQE6Q.js";
import {
  nowMs
} from "./part-KY2D2ADW.js";
import {
  BackupError
} from "./part-KOWYFHTZ.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/cli/commands/verify.ts
import fs from "node:fs";
import path from "node:path";
var SHOWN_MAX = 20;
async function run(context) {
  var _stack = [];
  try {
    const readShare = shareOf(context);
    const opened = __using(_stack, await openRepository(context), true);
    const seen = opened.state.heads();
    const memory = new VerifyMemory(path.join(stateDirectory(context), opened.repository.config.repositoryId, "verified.json"));
    const progress = context.progress("verify");
    let result;
    try {
      result = await verifyRepository(opened.repository, {
        readShare,
        ...seen && { seen },
        lastVerified: memory.times,
        onPackRead: (name) => memory.note(name),
        signal: context.signal,
        onProgress: (facts) => progress.update(facts)
      });
    } finally {
      progress.end();
      memory.save();
    }
    tell(context, result, readShare);
    return { json: { ...result, readShare }, exitCode: result.problems.length + result.hits.length > 0 ? 1 : 0 };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
function shareOf(context) {
  const value = context.options["readData"];
  if (value === void 0) return 0;
  if (value === true || value === "all") return 1;
  const match = /^(\d+(?:\.\d+)?)%$/.exec(String(value));
  const share = match ? Number(match[1]) / 100 : Number.NaN;
  if (!(share > 0 && share <= 1)) throw new BackupError("USAGE", `--read-data takes "all" or a share such as 10%, not "${textOption(context.options, "readData") ?? ""}".`);
  return share;
}
function tell(context, result, readShare) {
  const { t, say, warn, locale } = context;
  if (result.userFiles > 0) say(t("verify.userFiles", { count: result.userFiles }));
  for (const { object, what } of result.notices) warn(t("verify.notice", { object, what: findingText(what, locale) }));
  if (result.problems.length + result.hits.length === 0) {
    const values = { snapshots: result.snapshots, packs: result.packs, bytes: formatBytes(result.bytesStored), read: result.packsRead, bytesRead: formatBytes(result.bytesRead) };
    return say(t(readShare === 0 ? "verify.structure" : readShare < 1 ? "verify.sampled" : "verify.all", values));
  }
  warn(t("verify.damage", { count: result.problems.length || result.hits.length }));
  for (const { object, what } of result.problems.slice(0, SHOWN_MAX)) warn(`  ${object}: ${findingText(what, locale)}`);
  if (result.problems.length > SHOWN_MAX) warn(t("more", { count: result.problems.length - SHOWN_MAX }));
  for (const { snapshot, paths } of result.hits) warn(`  ${t("verify.hits", { snapshot: snapshot.slice(0, 12), paths: paths.slice(0, SHOWN_MAX).join(", ") })}`);
  warn(t("verify.next"));
}
var VerifyMemory = class {
  times;
  #file;
  constructor(file) {
    this.#file = file;
    this.times = new Map(Object.entries(readTimes(file)));
  }
  note(pack) {
    this.times.set(pack, nowMs());
  }
  save() {
    try {
      makeDirectories(path.dirname(this.#file), { mode: 448 });
      fs.writeFileSync(`${this.#file}.new`, JSON.stringify(Object.fromEntries(this.times)), { mode: 384 });
      fs.renameSync(`${this.#file}.new`, this.#file);
    } catch {
    }
  }
};
function readTimes(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}
export {
  run
};

import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  openRepository
} from "./part-5Y5ZKLEU.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import {
  repositoryOption,
  textOption
} from "./part-V23V4CCC.js";
import "./part-GCEDCA6D.js";
import "./part-CGYVB7NO.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import {
  changeKeyring
} from "./part-MHRCNTTW.js";
import "./part-K2YNPRNH.js";
import "./part-QRF3X5AE.js";
import "./part-E7CUHJHR.js";
import "./part-R6C3JOCY.js";
import "./part-AUIKQE6Q.js";
import {
  isoTime,
  nowMs
} from "./part-KY2D2ADW.js";
import {
  BackupError
} from "./part-KOWYFHTZ.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/cli/commands/key-remove.ts
import { execFile } from "node:child_process";
import { promisify } from "node:util";
async function run(context) {
  var _stack = [];
  try {
    const opened = __using(_stack, await openRepository(context), true);
    const { keys, store } = opened.repository;
    const { id, label } = chosen(keys.recipients, String(context.args[0]));
    if (keys.openedBy === id) throw new BackupError("USAGE", "The key in use can not remove itself: open the repository with one that stays.");
    await provenByFreshProcess(context, keys.bundle.masters.length);
    await changeKeyring(store, keys, { remove: id, keks: opened.keks, now: isoTime(nowMs()) });
    const epochs = await provenByFreshProcess(context, keys.bundle.masters.length + 1);
    context.say(context.t("key.removed", { id, label, epoch: Math.max(...epochs) }));
    return { json: { removed: id, label, generation: keys.generation + 1, epoch: Math.max(...epochs) } };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
function chosen(recipients, wanted) {
  const matches = recipients.filter(({ id }) => wanted.length >= 4 && id.startsWith(wanted));
  if (matches.length === 1) return matches[0];
  throw new BackupError("NOT_FOUND", "There is no such recipient, or several begin like that.", { context: { object: wanted, list: "key list" } });
}
async function provenByFreshProcess(context, epochs) {
  const keyFile = textOption(context.options, "keyFile");
  const home = textOption(context.options, "home");
  const options = ["--repo", repositoryOption(context), ...keyFile === void 0 ? [] : ["--key-file", keyFile], ...home === void 0 ? [] : ["--home", home]];
  const env = { ...context.env, BACKUP_ENCRYPTION_KEY_PREVIOUS: "", DEBUG: "" };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [process.argv[1], "key", "list", "--json", ...options], { env });
    const answer = JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}");
    if (answer.epochs?.length === epochs) return answer.epochs.map(({ epoch }) => epoch);
  } catch (error) {
    throw new BackupError("KEY_UNPROVEN", "A fresh process could not open the repository with the key that stays.", { cause: error });
  }
  throw new BackupError("KEY_UNPROVEN", "A fresh process could not unwrap every epoch with the key that stays.");
}
export {
  run
};

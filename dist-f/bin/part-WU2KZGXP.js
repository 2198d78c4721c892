import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  reasonText
} from "./part-KT35E5DB.js";
import {
  openRepository
} from "./part-5Y5ZKLEU.js";
import "./part-LLICQD7P.js";
import "./part-OWWNG4U5.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import {
  textOption
} from "./part-V23V4CCC.js";
import "./part-GCEDCA6D.js";
import {
  ArchiveFormat,
  Inspector,
  writeArchive
} from "./part-CGYVB7NO.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import {
  findSnapshot,
  readHistory
} from "./part-MHRCNTTW.js";
import "./part-K2YNPRNH.js";
import "./part-QRF3X5AE.js";
import "./part-E7CUHJHR.js";
import "./part-R6C3JOCY.js";
import "./part-AUIKQE6Q.js";
import "./part-KY2D2ADW.js";
import {
  BackupError
} from "./part-KOWYFHTZ.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/cli/commands/dump.ts
import fs from "node:fs";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
var EXIT_INCOMPLETE = 3;
async function run(context) {
  var _stack = [];
  try {
    const wished = formatOf(context);
    const file = textOption(context.options, "output");
    if (context.options["json"] === true && file === void 0) throw new BackupError("USAGE", "Standard output carries the file itself: --json needs --output FILE.");
    const opened = __using(_stack, await openRepository(context), true);
    const snapshot = findSnapshot(await readHistory(opened.repository, { signal: context.signal }), String(context.args[0]));
    const path = String(context.args[1] ?? "/");
    const inspector = __using(_stack, await Inspector.open(opened.repository), true);
    const format = wished ?? (await inspector.typeOf(snapshot, path) === "directory" ? ArchiveFormat.TAR : "raw");
    if (format === "raw" && await inspector.typeOf(snapshot, path) === "directory") throw new BackupError("USAGE", `${path} is a folder: --format tar or zip packs it.`);
    if (format !== "raw" && file === void 0 && process.stdout.isTTY) throw new BackupError("USAGE", "An archive is nothing for a terminal: redirect it (> FILE) or name --output FILE.");
    const act = (output) => write({ inspector, snapshot, path, format, output, context });
    const issues = file === void 0 ? await act(process.stdout) : await intoFile(file, act);
    if (file !== void 0) context.say(context.t("dump.done", { file, path, snapshot: snapshot.name.slice(0, 12) }));
    for (const { path: at, what } of issues) context.warn(`  ${at}: ${reasonText(what, context.locale)}`);
    return { json: { snapshot: snapshot.name, path, format, output: file, issues }, exitCode: issues.length > 0 ? EXIT_INCOMPLETE : 0 };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
async function write({ inspector, snapshot, path, format, output, context }) {
  const { signal } = context;
  if (format !== "raw") return (await writeArchive(inspector, output, { snapshot, path, format, signal })).issues;
  await pipeline(Readable.from(inspector.content(snapshot, path), { objectMode: false }), output, { end: false, signal });
  return [];
}
async function intoFile(file, act) {
  if (fs.existsSync(file)) throw new BackupError("USAGE", `${file} is there already: name another --output.`);
  const aside = `${file}.neonpro-part`;
  const through = new PassThrough();
  const written = pipeline(through, fs.createWriteStream(aside, { mode: 384, flush: true }));
  try {
    const [issues] = await Promise.all([act(through).finally(() => through.end()), written]);
    fs.renameSync(aside, file);
    return issues;
  } catch (error) {
    through.destroy();
    await written.catch(() => {
    });
    fs.rmSync(aside, { force: true });
    throw error;
  }
}
function formatOf(context) {
  const text = textOption(context.options, "format");
  if (text === void 0) return void 0;
  const format = [...Object.values(ArchiveFormat), "raw"].find((known) => known === text);
  if (!format) throw new BackupError("USAGE", `--format is raw, tar or zip, not "${text}".`);
  return format;
}
export {
  run
};

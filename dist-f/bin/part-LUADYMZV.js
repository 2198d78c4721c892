import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  hostName,
  makeDirectories
} from "./part-K2YNPRNH.js";
import {
  isoTime,
  nowMs
} from "./part-KY2D2ADW.js";
import {
  BackupError
} from "./part-KOWYFHTZ.js";

// src/catalog/embedded/owner-lock.ts
import fs from "node:fs";
import path from "node:path";
var SQLITE_BUSY = 5;
var OwnerLock = class _OwnerLock {
  file;
  #owner;
  #database;
  constructor(file, database) {
    this.file = file;
    this.#database = database;
    this.#owner = { pid: process.pid, host: hostName(), since: isoTime(nowMs()) };
    fs.writeFileSync(ownerFile(file), `${JSON.stringify(this.#owner)}
`, { mode: 384 });
  }
  /** Makes `file` where it is absent. Throws OWNER_EXISTS, naming pid and host, while another holder lives. */
  static async acquire(file) {
    makeDirectories(path.dirname(file), { mode: 448 });
    const database = await openSqlite(file);
    try {
      database.exec("pragma busy_timeout = 0; begin exclusive");
    } catch (error) {
      database.close();
      if (error.errcode !== SQLITE_BUSY) throw error;
      const owner = readOwner(file);
      throw new BackupError("OWNER_EXISTS", `The process ${owner?.pid ?? "?"} holds ${file}.`, { context: { pid: owner?.pid ?? "?", host: owner?.host ?? hostName() }, cause: error });
    }
    return new _OwnerLock(file, database);
  }
  /** Says where the holder listens, and where its repository lies: who becomes its client compares. */
  tell(facts) {
    fs.writeFileSync(ownerFile(this.file), `${JSON.stringify({ ...this.#owner, ...facts })}
`, { mode: 384 });
  }
  [Symbol.dispose]() {
    if (!this.#database) return;
    fs.rmSync(ownerFile(this.file), { force: true });
    this.#database.close();
    this.#database = void 0;
  }
};
function ownerFile(file) {
  return `${file}.json`;
}
function readOwner(file) {
  try {
    return JSON.parse(fs.readFileSync(ownerFile(file), "utf8"));
  } catch {
    return void 0;
  }
}
async function openSqlite(file) {
  const warn = process.emitWarning;
  process.emitWarning = ((warning, ...rest) => {
    if (!String(warning).includes("SQLite")) Reflect.apply(warn, process, [warning, ...rest]);
  });
  try {
    const { DatabaseSync } = await import("node:sqlite");
    return new DatabaseSync(file);
  } finally {
    process.emitWarning = warn;
  }
}

export {
  OwnerLock,
  readOwner
};

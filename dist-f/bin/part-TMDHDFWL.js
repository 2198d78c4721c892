import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  OwnerLock
} from "./part-LUADYMZV.js";
import {
  KyselyCatalog,
  PGLITE_PARSERS,
  PGLITE_SERIALIZERS,
  initialize,
  migrate
} from "./part-LNRKYINW.js";
import {
  CatalogKind
} from "./part-CVJAEUT3.js";
import "./part-6IDDM62P.js";
import {
  makeDirectories
} from "./part-K2YNPRNH.js";
import "./part-QRF3X5AE.js";
import {
  invariant
} from "./part-R6C3JOCY.js";
import "./part-KY2D2ADW.js";
import {
  BackupError,
  systemCode
} from "./part-KOWYFHTZ.js";
import "./part-ZH4JMW4G.js";

// src/catalog/embedded/embedded-catalog.ts
import fs3 from "node:fs";
import path2 from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { NodeFS as NodeFS2 } from "@electric-sql/pglite/nodefs";

// src/catalog/embedded/embedded-dialect.ts
import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from "kysely";
var OneConnectionAdapter = class extends PostgresAdapter {
  get supportsMultipleConnections() {
    return false;
  }
};
var EmbeddedConnection = class {
  #database;
  #instance;
  constructor(database) {
    this.#database = database;
  }
  async executeQuery({ sql, parameters }) {
    const { rows, affectedRows } = await (await this.#bound()).query(sql, parameters);
    return { rows, ...affectedRows !== void 0 && { numAffectedRows: BigInt(affectedRows) } };
  }
  /** The command that PostgreSQL says it has carried out. */
  async command(text) {
    const [result] = await (await this.#bound()).exec(text);
    return result?.command;
  }
  async #bound() {
    this.#instance ??= await this.#database.acquire();
    return this.#instance;
  }
  // biome-ignore lint/correctness/useYield: there is nothing to stream from
  async *streamQuery() {
    invariant(false, "Rows are read by pages.");
  }
};
var EmbeddedDriver = class {
  #database;
  constructor(database) {
    this.#database = database;
  }
  async init() {
  }
  /** Never throws: Kysely would not let the next one in. */
  async acquireConnection() {
    return new EmbeddedConnection(this.#database);
  }
  async beginTransaction(connection) {
    await connection.command("begin");
  }
  /** PostgreSQL answers the commit of a failed transaction with a rollback. */
  async commitTransaction(connection) {
    invariant(await connection.command("commit") !== "ROLLBACK", "A transaction with a failed statement is not committed.");
  }
  async rollbackTransaction(connection) {
    await connection.command("rollback");
  }
  async releaseConnection() {
  }
  /** The catalog closes the database. */
  async destroy() {
  }
};
function embeddedDialect(database) {
  return {
    createAdapter: () => new OneConnectionAdapter(),
    createDriver: () => new EmbeddedDriver(database),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler()
  };
}

// src/catalog/embedded/durable-files.ts
import fs from "node:fs";
import path from "node:path";
import { NodeFS } from "@electric-sql/pglite/nodefs";
var EIO = 29;
var DurableFiles = class extends NodeFS {
  /** How often the write-ahead log was written through. */
  logSyncs = 0;
  /** The first error with which the disk refused: what was written before it is in doubt. */
  failure;
  async init(database, options) {
    const made = await super.init(database, options);
    const hook = (module) => this.#hook(module);
    return { emscriptenOpts: { ...made.emscriptenOpts, preRun: [...made.emscriptenOpts.preRun ?? [], hook] } };
  }
  #hook({ NODEFS: host, FS: { ErrnoError } }) {
    const sync = (run) => {
      try {
        run();
      } catch (error) {
        this.failure ??= error;
        throw new ErrnoError(EIO);
      }
    };
    host.stream_ops.fsync = ({ nfd, node }) => {
      if (nfd !== void 0) sync(() => fs.fsyncSync(nfd));
      if (host.realPath(node).includes("/pg_wal/")) this.logSyncs += 1;
      return 0;
    };
    const { mknod, rename } = host.node_ops;
    host.node_ops.mknod = (parent, name, mode, dev) => {
      const node = mknod(parent, name, mode, dev);
      sync(() => syncFolder(host.realPath(parent)));
      return node;
    };
    host.node_ops.rename = (node, folder, name) => {
      const from = path.dirname(host.realPath(node));
      rename(node, folder, name);
      for (const each of /* @__PURE__ */ new Set([from, host.realPath(folder)])) sync(() => syncFolder(each));
    };
  }
};
function syncFolder(folder) {
  const descriptor = fs.openSync(folder, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
  try {
    fs.fsyncSync(descriptor);
  } catch (error) {
    if (systemCode(error) !== "EINVAL") throw error;
  } finally {
    fs.closeSync(descriptor);
  }
}
async function syncTree(folder) {
  const entries = await fs.promises.readdir(folder, { withFileTypes: true });
  await Promise.all(entries.map(async (entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(file);
    else if (entry.isFile()) await syncFile(file);
  }));
  syncFolder(folder);
}
async function syncFile(file) {
  const handle = await fs.promises.open(file, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

// src/catalog/embedded/reviving-database.ts
import fs2 from "node:fs";
var LONG_JUMP = 100;
var RevivingDatabase = class _RevivingDatabase {
  #location;
  #open;
  #current;
  #isClosed = false;
  constructor(location, open) {
    this.#location = location;
    this.#open = open;
  }
  /** Throws what `open` throws. */
  static async start(location, open) {
    const made = new _RevivingDatabase(location, open);
    made.#current = made.#begin();
    await made.#current;
    return made;
  }
  /** The one that lives, or a new one. Throws DATABASE_UNAVAILABLE. */
  async acquire() {
    if (this.#isClosed) throw this.#unavailable("it is closed");
    this.#current ??= this.#begin();
    const opening = this.#current;
    try {
      return await opening;
    } catch (error) {
      if (this.#current === opening) this.#current = void 0;
      throw this.#unavailable(error);
    }
  }
  async close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await (await this.#current?.catch(() => void 0))?.close();
  }
  async #begin() {
    const opened = await this.#open();
    return new LivingDatabase(opened, (error) => {
      this.#current = void 0;
      return this.#unavailable(error);
    });
  }
  #unavailable(error) {
    const cause = systemCode(error) ?? (error instanceof Error ? error.message : String(error));
    return new BackupError("DATABASE_UNAVAILABLE", `The embedded database in ${this.#location} stopped: ${cause}.`, { context: { database: this.#location, cause }, cause: error });
  }
};
var LivingDatabase = class {
  #database;
  #failure;
  #onDeath;
  #death;
  constructor({ database, failure }, onDeath) {
    this.#database = database;
    this.#failure = failure;
    this.#onDeath = onDeath;
  }
  query(text, values) {
    return this.#run(() => this.#database.query(text, values));
  }
  exec(text) {
    return this.#run(() => this.#database.exec(text));
  }
  async close() {
    if (!this.#death) await this.#database.close();
  }
  async #run(work) {
    if (this.#death) throw this.#death;
    try {
      const result = await work();
      if (this.#failure() === void 0) return result;
    } catch (error) {
      if (this.#failure() === void 0) throw error;
    }
    this.#death ??= this.#onDeath(this.#failure());
    this.#bury(this.#database.Module);
    throw this.#death;
  }
  /** Its open files are closed; the memory goes with the last reference. */
  #bury(module) {
    for (const descriptor of new Set(module.FS.streams.flatMap((stream) => stream?.nfd === void 0 ? [] : [stream.nfd]))) fs2.close(descriptor, () => {
    });
  }
};
function watch(database) {
  const module = database.Module;
  const { _PostgresMainLoopOnce: loopOnce, stackRestore } = module;
  let fatal;
  module._PostgresMainLoopOnce = () => {
    try {
      loopOnce();
    } catch (error) {
      if (error?.status !== LONG_JUMP) fatal ??= error ?? new Error("stopped");
      throw error;
    }
  };
  module.stackRestore = (pointer) => {
    if (fatal !== void 0) throw fatal;
    stackRestore(pointer);
  };
  return () => fatal;
}

// src/catalog/embedded/embedded-catalog.ts
var MAJOR_VERSION = "18";
var SHARED_SETTINGS = ["-c", "shared_buffers=16MB", "-c", "max_wal_size=64MB", "-c", "min_wal_size=32MB"];
var DURABLE_SETTINGS = ["-c", "fsync=on", "-c", "wal_sync_method=fsync", "-c", "synchronous_commit=on"];
var OWNER_ROLE = "neonpro_backup_owner";
async function openEmbeddedCatalog(options = {}) {
  const { template } = options;
  if (options.directory === void 0) return asCatalog(await RevivingDatabase.start("memory", async () => ({ database: await openMemory(template), failure: () => void 0 })), "memory", () => {
  });
  const directory = path2.resolve(options.directory);
  const lock = options.lock ?? await OwnerLock.acquire(path2.join(path2.dirname(directory), "owner.lock"));
  const release = () => {
    if (!options.lock) lock[Symbol.dispose]();
  };
  try {
    await makeIfAbsent(directory, template);
    return asCatalog(await RevivingDatabase.start(directory, () => openDirectory(directory)), directory, release);
  } catch (error) {
    release();
    throw error;
  }
}
async function dumpTemplate() {
  const database = await openMemory();
  try {
    return await database.dumpDataDir("none");
  } finally {
    await database.close();
  }
}
async function openMemory(template) {
  const database = await PGlite.create({ ...common(template), startParams: [...PGlite.defaultStartParams, ...SHARED_SETTINGS] });
  await prepare(database, "memory");
  return database;
}
async function openDirectory(directory) {
  refuseOtherVersion(directory);
  const { database, files } = await start(directory);
  const fatal = watch(database);
  const failure = () => files.failure ?? fatal();
  try {
    await assertDurable(database, files);
    await prepare(database, directory);
    return { database, failure };
  } catch (error) {
    if (failure() === void 0) await database.close();
    throw error;
  }
}
async function makeIfAbsent(directory, template) {
  for (const name of siblings(directory)) fs3.rmSync(name, { recursive: true, force: true });
  if (!fs3.existsSync(directory)) await make(directory, template);
}
function siblings(directory) {
  const parent = path2.dirname(directory);
  if (!fs3.existsSync(parent)) return [];
  return fs3.readdirSync(parent).filter((name) => name.startsWith(`${path2.basename(directory)}.new-`)).map((name) => path2.join(parent, name));
}
async function make(directory, template) {
  const parent = path2.dirname(directory);
  makeDirectories(parent, { mode: 448 });
  const aside = `${directory}.new-${process.pid}`;
  fs3.mkdirSync(aside, { mode: 448 });
  const database = await PGlite.create({ ...common(template), fs: new NodeFS2(aside), startParams: [...PGlite.defaultStartParams, ...SHARED_SETTINGS] });
  await prepare(database, directory);
  await database.close();
  fs3.chmodSync(aside, 448);
  await syncTree(aside);
  fs3.renameSync(aside, directory);
  syncFolder(parent);
}
async function start(directory) {
  fs3.rmSync(path2.join(directory, "postmaster.pid"), { force: true });
  const files = new DurableFiles(directory);
  const startParams = [...PGlite.defaultStartParams.filter((parameter) => parameter !== "-F"), ...SHARED_SETTINGS, ...DURABLE_SETTINGS];
  try {
    return { database: await PGlite.create({ ...common(void 0), fs: files, startParams }), files };
  } catch (error) {
    if (isFull(directory)) throw new BackupError("DISK_FULL", `There is no room for the embedded database in ${directory}.`, { cause: error });
    throw new BackupError("EMBEDDED_UNREADABLE", `The embedded database in ${directory} does not open.`, { context: { directory }, cause: error });
  }
}
var ROOM_MIN = 32 * 1024 * 1024;
function isFull(directory) {
  const { bavail, bsize } = fs3.statfsSync(directory);
  return bavail * bsize < ROOM_MIN;
}
function common(template) {
  return { parsers: PGLITE_PARSERS, serializers: PGLITE_SERIALIZERS, ...template && { loadDataDir: template } };
}
function refuseOtherVersion(directory) {
  const file = path2.join(directory, "PG_VERSION");
  const found = fs3.existsSync(file) ? fs3.readFileSync(file, "latin1").trim() : "none";
  if (found !== MAJOR_VERSION) throw new BackupError("EMBEDDED_UNREADABLE", `${directory} was made by PostgreSQL ${found}; this program has ${MAJOR_VERSION}.`, { context: { directory } });
}
async function assertDurable(database, files) {
  const before = files.logSyncs;
  await database.query("select pg_logical_emit_message(true, 'neonpro_backup', 'is this written through?')");
  if (files.logSyncs === before) throw new BackupError("EMBEDDED_NOT_DURABLE", "A commit of the embedded database did not reach the disk.");
}
async function prepare(database, location) {
  const [role] = (await database.query(`select exists (select from pg_roles where rolname = '${OWNER_ROLE}') as is_there`)).rows;
  if (!role?.is_there) await database.exec(CLUSTER_SETUP);
  await database.exec(`set role ${OWNER_ROLE}`);
  const session = sessionOf(database);
  await initialize(session);
  await migrate(session, location);
}
var CLUSTER_SETUP = `
begin;
create role anon nologin;
create role authenticated nologin;
create role service_role nologin bypassrls;
create role ${OWNER_ROLE} nologin;
grant anon, authenticated, service_role to ${OWNER_ROLE};
grant create on database postgres to ${OWNER_ROLE};
commit;`;
function sessionOf(database) {
  return {
    run: async (text) => {
      await database.exec(text);
    },
    rows: async (text) => (await database.query(text)).rows
  };
}
function asCatalog(database, location, release) {
  return new KyselyCatalog({
    kind: CatalogKind.EMBEDDED,
    location,
    dialect: embeddedDialect(database),
    // Holding Kysely's only connection keeps others out of a transaction that these statements began and that failed.
    executeSql: (base, text, values) => base.connection().execute(async () => await execute(await database.acquire(), text, values)),
    maintenance: VACUUMS,
    close: async () => {
      await database.close();
      release();
    }
  });
}
var VACUUMS = "select format('vacuum (analyze) %s', oid::regclass) as statement from pg_class where relkind in ('r', 'p') and relowner = current_user::regrole order by 1";
async function execute(instance, text, values) {
  if (values && values.length > 0) return { rows: (await instance.query(text, values)).rows };
  try {
    const results = await instance.exec(text);
    return { rows: results.flatMap(({ rows }) => rows) };
  } catch (error) {
    await instance.exec("rollback").catch(() => {
    });
    throw error;
  }
}
export {
  assertDurable,
  dumpTemplate,
  openEmbeddedCatalog
};

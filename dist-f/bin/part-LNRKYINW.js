import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  asCatalogError,
  notPermitted,
  sqlState
} from "./part-CVJAEUT3.js";
import {
  databaseFolder
} from "./part-6IDDM62P.js";
import {
  throwIfAborted
} from "./part-QRF3X5AE.js";
import {
  InvariantViolation,
  invariant
} from "./part-R6C3JOCY.js";
import {
  turn
} from "./part-KY2D2ADW.js";
import {
  BackupError
} from "./part-KOWYFHTZ.js";

// src/catalog/schema.ts
import fs from "node:fs";
var SCHEMA = "neonpro_backup";
function schemaText() {
  return fs.readFileSync(new URL("schema.sql", databaseFolder()), "utf8");
}
function migrations() {
  const folder = new URL("migrations/", databaseFolder());
  return fs.readdirSync(folder).filter((name) => name.endsWith(".sql")).sort().map((name) => ({
    version: Number(name.slice(0, 4)),
    name: name.slice(5, -4),
    text: fs.readFileSync(new URL(name, folder), "utf8")
  }));
}
function knownVersion() {
  return migrations().at(-1).version;
}
async function schemaVersion(session) {
  const [found] = await session.rows(`select to_regclass('${SCHEMA}.schema_version') is not null as is_there`);
  if (found?.["is_there"] !== true) return 0;
  const [row] = await session.rows(`select coalesce(max(version), 0)::integer as version from ${SCHEMA}.schema_version`);
  return Number(row?.["version"]);
}
async function migrate(session, location) {
  const found = await schemaVersion(session);
  if (found === 0) throw new BackupError("DATABASE_NOT_INITIALIZED", `The database ${location} has no schema ${SCHEMA}.`, { context: { database: location } });
  const known = knownVersion();
  if (found > known) throw new BackupError("DATABASE_TOO_NEW", `The database ${location} has schema version ${found}; this program knows ${known}.`, { context: { version: found, known } });
  if (found < known) await locked(session, async () => {
    const current = await schemaVersion(session);
    for (const migration of migrations()) if (migration.version > current) await apply(session, migration);
  });
}
async function initialize(session) {
  return await locked(session, async () => {
    if (await schemaVersion(session) > 0) return false;
    try {
      await whole(session, schemaText());
    } catch (error) {
      throw isRolesMissing(error) ? new BackupError("DATABASE_ROLES_MISSING", String(error.message), { context: { statements: String(error.hint).replace("As an administrator: ", "") }, cause: error }) : error;
    }
    return true;
  });
}
function isRolesMissing(error) {
  return sqlState(error) === "42501" && String(error.hint ?? "").startsWith("As an administrator:");
}
async function apply(session, { version, name, text }) {
  await whole(session, `${text}
insert into ${SCHEMA}.schema_version (version, name) values (${version}, '${name}');`);
}
async function whole(session, text) {
  await session.run("begin");
  try {
    await session.run(text);
    await session.run("commit");
  } catch (error) {
    await session.run("rollback").catch(() => {
    });
    throw error;
  }
}
var LOCK_KEY = 0x6e656f6e70726fn.toString();
async function locked(session, run) {
  await session.run(`select pg_advisory_lock(${LOCK_KEY})`);
  try {
    return await run();
  } finally {
    await session.run(`select pg_advisory_unlock(${LOCK_KEY})`).catch(() => {
    });
  }
}

// src/catalog/kysely-catalog.ts
import { AsyncLocalStorage } from "node:async_hooks";
import { Kysely, sql } from "kysely";
var INSUFFICIENT_PRIVILEGE = "42501";
var KyselyCatalog = class {
  kind;
  location;
  db;
  queue;
  #base;
  #parts;
  #running = new AsyncLocalStorage();
  constructor(parts) {
    this.#parts = parts;
    this.kind = parts.kind;
    this.location = parts.location;
    this.#base = new Kysely({ dialect: parts.dialect }).withSchema(SCHEMA);
    const guard = {
      transformQuery: ({ node }) => {
        this.#refuseInsideTransaction();
        return node;
      },
      transformResult: ({ result }) => Promise.resolve(result)
    };
    this.db = this.#base.withPlugin(guard);
    this.queue = {
      executeSql: async (text, values) => {
        this.#refuseInsideTransaction();
        return await this.#translated(() => parts.executeSql(this.#base, text, values));
      }
    };
  }
  async transaction(run, options = {}) {
    throwIfAborted(options.signal);
    this.#refuseInsideTransaction();
    const state = { isOpen: true };
    const work = async (tx) => {
      if (options.as) await actAs(tx, options.as);
      const result = await run(tx);
      throwIfAborted(options.signal);
      return result;
    };
    try {
      return await this.#translated(() => this.#running.run(state, () => this.#base.transaction().execute(work)));
    } catch (error) {
      throw options.as && sqlState(error) === INSUFFICIENT_PRIVILEGE ? notPermitted(options.as, error) : error;
    } finally {
      state.isOpen = false;
    }
  }
  async maintain(signal) {
    throwIfAborted(signal);
    if (this.#parts.maintenance === void 0) return;
    const { rows } = await this.queue.executeSql(this.#parts.maintenance);
    for (const { statement } of rows) {
      throwIfAborted(signal);
      await this.queue.executeSql(statement);
      await turn();
    }
  }
  async ping(signal) {
    throwIfAborted(signal);
    const ask = () => this.#translated(() => this.#parts.executeSql(this.#base, "select 1"));
    await ask().catch(ask);
    throwIfAborted(signal);
  }
  async [Symbol.asyncDispose]() {
    await this.#base.destroy();
    await this.#parts.close();
  }
  #refuseInsideTransaction() {
    invariant(!this.#running.getStore()?.isOpen, "Inside a transaction every query goes through it.");
  }
  async #translated(run) {
    try {
      return await run();
    } catch (error) {
      throw asCatalogError(error, this.location);
    }
  }
};
async function actAs(tx, identity) {
  const claims = JSON.stringify({ ...identity.claims, sub: identity.userId, role: "authenticated" });
  await sql`select set_config('request.jwt.claims', ${claims}, true)`.execute(tx);
  await sql`set local role authenticated`.execute(tx);
}

// src/catalog/values.ts
var Oid = {
  BOOL: 16,
  BYTEA: 17,
  INT8: 20,
  INT2: 21,
  INT4: 23,
  OID: 26,
  JSON: 114,
  FLOAT4: 700,
  FLOAT8: 701,
  DATE: 1082,
  TIMESTAMP: 1114,
  TIMESTAMPTZ: 1184,
  INTERVAL: 1186,
  NUMERIC: 1700,
  JSONB: 3802,
  INT2_ARRAY: 1005,
  INT4_ARRAY: 1007,
  TEXT_ARRAY: 1009,
  INT8_ARRAY: 1016,
  UUID_ARRAY: 2951,
  NAME_ARRAY: 1003,
  VARCHAR_ARRAY: 1015
};
var INFINITY_MS = 864e13;
function parseNumber(text) {
  const value = Number(text);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new InvariantViolation(`The database holds the number ${text}, which this program can not hold.`);
  return value;
}
function parseTime(text) {
  if (text === "infinity") return new Date(INFINITY_MS);
  if (text === "-infinity") return new Date(-INFINITY_MS);
  const zoned = /[+-]\d\d(:?\d\d)?$/.test(text) ? text.replace(/([+-]\d\d)$/, "$1:00") : `${text}Z`;
  return new Date(zoned.replace(" ", "T"));
}
function parseBytes(text) {
  return Buffer.from(text.slice(2), "hex");
}
function parseArray(text, parse) {
  const items = text.slice(1, -1).match(/"(?:[^"\\]|\\.)*"|[^,]+/g) ?? [];
  return items.map((item) => item === "NULL" ? null : parse(item.startsWith('"') ? item.slice(1, -1).replace(/\\(.)/g, "$1") : item));
}
var asText = (text) => text;
var PARSERS = {
  [Oid.BOOL]: (text) => text === "t",
  [Oid.BYTEA]: parseBytes,
  [Oid.INT8]: parseNumber,
  [Oid.INT2]: Number,
  [Oid.INT4]: Number,
  [Oid.OID]: Number,
  [Oid.FLOAT4]: Number,
  [Oid.FLOAT8]: Number,
  [Oid.NUMERIC]: parseNumber,
  [Oid.JSON]: (text) => JSON.parse(text),
  [Oid.JSONB]: (text) => JSON.parse(text),
  [Oid.DATE]: asText,
  [Oid.INTERVAL]: asText,
  [Oid.TIMESTAMP]: parseTime,
  [Oid.TIMESTAMPTZ]: parseTime,
  ...Object.fromEntries([Oid.INT2_ARRAY, Oid.INT4_ARRAY, Oid.INT8_ARRAY].map((oid) => [oid, (text) => parseArray(text, parseNumber)])),
  ...Object.fromEntries([Oid.TEXT_ARRAY, Oid.UUID_ARRAY, Oid.NAME_ARRAY, Oid.VARCHAR_ARRAY].map((oid) => [oid, (text) => parseArray(text, asText)]))
};
var PG_TYPES = {
  getTypeParser: (oid) => PARSERS[oid] ?? asText
};
var PGLITE_PARSERS = PARSERS;
var PGLITE_SERIALIZERS = {
  [Oid.BYTEA]: (value) => `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}`
};

export {
  migrate,
  initialize,
  KyselyCatalog,
  PG_TYPES,
  PGLITE_PARSERS,
  PGLITE_SERIALIZERS
};

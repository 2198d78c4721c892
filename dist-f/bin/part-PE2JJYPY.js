import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  KyselyCatalog,
  PG_TYPES,
  initialize,
  migrate
} from "./part-LNRKYINW.js";
import {
  CatalogKind,
  asCatalogError,
  unavailable
} from "./part-CVJAEUT3.js";
import "./part-6IDDM62P.js";
import {
  throwIfAborted
} from "./part-QRF3X5AE.js";
import "./part-R6C3JOCY.js";
import "./part-KY2D2ADW.js";
import {
  BackupError
} from "./part-KOWYFHTZ.js";
import "./part-ZH4JMW4G.js";

// src/catalog/postgres/postgres-catalog.ts
import pg from "pg";
import { PostgresDialect } from "kysely";
var CONNECT_TIMEOUT_MS = 1e4;
var KEEP_ALIVE_MS = 1e4;
var IDLE_IN_TRANSACTION_MS = 6e4;
var VERSION_MIN = 15e4;
async function openPostgresCatalog(options) {
  throwIfAborted(options.signal);
  const { pool, location } = makePool(options);
  try {
    await withSession({ pool, location }, async (session) => {
      await refuseOldServer(session, location);
      await migrate(session, location);
    });
    throwIfAborted(options.signal);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return new KyselyCatalog({
    kind: CatalogKind.POSTGRES,
    location,
    dialect: new PostgresDialect({ pool: translating(pool, location) }),
    executeSql: (_base, text, values) => execute(pool, text, values),
    maintenance: void 0,
    close: async () => {
    }
  });
}
async function initDatabase(options) {
  throwIfAborted(options.signal);
  const { pool, location } = makePool(options);
  try {
    return await withSession({ pool, location }, async (session) => {
      await refuseOldServer(session, location);
      const isNew = await initialize(session);
      await migrate(session, location);
      return isNew;
    });
  } finally {
    await pool.end();
  }
}
function makePool({ url, connectionsMax = 10 }) {
  const location = redacted(url);
  if (!isReadable(url)) throw new BackupError("CONFIG_INVALID", "DATABASE_URL can not be read.", { context: { path: "DATABASE_URL", why: "it is no URL of PostgreSQL", accepted: "postgres://USER:PASSWORD@HOST:5432/DATABASE, special signs in the password percent-encoded" } });
  const pool = new pg.Pool({
    connectionString: url,
    max: connectionsMax,
    types: PG_TYPES,
    application_name: "neonpro-backup",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    allowExitOnIdle: true
  });
  pool.on("error", () => {
  });
  return { pool, location };
}
function isReadable(url) {
  try {
    return /^postgres(ql)?:\/\//.test(url) && new pg.Client({ connectionString: url }).port > 0;
  } catch {
    return false;
  }
}
function redacted(url) {
  const [, scheme, userInfo, host, database, query] = /^(\w+):\/\/(.*@)?([^/?@]*)(\/[^?]*)?(\?.*)?$/.exec(url) ?? [];
  if (!scheme) return "postgres";
  const user = /^[^:@]*/.exec(userInfo ?? "")?.[0];
  return `${scheme}://${user && `${user}@`}${host || (new URLSearchParams(query).get("host") ?? "")}${database ?? ""}`;
}
async function withSession({ pool, location }, run) {
  const connection = await connected(pool, location);
  connection.on("error", () => {
  });
  try {
    return await run({
      run: async (text) => {
        await connection.query(text);
      },
      rows: async (text) => (await connection.query(text)).rows
    });
  } catch (error) {
    throw asCatalogError(error, location);
  } finally {
    connection.release(true);
  }
}
async function connected(pool, location) {
  try {
    return await pool.connect();
  } catch (error) {
    throw unavailable(error, location);
  }
}
async function refuseOldServer(session, location) {
  const [row] = await session.rows("select current_setting('server_version_num')::integer as version");
  const version = Number(row?.["version"]);
  if (version < VERSION_MIN) throw new BackupError("DATABASE_TOO_OLD", `The database ${location} is PostgreSQL ${Math.floor(version / 1e4)}.`, { context: { database: location, version: Math.floor(version / 1e4) } });
}
async function execute(pool, text, values) {
  const results = values && values.length > 0 ? await pool.query(text, values) : await pool.query(text);
  return { rows: (Array.isArray(results) ? results : [results]).flatMap((result) => result.rows ?? []) };
}
function translating(pool, location) {
  return {
    options: {},
    connect: async () => guarded(await connected(pool, location), location),
    end: () => pool.end()
  };
}
var GUARDED = /* @__PURE__ */ new WeakMap();
function guarded(client, location) {
  const known = GUARDED.get(client);
  if (known) return known;
  const made = {
    isBroken: false,
    query: async (text, values) => {
      try {
        return await client.query(text, values);
      } catch (error) {
        const seen = asCatalogError(error, location);
        if (seen !== error) made.isBroken = true;
        throw seen;
      }
    },
    release: () => client.release(made.isBroken)
  };
  client.on("error", () => {
    made.isBroken = true;
  });
  GUARDED.set(client, made);
  return made;
}
export {
  initDatabase,
  openPostgresCatalog,
  redacted
};

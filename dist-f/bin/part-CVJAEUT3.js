import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  BackupError,
  systemCode
} from "./part-KOWYFHTZ.js";

// src/catalog/catalog.ts
var CatalogKind = { EMBEDDED: "EMBEDDED", POSTGRES: "POSTGRES" };
var DEFAULT_TENANT_ID = "00000000-0000-4000-8000-000000000001";

// src/catalog/driver-error.ts
var NETWORK_CODES = /* @__PURE__ */ new Set(["ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "EPIPE", "ENOENT", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EACCES"]);
var SERVER_STATES = /^(08...|28...|3D000|53300|57P0[123])$/;
var CONNECTION_SENTENCES = /connection terminated|connection ended|timeout exceeded when trying to connect|client has encountered a connection error|connection timeout/i;
function first(error) {
  return error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error;
}
function isConnectionLost(thrown) {
  const error = first(thrown);
  const code = systemCode(error);
  if (code !== void 0) return NETWORK_CODES.has(code) || SERVER_STATES.test(code);
  return error instanceof Error && CONNECTION_SENTENCES.test(error.message);
}
function asCatalogError(thrown, location) {
  return thrown instanceof BackupError || !isConnectionLost(thrown) ? thrown : unavailable(thrown, location);
}
function unavailable(thrown, location) {
  if (thrown instanceof BackupError) return thrown;
  const error = first(thrown);
  const cause = systemCode(error) ?? (error instanceof Error ? error.message : String(error));
  return new BackupError("DATABASE_UNAVAILABLE", `The database ${location} can not be reached: ${cause}.`, { context: { database: location, cause }, cause: error });
}
function notPermitted({ userId }, cause) {
  return new BackupError("NOT_PERMITTED", `${userId} may not do that.`, { context: { user: userId }, cause });
}
function sqlState(error) {
  const code = systemCode(error);
  return code !== void 0 && /^[0-9A-Z]{5}$/.test(code) ? code : void 0;
}

export {
  CatalogKind,
  DEFAULT_TENANT_ID,
  asCatalogError,
  unavailable,
  notPermitted,
  sqlState
};

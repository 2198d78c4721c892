import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  CallFailed
} from "./part-O7OCCP63.js";
import {
  sentence,
  translator
} from "./part-LLICQD7P.js";
import {
  ERROR_CATALOG,
  errorText
} from "./part-AUIKQE6Q.js";
import {
  BackupError,
  systemCode
} from "./part-KOWYFHTZ.js";

// src/cli/error-report.ts
function errorReport(error, options) {
  const { locale } = options;
  if (error instanceof CallFailed) return failureReport(error, locale);
  const known = knownOf(error);
  const entry = ERROR_CATALOG[known.code];
  const { message, guidance } = errorText(entry, locale, { command: options.command, ...known.context });
  const isSaidBetter = known.code === "USAGE" || known.code === "INTERNAL";
  const shown = isSaidBetter ? sentence(known.message, locale) : message;
  const t = translator(locale);
  return {
    exitCode: entry.exitCode,
    json: { error: { code: known.code, message: shown, guidance, context: known.context } },
    lines: [t("error.prefix", { code: known.code, message: shown }), t("error.hint", { guidance })],
    stack: stackOf(error)
  };
}
function failureReport(error, locale) {
  const { code, message, guidance } = error.failure;
  const t = translator(locale);
  return { exitCode: ERROR_CATALOG[code].exitCode, json: { error: { code, message, guidance } }, lines: [t("error.prefix", { code, message }), t("error.hint", { guidance })], stack: stackOf(error) };
}
function stackOf(error) {
  if (!(error instanceof Error)) return String(error);
  return [error.stack ?? "", ...error.cause instanceof Error ? [error.cause.stack ?? ""] : []].join("\n");
}
var DENIED = ["EACCES", "EPERM", "EROFS"];
var FULL = ["ENOSPC", "EDQUOT"];
function knownOf(error) {
  if (error instanceof BackupError) return error;
  const code = systemCode(error);
  const cause = { cause: error };
  const path = typeof error === "object" && error !== null && "path" in error && typeof error.path === "string" ? error.path : void 0;
  if (code !== void 0 && FULL.includes(code)) return new BackupError("DISK_FULL", "There is no room left.", cause);
  if (code !== void 0 && DENIED.includes(code)) return new BackupError("PERMISSION_DENIED", "Access was denied.", { ...cause, context: { key: path } });
  if (code !== void 0 && /^E[A-Z0-9]+$/.test(code)) return new BackupError("STORAGE_FAILED", "The system refused.", { ...cause, context: { cause: path === void 0 ? code : `${code}, ${path}` } });
  return new BackupError("INTERNAL", error instanceof Error ? error.message : String(error), cause);
}

export {
  errorReport
};

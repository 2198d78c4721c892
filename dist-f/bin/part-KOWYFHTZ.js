import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);

// src/kernel/backup-error.ts
var BackupError = class extends Error {
  name = "BackupError";
  code;
  context;
  /** `detail` is one English sentence for logs; people are shown the catalogue's text with `context` filled in. */
  constructor(code, detail, options = {}) {
    super(detail, options.cause === void 0 ? {} : { cause: options.cause });
    this.code = code;
    this.context = options.context ?? {};
  }
};
function isBackupError(value, code) {
  return value instanceof BackupError && (code === void 0 || value.code === code);
}
function systemCode(error) {
  if (typeof error !== "object" || error === null || !("code" in error)) return void 0;
  return typeof error.code === "string" ? error.code : void 0;
}

export {
  BackupError,
  isBackupError,
  systemCode
};

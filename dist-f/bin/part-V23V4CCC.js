import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  BackupError
} from "./part-KOWYFHTZ.js";

// src/cli/command.ts
import path from "node:path";
import os from "node:os";
function textOption(options, name) {
  const value = options[name];
  return typeof value === "string" ? value : void 0;
}
function listOption(options, name) {
  const value = options[name];
  return Array.isArray(value) ? value.map(String) : [];
}
function countOption(options, name, least = 0) {
  const text = textOption(options, name);
  if (text === void 0) return void 0;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) throw new BackupError("USAGE", `--${flagOf(name)} takes a whole number from ${least} up, not "${text}".`);
  return value;
}
var BYTE_UNITS = { "": 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };
function bytesOption(options, name) {
  const text = textOption(options, name);
  if (text === void 0) return void 0;
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)(?:i?B)?$/i.exec(text);
  const value = match ? Math.floor(Number(match[1]) * BYTE_UNITS[match[2].toUpperCase()]) : 0;
  if (value < 1) throw new BackupError("USAGE", `--${flagOf(name)} takes a size such as 1048576, 500K or 10M, not "${text}".`);
  return value;
}
function isRepositoryNamed(context) {
  return Boolean(textOption(context.options, "repo") ?? context.env["NEONPRO_REPOSITORY"]);
}
function repositoryOption(context) {
  const repository = textOption(context.options, "repo") ?? context.env["NEONPRO_REPOSITORY"];
  if (!repository) throw new BackupError("USAGE", "Name the repository with --repo or NEONPRO_REPOSITORY.");
  return repository;
}
function stateDirectory(context) {
  const home = textOption(context.options, "home") ?? context.env["NEONPRO_BACKUP_HOME"];
  if (home) return path.join(path.resolve(home), "repositories");
  return path.join(context.env["XDG_STATE_HOME"] ?? path.join(os.homedir(), ".local/state"), "neonpro-backup/repositories");
}
async function keysOf(context) {
  const { parseKek } = await import("./part-3ZIRGXHR.js");
  const file = textOption(context.options, "keyFile");
  const value = file === void 0 ? context.env["BACKUP_ENCRYPTION_KEY"] : `file:${file}`;
  if (value === void 0) throw new BackupError("KEY_MISSING", "No key was given.");
  const first = parseKek(value, file === void 0 ? "BACKUP_ENCRYPTION_KEY" : "--key-file");
  if (first.kind === "passphrase" && first.warning) context.warn(context.t("key.typed"));
  const previous = (context.env["BACKUP_ENCRYPTION_KEY_PREVIOUS"] ?? "").split(/[,\n]/).filter((text) => text.trim() !== "");
  return [first, ...previous.map((text) => parseKek(text, "BACKUP_ENCRYPTION_KEY_PREVIOUS"))];
}
function flagOf(name) {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export {
  textOption,
  listOption,
  countOption,
  bytesOption,
  isRepositoryNamed,
  repositoryOption,
  stateDirectory,
  keysOf
};

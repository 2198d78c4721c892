import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  BackupError
} from "./part-KOWYFHTZ.js";

// src/storage/location.ts
import path from "node:path";
import { fileURLToPath } from "node:url";
function parseLocation(text) {
  if (text.trim() === "") throw new BackupError("USAGE", "The repository is not named.");
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === "file") return fileLocation(text);
  if (scheme !== void 0 && text.includes("://")) throw new BackupError("SOURCE_NOT_AVAILABLE", `There is no storage provider for ${scheme}: yet.`, { context: { kind: scheme } });
  return { kind: "LOCAL", path: path.resolve(text) };
}
var PARAMETERS = { mode: "fileMode", "dir-mode": "directoryMode", uid: "uid", gid: "gid" };
function fileLocation(text) {
  const [place = "", query = ""] = text.split("?", 2);
  const options = {};
  for (const [name, value] of new URLSearchParams(query)) {
    const member = PARAMETERS[name];
    const isMode = name.endsWith("mode");
    if (member === void 0 || !(isMode ? /^0?[0-7]{3}$/ : /^\d+$/).test(value)) throw new BackupError("USAGE", `The location has "${name}=${value}"; known are mode, dir-mode (octal), uid and gid.`);
    options[member] = Number.parseInt(value, isMode ? 8 : 10);
  }
  return { kind: "LOCAL", path: place.startsWith("file://") ? fileURLToPath(place) : path.resolve(place.slice(5)), ...options };
}

export {
  parseLocation
};

import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  parseLocation
} from "./part-7IKXLDJX.js";
import {
  keysOf,
  repositoryOption,
  stateDirectory,
  textOption
} from "./part-V23V4CCC.js";
import {
  openStore
} from "./part-GCEDCA6D.js";
import {
  ClientState,
  Repository,
  recipientOpenedBy
} from "./part-MHRCNTTW.js";
import {
  BackupError
} from "./part-KOWYFHTZ.js";

// src/cli/open.ts
import fs from "node:fs";
import path from "node:path";
async function openRepository(context) {
  const location = parseLocation(repositoryOption(context));
  const keyFile = keyFileOf(context);
  if (keyFile !== void 0) refuseKeyInRepository(keyFile);
  const keks = await keysOf(context);
  const memory = (repositoryId) => new ClientState(stateDirectory(context), repositoryId);
  const repository = await Repository.open(openStore(location), keks, { memory, signal: context.signal });
  const state = memory(repository.keys.repositoryId);
  const keyInUse = () => keks.length === 1 ? keks[0] : keks.find((each) => recipientOpenedBy(repository.keys, each)?.id === repository.keys.openedBy);
  return { repository, keks, keyInUse, state, [Symbol.asyncDispose]: () => repository[Symbol.asyncDispose]() };
}
function refuseKeyInRepository(file) {
  for (let folder = path.dirname(path.resolve(file)); ; folder = path.dirname(folder)) {
    if (isRepositoryFolder(folder)) throw new BackupError("KEY_REFUSED", "The key file would lie in the repository.", { context: { source: file, why: `It lies inside the repository ${folder}; keep it elsewhere` } });
    if (folder === path.dirname(folder)) return;
  }
}
function isRepositoryFolder(folder) {
  try {
    return fs.readdirSync(path.join(folder, "config")).some((name) => /^[abc]-[0-9a-f]{64}$/.test(name));
  } catch {
    return false;
  }
}
function keyFileOf(context) {
  const value = context.env["BACKUP_ENCRYPTION_KEY"] ?? "";
  const file = textOption(context.options, "keyFile") ?? (value.startsWith("file:") ? value.slice(5) : void 0);
  return file === void 0 ? void 0 : path.resolve(file);
}

export {
  openRepository,
  refuseKeyInRepository,
  keyFileOf
};

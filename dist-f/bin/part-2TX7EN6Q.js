import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  dataOf
} from "./part-5UPUM6E2.js";
import {
  BackupError
} from "./part-KOWYFHTZ.js";

// src/cli/configuration.ts
async function configByName(system, name, context) {
  const configs = dataOf(await system.manager.listConfigs(), context);
  const byName = configs.find((config) => config.name === name);
  const byId = name.length >= 4 ? configs.filter((config) => config.id.startsWith(name)) : [];
  const found = byName ?? (byId.length === 1 ? byId[0] : void 0);
  if (!found) throw new BackupError("CONFIG_NOT_FOUND", `There is no configuration ${name}.`, { context: { config: name } });
  return found;
}

export {
  configByName
};

/** Backup configurations: what is backed up, when, how long it is kept. */
export { createConfig } from "./create-config.js";
export { deleteConfig } from "./delete-config.js";
export { getConfig, listConfigs } from "./list-configs.js";
export { configInputOf, parseConfigInput } from "./parse-config-input.js";
export { updateConfig } from "./update-config.js";

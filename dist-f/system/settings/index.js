/** What the system goes by: argument, config.json, environment, .env, defaults; and its keys. */
export { readKeys } from "./keys.js";
export { OriginKind } from "./layers.js";
export { resolveSettings } from "./settings.js";

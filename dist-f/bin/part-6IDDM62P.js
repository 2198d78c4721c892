import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);

// src/kernel/assets.ts
function workerUrl() {
  if (true) return new URL("./worker-main.js", import.meta.url);
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new URL(`../engine/worker/worker-main.${extension}`, import.meta.url);
}
function databaseFolder() {
  return new URL("../../database/", import.meta.url);
}
function engineChildUrl() {
  if (true) return new URL("./engine-child.js", import.meta.url);
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new URL(`../services/execution/engine-child.${extension}`, import.meta.url);
}

export {
  workerUrl,
  databaseFolder,
  engineChildUrl
};

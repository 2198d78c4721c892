import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  startSystem
} from "./part-TZKQW6Y2.js";
import {
  settingsInputOf
} from "./part-L2O2B26C.js";
import {
  CallFailed
} from "./part-O7OCCP63.js";
import {
  userName
} from "./part-K2YNPRNH.js";

// src/cli/system.ts
async function openCommandSystem(context, more = {}) {
  const started = await startSystem({ ...settingsInputOf(context), role: "command", actor: `cli:${userName()}`, works: false, signal: context.signal, ...more });
  for (const { message } of started.warnings) context.warn(message);
  return started;
}
function dataOf(result, context) {
  for (const { message } of result.warnings) context.warn(message);
  if (!result.success) throw new CallFailed(result.error);
  return result.data;
}

export {
  openCommandSystem,
  dataOf
};

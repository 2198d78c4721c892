import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  textOption
} from "./part-V23V4CCC.js";

// src/cli/settings-input.ts
function settingsInputOf({ options, env }) {
  const [home, repository, keyFile] = [textOption(options, "home"), textOption(options, "repo"), textOption(options, "keyFile")];
  return { cwd: process.cwd(), env, ...home !== void 0 && { home }, ...repository !== void 0 && { repository }, ...keyFile !== void 0 && { keyFile } };
}

export {
  settingsInputOf
};

import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  settingsInputOf
} from "./part-L2O2B26C.js";
import "./part-V23V4CCC.js";
import "./part-KOWYFHTZ.js";
import "./part-ZH4JMW4G.js";
export {
  settingsInputOf
};

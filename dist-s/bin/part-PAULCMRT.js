import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  settingsInputOf
} from "./part-HKGARLI2.js";
import "./part-XYCCEWTW.js";
import "./part-KOWYFHTZ.js";
import "./part-ZH4JMW4G.js";
export {
  settingsInputOf
};

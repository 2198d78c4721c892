import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  settingsInputOf
} from "./part-Z4JSDSSB.js";
import "./part-5E4BXBDA.js";
import "./part-KOWYFHTZ.js";
import "./part-ZH4JMW4G.js";
export {
  settingsInputOf
};

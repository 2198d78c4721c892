import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  settingsInputOf
} from "./part-BKOKEGPT.js";
import "./part-2RXOG6NE.js";
import "./part-KOWYFHTZ.js";
import "./part-ZH4JMW4G.js";
export {
  settingsInputOf
};

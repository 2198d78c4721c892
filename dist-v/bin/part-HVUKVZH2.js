import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  settingsInputOf
} from "./part-56RYKN6B.js";
import "./part-F4D22WKD.js";
import "./part-KOWYFHTZ.js";
import "./part-ZH4JMW4G.js";
export {
  settingsInputOf
};

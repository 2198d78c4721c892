import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  entryLine,
  headerLine,
  verifyExport
} from "./part-S2NGDSVH.js";
import "./part-R6C3JOCY.js";
import "./part-KOWYFHTZ.js";
import "./part-ZH4JMW4G.js";
export {
  entryLine,
  headerLine,
  verifyExport
};

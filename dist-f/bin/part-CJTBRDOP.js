import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  OriginKind,
  readKeys,
  resolveSettings
} from "./part-QHANXHGR.js";
import "./part-NVX2M3IU.js";
import "./part-7IKXLDJX.js";
import "./part-CGYVB7NO.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import "./part-MHRCNTTW.js";
import "./part-K2YNPRNH.js";
import "./part-QRF3X5AE.js";
import "./part-E7CUHJHR.js";
import "./part-R6C3JOCY.js";
import "./part-AUIKQE6Q.js";
import "./part-KY2D2ADW.js";
import "./part-KOWYFHTZ.js";
import "./part-ZH4JMW4G.js";
export {
  OriginKind,
  readKeys,
  resolveSettings
};

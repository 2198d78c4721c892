import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  change,
  run
} from "./part-Y3K6DVXX.js";
import "./part-B6KTYD7P.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import "./part-XYCCEWTW.js";
import "./part-BAFUVIBU.js";
import "./part-2CCHIF7K.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import "./part-ABZX2RCP.js";
import "./part-K2YNPRNH.js";
import "./part-QRF3X5AE.js";
import "./part-VCIS5QKK.js";
import "./part-R6C3JOCY.js";
import "./part-AUIKQE6Q.js";
import "./part-KY2D2ADW.js";
import "./part-KOWYFHTZ.js";
import "./part-ZH4JMW4G.js";
export {
  change,
  run
};

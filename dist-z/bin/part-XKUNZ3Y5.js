import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  change,
  run
} from "./part-YSBHMBED.js";
import "./part-XGFA545R.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import "./part-HAQ5JPJM.js";
import "./part-MM7WU6FW.js";
import "./part-2YADMKJQ.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import "./part-HVG43VKA.js";
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

import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  dataOf,
  openCommandSystem
} from "./part-HWYEMCUV.js";
import "./part-OUZLBGVU.js";
import "./part-LUADYMZV.js";
import "./part-S2NGDSVH.js";
import "./part-UUAGHRSZ.js";
import "./part-EIPWCEAX.js";
import "./part-CVJAEUT3.js";
import "./part-O7OCCP63.js";
import "./part-NVX2M3IU.js";
import "./part-NLEOI6QX.js";
import "./part-OWWNG4U5.js";
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
  dataOf,
  openCommandSystem
};

import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  configByName
} from "./part-4VRD5OL2.js";
import "./part-BJEJHORQ.js";
import "./part-X7X4K3PI.js";
import "./part-LUADYMZV.js";
import "./part-S2NGDSVH.js";
import "./part-2QBWZ5YZ.js";
import "./part-BKOKEGPT.js";
import "./part-CVJAEUT3.js";
import "./part-O7OCCP63.js";
import "./part-NVX2M3IU.js";
import "./part-7AREATI2.js";
import "./part-OWWNG4U5.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import "./part-2RXOG6NE.js";
import "./part-XF7F6XUH.js";
import "./part-UQ75DEGE.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import "./part-MLTWOXP7.js";
import "./part-K2YNPRNH.js";
import "./part-QRF3X5AE.js";
import "./part-VCIS5QKK.js";
import "./part-R6C3JOCY.js";
import "./part-AUIKQE6Q.js";
import "./part-KY2D2ADW.js";
import "./part-KOWYFHTZ.js";
import "./part-ZH4JMW4G.js";
export {
  configByName
};

import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  coveredBy,
  run
} from "./part-O7U37WFO.js";
import "./part-6BO3767V.js";
import "./part-TXJRMGFN.js";
import "./part-LLICQD7P.js";
import "./part-OWWNG4U5.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import "./part-5E4BXBDA.js";
import "./part-XF7F6XUH.js";
import "./part-W6FEUMVP.js";
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
  coveredBy,
  run
};

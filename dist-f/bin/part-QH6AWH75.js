import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  refuseKeyInRepository
} from "./part-5Y5ZKLEU.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import "./part-V23V4CCC.js";
import "./part-GCEDCA6D.js";
import "./part-CGYVB7NO.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import "./part-MHRCNTTW.js";
import {
  makeDirectories
} from "./part-K2YNPRNH.js";
import "./part-QRF3X5AE.js";
import "./part-E7CUHJHR.js";
import "./part-R6C3JOCY.js";
import "./part-AUIKQE6Q.js";
import "./part-KY2D2ADW.js";
import {
  BackupError,
  systemCode
} from "./part-KOWYFHTZ.js";
import "./part-ZH4JMW4G.js";

// src/cli/commands/key-generate.ts
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
function run(context) {
  const file = path.resolve(String(context.args[0]));
  refuseKeyInRepository(file);
  try {
    makeDirectories(path.dirname(file), { mode: 448 });
    fs.writeFileSync(file, `base64:${randomBytes(32).toString("base64")}
`, { flag: "wx", mode: 384, flush: true });
  } catch (error) {
    if (systemCode(error) === "EEXIST") throw new BackupError("ALREADY_EXISTS", "A key file is never overwritten.", { context: { key: file }, cause: error });
    throw error;
  }
  context.say(context.t("key.generated", { file }));
  context.say(context.t("key.use", { file }));
  return Promise.resolve({ json: { file } });
}
export {
  run
};

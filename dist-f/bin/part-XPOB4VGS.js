import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import "./part-ULXJATUI.js";
import {
  parseLocation
} from "./part-7IKXLDJX.js";
import {
  keysOf,
  repositoryOption
} from "./part-V23V4CCC.js";
import {
  openStore
} from "./part-GCEDCA6D.js";
import "./part-CGYVB7NO.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import {
  Repository
} from "./part-MHRCNTTW.js";
import {
  hostName
} from "./part-K2YNPRNH.js";
import "./part-QRF3X5AE.js";
import "./part-E7CUHJHR.js";
import "./part-R6C3JOCY.js";
import "./part-AUIKQE6Q.js";
import "./part-KY2D2ADW.js";
import "./part-KOWYFHTZ.js";
import {
  __callDispose,
  __using
} from "./part-ZH4JMW4G.js";

// src/cli/commands/init.ts
async function run(context) {
  var _stack = [];
  try {
    const [kek] = await keysOf(context);
    const store = openStore(parseLocation(repositoryOption(context)));
    const repository = __using(_stack, await Repository.create(store, kek, hostName()), true);
    const id = repository.config.repositoryId;
    context.say(context.t("init.done", { id, location: store.location }));
    context.say(context.t("init.next"));
    return { json: { repository: id, location: store.location, generation: repository.keys.generation } };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    var _promise = __callDispose(_stack, _error, _hasError);
    _promise && await _promise;
  }
}
export {
  run
};

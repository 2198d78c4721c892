import { createRequire as neonproRequire } from 'node:module';const require = neonproRequire(import.meta.url);
import {
  openRepository
} from "./part-5Y5ZKLEU.js";
import "./part-ULXJATUI.js";
import "./part-7IKXLDJX.js";
import "./part-V23V4CCC.js";
import "./part-GCEDCA6D.js";
import {
  dropDamage,
  repairRepository,
  verifyRepository
} from "./part-CGYVB7NO.js";
import "./part-E6LJY37U.js";
import "./part-6IDDM62P.js";
import "./part-MHRCNTTW.js";
import {
  userName
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

// src/cli/commands/repair.ts
var EXIT_INCOMPLETE = 3;
var NOTHING = { packs: [], blobsLost: 0, blobsSaved: 0 };
async function run(context) {
  var _stack = [];
  try {
    const { t, say, warn, signal } = context;
    const opened = __using(_stack, await openRepository(context), true);
    const forgetDamaged = context.options["forgetDamaged"] === true;
    const result = await repairRepository(opened.repository, { forgetDamaged, by: userName(), signal });
    const writer = __using(_stack, opened.state.claimWriter());
    const dropped = context.options["readData"] === true ? await dropDamage(opened.repository, writer.id, signal) : NOTHING;
    const removed = [...result.segmentsRemoved, ...result.documentsRemoved];
    const isNothing = result.packsIndexed + removed.length + result.copiesRestored.length + result.packsDamaged.length + result.documentsLost.length + dropped.packs.length === 0;
    if (isNothing) say(t("repair.nothing"));
    if (result.packsIndexed > 0) say(t("repair.index", { segments: result.segmentsWritten, packs: result.packsIndexed }));
    for (const key of result.copiesRestored) say(t("repair.copy", { object: key }));
    for (const key of removed) say(t("repair.segment", { object: key }));
    for (const key of result.packsDamaged) warn(t("repair.pack", { object: key }));
    for (const key of result.documentsLost) warn(t(forgetDamaged ? "repair.given" : "repair.unreadable", { object: key }));
    if (dropped.packs.length > 0) warn(t("repair.dropped", { packs: dropped.packs.length, saved: dropped.blobsSaved, lost: dropped.blobsLost }));
    const { hits } = await verifyRepository(opened.repository, { signal });
    for (const { snapshot, paths } of hits) for (const path of paths) warn(t("repair.lost", { snapshot: snapshot.slice(0, 12), path }));
    return { json: { ...result, dropped, lost: hits }, exitCode: result.packsDamaged.length + result.documentsLost.length + hits.length > 0 ? EXIT_INCOMPLETE : 0 };
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

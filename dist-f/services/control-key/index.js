export { ControlKey, sourcePurpose } from "./control-key.js";
export { findMaster, newestOf, openControlKey, openMaster, putMaster } from "./open-control-key.js";
export { recordControlKey } from "./record-control-key.js";
export { newMaster, parseWrapped, unwrapMaster, wrapMaster } from "./wrapped-master.js";

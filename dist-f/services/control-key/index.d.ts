export { ControlKey, sourcePurpose } from './control-key.ts';
export { findMaster, newestOf, openControlKey, openMaster, putMaster } from './open-control-key.ts';
export { recordControlKey } from './record-control-key.ts';
export { type Master, newMaster, parseWrapped, unwrapMaster, wrapMaster } from './wrapped-master.ts';

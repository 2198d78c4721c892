export { BlobReader } from "./blob-reader.js";
export { ClientState } from "./client-state.js";
export { requireFeatures } from "./config.js";
export { changeKeyring, recipientOpenedBy, unwrap as unwrapKey, wrapFor as wrapKey } from "./keyring.js";
export { isRotten, Repository } from "./repository.js";
export { packKey, SegmentReader } from "./segment-reader.js";
export { countUserFiles, hasUserFile, listUserFiles, readUserFile, removeUserFile, writeUserFile } from "./user-files.js";

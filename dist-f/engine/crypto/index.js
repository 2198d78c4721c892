export { checked, hasShape, isCount, isFlag, isHex, isHexText, isList, isMap, isObject, isText, isTime, one, optional, orNull } from "./document-shape.js";
export { hkdf } from "./hkdf.js";
export { blobIdOf, LookupIds } from "./ids.js";
export { kekBytes, kekFingerprint, parseKek, requireStrength, SCRYPT_COST } from "./kek.js";
export { FRAME_HEADER_BYTES, FrameKind, HEADER_BYTES, masterLookup, ObjectOpener, ObjectSealer, ObjectType, openPayload, parseFrameHeader, sealPayload, TAG_BYTES, } from "./sealed-object.js";
export { isMaintenanceSigner, isSignedAside, maintenanceSigner, parseBody, signDocument, splitDocument, verifyDocument, writerSigner } from "./signed-document.js";

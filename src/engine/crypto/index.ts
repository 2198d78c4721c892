export { type Body, checked, hasShape, isCount, isFlag, isHex, isHexText, isList, isMap, isObject, isText, isTime, one, optional, orNull, type Shape } from './document-shape.ts'
export { hkdf } from './hkdf.ts'
export { blobIdOf, LookupIds } from './ids.ts'
export { type Kek, kekBytes, kekFingerprint, parseKek, requireStrength, SCRYPT_COST, type ScryptParameters } from './kek.ts'
export {
  FRAME_HEADER_BYTES, FrameKind, type FrameHeader, HEADER_BYTES, type MasterKey, type MasterLookup, masterLookup, type ObjectExpectation, type ObjectHeader, ObjectOpener, ObjectSealer, type ObjectScope, ObjectType,
  type OpenedFrame, openPayload, parseFrameHeader, sealPayload, TAG_BYTES,
} from './sealed-object.ts'
export { type DocumentExpectation, isMaintenanceSigner, isSignedAside, maintenanceSigner, parseBody, signDocument, type Signer, splitDocument, type UnverifiedDocument, unsigned, verifyDocument, writerSigner } from './signed-document.ts'

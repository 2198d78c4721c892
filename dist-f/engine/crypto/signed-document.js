/** Signed documents (docs/format/v1.md section 5) and the Ed25519 keys behind them (RFC 8032), made from seeds. */
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { BackupError } from "../../kernel/backup-error.js";
import { hkdf } from "./hkdf.js";
const verifyAside = promisify(verify);
const SIGNER_BYTES = 16;
const SIGNATURE_BYTES = 64;
/** RFC 8410: the fixed head of a PKCS #8 Ed25519 key; the 32-byte seed follows. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const MAINTENANCE_SIGNER = Buffer.alloc(SIGNER_BYTES, 0xff);
function signerFromSeed(id, seed) {
    const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' });
    return { id: Buffer.from(id), privateKey, publicKey: createPublicKey(privateKey) };
}
export function maintenanceSigner(root, repositoryId) {
    return signerFromSeed(MAINTENANCE_SIGNER, hkdf(root, repositoryId, { info: 'neonpro/v1/maintenance', bytes: 32 }));
}
/** `writerId` is 16 bytes. */
export function writerSigner(root, writerId) {
    return signerFromSeed(writerId, hkdf(root, writerId, { info: 'neonpro/v1/writer', bytes: 32 }));
}
function signedBytes(purpose, repositoryId, signerAndBody) {
    return Buffer.concat([Buffer.from(`neonpro/v1/signed/${purpose}\0`), repositoryId, ...signerAndBody]);
}
/** Encodes and signs a JSON document. */
export function signDocument(document, options) {
    const body = Buffer.from(JSON.stringify(document));
    const { id, privateKey } = options.signer;
    const signature = sign(null, signedBytes(options.purpose, options.repositoryId, [id, body]), privateKey);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(body.length);
    return Buffer.concat([length, body, id, signature]);
}
/** Takes a signed document apart. Throws DAMAGED. Nothing of it is to be believed before `verifyDocument`. */
export function splitDocument(bytes) {
    const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const bodyBytes = all.length < 4 ? -1 : all.readUInt32LE(0);
    if (bodyBytes < 0 || 4 + bodyBytes + SIGNER_BYTES + SIGNATURE_BYTES !== all.length)
        throw new BackupError('DAMAGED', 'A signed document has another length than it says.');
    const end = 4 + bodyBytes;
    return { body: all.subarray(4, end), signer: all.subarray(end, end + SIGNER_BYTES), signature: all.subarray(end + SIGNER_BYTES) };
}
/** Checks the signature against the signer that `signerOf` knows. Throws DAMAGED. Returns the parsed body. */
export function verifyDocument(document, expect) {
    const signer = expect.signerOf(document.signer);
    if (!signer || !verify(null, toVerify(document, expect), signer.publicKey, document.signature))
        throw new BackupError('DAMAGED', 'A signature does not verify.');
    return { body: parseBody(document.body), signer: document.signer };
}
/** Checks the signature alone, on another thread. */
export async function isSignedAside(document, expect) {
    const signer = expect.signerOf(document.signer);
    return signer !== undefined && (await verifyAside(null, toVerify(document, expect), signer.publicKey, document.signature));
}
function toVerify({ signer, body }, { purpose, repositoryId }) {
    return signedBytes(purpose, repositoryId, [signer, body]);
}
/** The JSON object of a document's body. Throws DAMAGED. */
export function parseBody(body) {
    try {
        const value = JSON.parse(Buffer.from(body).toString('utf8'));
        if (typeof value === 'object' && value !== null && !Array.isArray(value))
            return value;
    }
    catch (error) {
        throw new BackupError('DAMAGED', 'A document is no JSON.', { cause: error });
    }
    throw new BackupError('DAMAGED', 'A document is no JSON object.');
}
export function isMaintenanceSigner(id) {
    return MAINTENANCE_SIGNER.equals(id);
}

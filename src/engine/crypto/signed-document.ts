/** Signed documents (docs/format/v1.md section 5) and the Ed25519 keys behind them (RFC 8032), made from seeds. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import { BackupError } from '../../kernel/backup-error.ts'
import { hkdf } from './hkdf.ts'

const verifyAside = promisify(verify)
const SIGNER_BYTES = 16
const SIGNATURE_BYTES = 64
/** RFC 8410: the fixed head of a PKCS #8 Ed25519 key; the 32-byte seed follows. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')
const MAINTENANCE_SIGNER = Buffer.alloc(SIGNER_BYTES, 0xff)

export interface Signer {
  /** 16 bytes: the writer's id, or all ones for the maintenance key. */
  readonly id: Buffer
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

function signerFromSeed(id: Uint8Array, seed: Uint8Array): Signer {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' })
  return { id: Buffer.from(id), privateKey, publicKey: createPublicKey(privateKey) }
}

export function maintenanceSigner(root: Uint8Array, repositoryId: Uint8Array): Signer {
  return signerFromSeed(MAINTENANCE_SIGNER, hkdf(root, repositoryId, { info: 'neonpro/v1/maintenance', bytes: 32 }))
}

/** `writerId` is 16 bytes. */
export function writerSigner(root: Uint8Array, writerId: Uint8Array): Signer {
  return signerFromSeed(writerId, hkdf(root, writerId, { info: 'neonpro/v1/writer', bytes: 32 }))
}

function signedBytes(purpose: string, repositoryId: Uint8Array, signerAndBody: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.from(`neonpro/v1/signed/${purpose}\0`), repositoryId, ...signerAndBody])
}

/** Encodes and signs a JSON document. */
export function signDocument(
  document: object,
  options: { purpose: string; repositoryId: Uint8Array; signer: Signer },
): Buffer {
  const body = Buffer.from(JSON.stringify(document))
  const { id, privateKey } = options.signer
  const signature = sign(null, signedBytes(options.purpose, options.repositoryId, [id, body]), privateKey)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(body.length)
  return Buffer.concat([length, body, id, signature])
}

export interface DocumentExpectation {
  readonly purpose: string
  readonly repositoryId: Uint8Array
  readonly signerOf: (id: Buffer) => Pick<Signer, 'publicKey'> | undefined
}

export interface UnverifiedDocument {
  readonly body: Buffer
  readonly signer: Buffer
  readonly signature: Buffer
}

/** Takes a signed document apart. Throws DAMAGED. Nothing of it is to be believed before `verifyDocument`. */
export function splitDocument(bytes: Uint8Array): UnverifiedDocument {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const bodyBytes = all.length < 4 ? -1 : all.readUInt32LE(0)
  if (bodyBytes < 0 || 4 + bodyBytes + SIGNER_BYTES + SIGNATURE_BYTES !== all.length)
    throw new BackupError('DAMAGED', 'A signed document has another length than it says.')
  const end = 4 + bodyBytes
  return {
    body: all.subarray(4, end),
    signer: all.subarray(end, end + SIGNER_BYTES),
    signature: all.subarray(end + SIGNER_BYTES),
  }
}

/** Checks the signature against the signer that `signerOf` knows. Throws DAMAGED. Returns the parsed body. */
export function verifyDocument(
  document: UnverifiedDocument,
  expect: DocumentExpectation,
): { body: Record<string, unknown>; signer: Buffer } {
  const signer = expect.signerOf(document.signer)
  if (!signer || !verify(null, toVerify(document, expect), signer.publicKey, document.signature)) throw unsigned()
  return { body: parseBody(document.body), signer: document.signer }
}

/** What is said of a document whose signature is not its signer's. */
export function unsigned(): BackupError {
  return new BackupError('DAMAGED', 'A signature does not verify.')
}

/** Checks the signature alone, on another thread. */
export async function isSignedAside(document: UnverifiedDocument, expect: DocumentExpectation): Promise<boolean> {
  const signer = expect.signerOf(document.signer)
  return (
    signer !== undefined && (await verifyAside(null, toVerify(document, expect), signer.publicKey, document.signature))
  )
}

function toVerify({ signer, body }: UnverifiedDocument, { purpose, repositoryId }: DocumentExpectation): Buffer {
  return signedBytes(purpose, repositoryId, [signer, body])
}

/** The JSON object of a document's body. Throws DAMAGED. */
export function parseBody(body: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch (error) {
    throw new BackupError('DAMAGED', 'A document is no JSON.', { cause: error })
  }
  throw new BackupError('DAMAGED', 'A document is no JSON object.')
}

export function isMaintenanceSigner(id: Uint8Array): boolean {
  return MAINTENANCE_SIGNER.equals(id)
}

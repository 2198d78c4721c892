/** Signed documents (docs/format/v1.md section 5) and the Ed25519 keys behind them (RFC 8032), made from seeds. */
import { type KeyObject } from 'node:crypto';
export interface Signer {
    /** 16 bytes: the writer's id, or all ones for the maintenance key. */
    readonly id: Buffer;
    readonly privateKey: KeyObject;
    readonly publicKey: KeyObject;
}
export declare function maintenanceSigner(root: Uint8Array, repositoryId: Uint8Array): Signer;
/** `writerId` is 16 bytes. */
export declare function writerSigner(root: Uint8Array, writerId: Uint8Array): Signer;
/** Encodes and signs a JSON document. */
export declare function signDocument(document: object, options: {
    purpose: string;
    repositoryId: Uint8Array;
    signer: Signer;
}): Buffer;
export interface DocumentExpectation {
    readonly purpose: string;
    readonly repositoryId: Uint8Array;
    readonly signerOf: (id: Buffer) => Pick<Signer, 'publicKey'> | undefined;
}
export interface UnverifiedDocument {
    readonly body: Buffer;
    readonly signer: Buffer;
    readonly signature: Buffer;
}
/** Takes a signed document apart. Throws DAMAGED. Nothing of it is to be believed before `verifyDocument`. */
export declare function splitDocument(bytes: Uint8Array): UnverifiedDocument;
/** Checks the signature against the signer that `signerOf` knows. Throws DAMAGED. Returns the parsed body. */
export declare function verifyDocument(document: UnverifiedDocument, expect: DocumentExpectation): {
    body: Record<string, unknown>;
    signer: Buffer;
};
/** Checks the signature alone, on another thread. */
export declare function isSignedAside(document: UnverifiedDocument, expect: DocumentExpectation): Promise<boolean>;
/** The JSON object of a document's body. Throws DAMAGED. */
export declare function parseBody(body: Uint8Array): Record<string, unknown>;
export declare function isMaintenanceSigner(id: Uint8Array): boolean;

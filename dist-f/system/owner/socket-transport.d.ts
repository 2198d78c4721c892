import type { Readable } from 'node:stream';
import type { CallData, CallInput, CallName, Result } from '../../contracts/system/index.ts';
import type { CallContext, StoredUpload, Transport } from '../transport.ts';
/** Nobody listens: the owner is gone and nothing was asked of it. The next election decides. */
export declare class OwnerUnreachable extends Error {
    readonly name = "OwnerUnreachable";
}
/** Rejects with OwnerUnreachable when nobody listens; everything else is a Result. */
export declare class SocketTransport implements Transport {
    #private;
    readonly socketPath: string;
    constructor(socketPath: string);
    call<Name extends CallName>(name: Name, input: CallInput<Name>, context: CallContext): Promise<Result<CallData[Name]>>;
    upload(path: string, body: AsyncIterable<Uint8Array>, context: CallContext): Promise<Result<StoredUpload>>;
    download(path: string, context: CallContext): Promise<Result<Readable>>;
    [Symbol.asyncDispose](): Promise<void>;
}

import type { Readable } from 'node:stream';
import type { CallData, CallInput, CallName, Result } from '../../contracts/system/index.ts';
import type { Started } from '../facade/backup-system.ts';
import type { CallContext, StoredUpload, Transport } from '../transport.ts';
export interface Election {
    /** Becomes the owner and answers at the socket, or undefined where another process is. */
    tryOwn(): Promise<Started | undefined>;
    /** Where the owner of the moment said that it listens. */
    socketPath(): string;
    /** For the error when neither works: who holds the lock. */
    ownerFacts(): {
        readonly pid: number;
        readonly host: string;
    };
}
export declare class ElectedTransport implements Transport {
    #private;
    private constructor();
    /** Throws what opening as the owner throws; OWNER_GONE when another holds the lock and does not answer. */
    static open(election: Election): Promise<ElectedTransport>;
    get isOwner(): boolean;
    call<Name extends CallName>(name: Name, input: CallInput<Name>, context: CallContext): Promise<Result<CallData[Name]>>;
    upload(path: string, body: AsyncIterable<Uint8Array>, context: CallContext): Promise<Result<StoredUpload>>;
    download(path: string, context: CallContext): Promise<Result<Readable>>;
    [Symbol.asyncDispose](): Promise<void>;
}
/** Whether somebody accepts connections there. */
export declare function isListening(socketPath: string): Promise<boolean>;

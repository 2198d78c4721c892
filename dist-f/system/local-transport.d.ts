/** Calls carried out in this process: validated by the one table, answered as results, written into the audit log. */
import type { Readable } from 'node:stream';
import { type CallData, type CallInput, type CallName, type Result } from '../contracts/system/index.ts';
import { type SystemParts } from '../services/index.ts';
import { type Answer } from './boundary.ts';
import type { CallContext, StoredUpload, Transport } from './transport.ts';
export interface HandlerContext {
    readonly by: string;
    readonly signal: AbortSignal | undefined;
}
export type Handlers = {
    readonly [Name in CallName]: (parts: SystemParts, input: CallInput<Name>, context: HandlerContext) => Promise<Answer<CallData[Name]>>;
};
export interface StreamHandlers {
    upload(parts: SystemParts, path: string, body: AsyncIterable<Uint8Array>, context: HandlerContext): Promise<StoredUpload>;
    download(parts: SystemParts, path: string, context: HandlerContext): Promise<Readable>;
}
export declare class LocalTransport implements Transport {
    #private;
    constructor(parts: SystemParts, handlers: Handlers, streams: StreamHandlers);
    call<Name extends CallName>(name: Name, input: CallInput<Name>, context: CallContext): Promise<Result<CallData[Name]>>;
    upload(path: string, body: AsyncIterable<Uint8Array>, context: CallContext): Promise<Result<StoredUpload>>;
    download(path: string, context: CallContext): Promise<Result<Readable>>;
    [Symbol.asyncDispose](): Promise<void>;
}

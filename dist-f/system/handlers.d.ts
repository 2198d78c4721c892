/** Which use case answers which call. */
import type { Handlers, StreamHandlers } from './local-transport.ts';
export declare const HANDLERS: Handlers;
export declare const STREAM_HANDLERS: StreamHandlers;

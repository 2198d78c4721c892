import type { Log } from '../../kernel/log.ts';
import type { Transport } from '../transport.ts';
/** Serves `transport` at `socketPath` (mode 0600) until it is disposed of. A socket that a dead owner left there is replaced: the caller holds the owner's lock. */
export declare function serveOwnerSocket(socketPath: string, transport: Transport, log: Log): Promise<AsyncDisposable>;

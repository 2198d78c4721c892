export declare const HTTP_TIMEOUT_MS = 10000;
export interface HttpCall {
    readonly channel: string;
    readonly url: URL;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: string;
    readonly allowPrivate: boolean;
    /** Default {@link HTTP_TIMEOUT_MS}. */
    readonly timeoutMs?: number;
    readonly signal: AbortSignal;
}
/**
 * POSTs `body`. Throws DELIVERY_REFUSED for redirects, 4xx but 408 and 429, and private addresses unless they are allowed; DELIVERY_FAILED for
 * everything that may pass; ABORTED. The URL, which may hold a secret, is in no error.
 */
export declare function post(call: HttpCall): Promise<void>;

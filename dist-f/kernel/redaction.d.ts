/**
 * A second net under everything that is written or shown: values of members with a telling name, passwords in URLs and connection strings, key forms,
 * and secrets that are known by value are replaced. Copies are bounded in depth and length, so that no object can flood a log.
 */
export declare const REDACTED = "[redacted]";
export interface RedactOptions {
    /** Secrets by value: wherever they occur they are replaced. */
    readonly known?: readonly string[];
}
/** True for `smtpUrl`, `BACKUP_ENCRYPTION_KEY`, `webhook-secret`: by the words of the name, so that `bypass` and `key` are not meant. */
export declare function isSecretName(name: string): boolean;
/** A text without passwords in URLs (`scheme://user:…@`), in queries and in `name=value` pairs, without keys and known secrets. */
export declare function redactText(text: string, options?: RedactOptions): string;
/** A URL for people: without password, query and fragment. What is no URL is hidden as a whole. Also takes `postgres://user@/name?host=/run`, which is none by the book. */
export declare function redactUrl(url: string): string;
/** The password of a URL, as it is written and as it is meant; empty where it has none. */
export declare function passwordsOf(url: string): string[];
/** Where the path itself is the secret, as of a webhook: protocol and host. */
export declare function redactPath(url: string): string;
/** A copy that is safe to log: plain JSON of bounded size. Errors keep name, code, message, stack and causes. */
export declare function redactValue(value: unknown, options?: RedactOptions): unknown;

import { hkdfSync } from 'node:crypto';
/** HKDF-SHA256 (RFC 5869). `info` is text. */
export function hkdf(ikm, salt, options) {
    return Buffer.from(hkdfSync('sha256', ikm, salt, options.info, options.bytes));
}

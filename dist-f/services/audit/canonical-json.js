/** RFC 8785: one spelling for each JSON value, so that its hash means something. */
import canonicalize from 'canonicalize';
import { invariant } from "../../kernel/invariant.js";
/** The canonical text. Throws for what JSON can't say: NaN, an infinity, a lone surrogate, a cycle. */
export function canonicalJson(value) {
    const text = canonicalize(value);
    invariant(text !== undefined, 'Only a JSON value has a canonical form.');
    return text;
}
/** True when `text` is the canonical spelling of what it says. */
export function isCanonicalJson(text) {
    try {
        return canonicalJson(JSON.parse(text)) === text;
    }
    catch {
        return false;
    }
}

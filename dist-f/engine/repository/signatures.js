/**
 * Which documents are signed by whom they name. A signature is the dearest part of reading a small object, and a writer's snapshots are a chain: who has checked
 * a later one's signature, and finds the SHA-256 of an earlier one of the same writer in it, has that writer's word for every byte of the earlier one.
 */
import { BackupError } from "../../kernel/backup-error.js";
import { inOrder } from "../../kernel/in-order.js";
import { isSignedAside } from "../crypto/index.js";
const SIGNATURES_AT_ONCE = 16;
/** The names of those whose signers stand behind them. */
export async function signedNames(opened, expect, previousOf = () => undefined) {
    const byName = new Map(opened.map((each) => [each.name, each]));
    const named = new Set(opened.map(({ body }) => previousOf(body)));
    const signed = new Set();
    // Heads first: what their chains reach needs no look of its own. Then the rest, which only documents that nobody signed may have named.
    for (const group of [opened.filter(({ name }) => !named.has(name)), opened.filter(({ name }) => named.has(name))]) {
        const unseen = () => group.filter(({ name }) => !signed.has(name));
        for await (const { each, isSigned } of inOrder(unseen(), { widthMax: SIGNATURES_AT_ONCE }, async (each) => ({ each, isSigned: await isSignedAside(each.document, expect) }))) {
            if (isSigned)
                for (const { name } of chainOf(each, byName, previousOf))
                    signed.add(name);
        }
    }
    return signed;
}
function* chainOf(head, byName, previousOf) {
    for (let at = head; at;) {
        yield at;
        const before = byName.get(String(previousOf(at.body)));
        at = before?.document.signer.equals(head.document.signer) ? before : undefined;
    }
}
export function unsigned() {
    return new BackupError('DAMAGED', 'A signature does not verify.');
}

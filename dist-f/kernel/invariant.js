/** A bug in this program: never retried, never shown as the user's fault. */
export class InvariantViolation extends Error {
    name = 'InvariantViolation';
}
/** Throws {@link InvariantViolation} unless `condition` holds. `sentence` says what must be true. */
export function invariant(condition, sentence) {
    if (!condition)
        throw new InvariantViolation(sentence);
}

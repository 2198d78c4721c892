/** A bug in this program: never retried, never shown as the user's fault. */
export declare class InvariantViolation extends Error {
    readonly name = "InvariantViolation";
}
/** Throws {@link InvariantViolation} unless `condition` holds. `sentence` says what must be true. */
export declare function invariant(condition: unknown, sentence: string): asserts condition;

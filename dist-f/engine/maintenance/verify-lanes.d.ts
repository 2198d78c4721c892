import { type PackTask, type PackVerdict, type VerifierSetup } from './pack-verifier.ts';
export interface VerifyRun {
    readonly setup: VerifierSetup;
    readonly tasks: readonly PackTask[];
    readonly onVerdict: (verdict: PackVerdict) => void;
    readonly signal?: AbortSignal;
}
/** What the worker is told: how to verify what follows, or a pack. */
export type ToVerifier = {
    readonly setup: VerifierSetup;
} | {
    readonly task: PackTask;
};
/** Made before the index is read, so that the worker starts meanwhile. */
export declare class VerifyLanes implements AsyncDisposable {
    #private;
    constructor(bytesExpected: number);
    run(run: VerifyRun): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}

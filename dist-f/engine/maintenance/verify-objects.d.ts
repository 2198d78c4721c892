import { type Repository } from '../repository/index.ts';
export interface VerifyProblem {
    readonly object: string;
    readonly what: string;
}
/** Every stored copy of configuration and keys has to hash to its name: a bad copy is damage, even while another is whole; a missing one is a notice. */
export declare function checkCopies(repository: Repository): Promise<{
    problems: VerifyProblem[];
    notices: VerifyProblem[];
}>;
/** Keys that are none of this format, and sessions that can't be read: nothing depends on them, and somebody should know. */
export declare function strangers(repository: Repository, signal?: AbortSignal): Promise<VerifyProblem[]>;

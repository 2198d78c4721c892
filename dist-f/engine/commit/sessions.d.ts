import type { Repository } from '../repository/index.ts';
import { type SessionDocument } from '../snapshot/index.ts';
export interface WriterSession extends AsyncDisposable {
    readonly key: string;
}
/** Says that a writer is at work; disposing it says that it has ended. Open it before the delete log and the index are read. */
export declare function openWriterSession(repository: Repository, writer: Buffer): Promise<WriterSession>;
/** True when the process that wrote the session is known to be gone: same start of the same machine, and no such process. */
export declare function isProvablyDead(session: SessionDocument): boolean;
export interface OpenSession {
    readonly key: string;
    /** Undefined when the session can't be read. */
    readonly writer: string | undefined;
    /** Store milliseconds. */
    readonly modifiedMs: number;
}
/** Sessions that may be alive. Those of dead processes, and those of 30 days ago, are removed when `sweep` is set. A session that can't be read counts as alive. */
export declare function openSessions(repository: Repository, options: {
    readonly sweep: boolean;
    readonly except?: string;
}): Promise<OpenSession[]>;

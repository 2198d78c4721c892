/** What this process does to runs and due times, told to whom waits in this process. Others find it out by asking the database. */
import type { Catalog } from '../../catalog/index.ts';
export declare const RunEvent: {
    readonly FINISHED: "finished";
    readonly CANCEL_REQUESTED: "cancel-requested";
    readonly DUE_TIMES_CHANGED: "due-times-changed";
};
export type RunEvent = (typeof RunEvent)[keyof typeof RunEvent];
/** After the commit. `subject` is a run's or a configuration's id. */
export declare function announce(catalog: Catalog, event: RunEvent, subject: string): void;
/** Until `signal` is aborted. */
export declare function listen(catalog: Catalog, event: RunEvent, options: {
    readonly signal: AbortSignal;
    readonly heard: (subject: string) => void;
}): void;

/** A row of `runs`, and as it is shown. */
import type { Selectable } from 'kysely';
import type { Tables } from '../../catalog/index.ts';
import type { RunView } from '../../contracts/system/index.ts';
export type RunRow = Selectable<Tables['runs']>;
export declare function runView(row: RunRow): RunView;
/** What a run's snapshot is called in the repository. */
export declare function sourceName(config: {
    readonly name: string;
}): string;

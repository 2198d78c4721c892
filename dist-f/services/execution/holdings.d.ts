/** What a repository says of itself: its restore points, pins and holds. Facts for the catalog, which is a copy of them. */
import { type History, type Repository, type SnapshotDocument } from '../../engine/index.ts';
import type { Holdings, PointFacts } from './engine-protocol.ts';
/** The tag that says which configuration made a snapshot. It stands in the signed document: no database is needed to tell. */
export declare function configTag(configId: string): string;
export declare function configOf({ tags }: Pick<SnapshotDocument, 'tags'>): string | null;
export declare function pointOf(snapshot: string, document: SnapshotDocument): PointFacts;
/** Of `known`, what is forgotten or never was good is told as gone; what only can't be read is not. */
export declare function holdingsOf(repository: Repository, history: History, known: readonly string[]): Holdings;

/**
 * The id of the run of a configuration at a due time: the same for every scheduler, also after the database was made anew. A UUID of version 8 over
 * SHA-256("neonpro-run|" configId "|" ISO time); a run asked for by hand has a random one of version 4.
 */
export declare function scheduledRunId(configId: string, dueAtMs: number): string;

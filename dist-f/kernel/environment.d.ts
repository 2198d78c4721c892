/** The only place that reads the process's environment. */
export declare function environment(): Readonly<Record<string, string | undefined>>;

/** Where files that belong to the program are: beside the sources, in the compiled tree, or beside the bundle. */
/** URL of the worker thread's entry. */
export declare function workerUrl(): URL;
/** URL of the folder with the control plane's schema and migrations: at the package's root, two levels above sources, compiled tree and bundle alike. */
export declare function databaseFolder(): URL;
/** URL of the entry of a process that does the engine's work for the system. */
export declare function engineChildUrl(): URL;

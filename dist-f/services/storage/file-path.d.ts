/** Throws CONFIG_INVALID saying why. */
export declare function checkFilePath(path: string): void;

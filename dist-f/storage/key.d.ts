/** Throws USAGE unless `key` is segments of `[a-z0-9._-]`, none of which begins with a dot. */
export declare function checkKey(key: string): void;

/** zstd is in node:zlib from 22.15 on. Throws NODE_TOO_OLD. */
export declare function requireNode(version?: string): void;

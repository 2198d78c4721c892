import { BackupError } from '../../kernel/backup-error.ts';
/** CONFIG_INVALID for what JSON can not say (a function, a bigint, NaN, what refers to itself), or undefined. */
export declare function inputRefusal(input: unknown): BackupError | undefined;
/** A moment as the calls take it. What is none stays as it is: the call refuses it with its path. */
export declare function timeText<T>(time: T | Date): T | string;
/** CONFIG_INVALID for what names no file, or undefined. */
export declare function pathRefusal(given: unknown): BackupError | undefined;
/** CONFIG_INVALID for what is no content of a file, or undefined. */
export declare function contentRefusal(data: unknown): BackupError | undefined;
/** A path from the caller's own folder: the process that answers may stand in another. What is no path stays as it is: the call refuses it. */
export declare function pathHere<T>(given: T): T;
/** `paths` of a configuration, each from the caller's own folder. */
export declare function pathsHere<T>(input: T): T;

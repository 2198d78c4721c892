export interface DirectoryOptions {
    /** Of each folder that is made, before the umask. */
    readonly mode: number;
    /** How `folder` stands for bytes. Default utf8. */
    readonly encoding?: 'utf8' | 'latin1';
}
/**
 * Makes a folder and its missing parents, step by step: mkdir's own recursion never ends where a file system answers ENOENT for a new name, as /proc does. Throws what the system says;
 * ENOTDIR where something else has the name.
 */
export declare function makeDirectories(folder: string, options: DirectoryOptions): void;

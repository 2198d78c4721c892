/** Names of users and groups by number, from /etc/passwd and /etc/group; what is not there has none. */
export interface OwnerNames {
    readonly users: ReadonlyMap<number, string>;
    readonly groups: ReadonlyMap<number, string>;
}
export declare function readOwnerNames(): OwnerNames;

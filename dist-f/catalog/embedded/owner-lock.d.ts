export interface Owner {
    readonly pid: number;
    readonly host: string;
    readonly since: string;
    /** Where its repository lies and where it listens, once everything is open. */
    readonly repository?: string;
    readonly socket?: string;
}
export declare class OwnerLock implements Disposable {
    #private;
    readonly file: string;
    private constructor();
    /** Makes `file` where it is absent. Throws OWNER_EXISTS, naming pid and host, while another holder lives. */
    static acquire(file: string): Promise<OwnerLock>;
    /** Says where the holder listens, and where its repository lies: who becomes its client compares. */
    tell(facts: Pick<Owner, 'repository' | 'socket'>): void;
    [Symbol.dispose](): void;
}
/** Who wrote the file beside the lock last; it may have ended since. */
export declare function readOwner(file: string): Owner | undefined;

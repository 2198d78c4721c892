/**
 * Changes with every start of the machine, and differs between containers that can't see each other's processes: equal texts, and a process number can be looked
 * up. Empty where the platform has none.
 */
export declare function bootId(): string;
/** When the process began, in clock ticks since boot; empty when it is gone or the platform does not say. */
export declare function processStart(pid?: number): string;
export declare function isProcessAlive(pid: number): boolean;
export declare function hostName(): string;
export declare function userName(): string;
/** Eight hexadecimal digits for this start of this machine: what carries them was made by a process that can be looked up here. Taken once: it stands in the name of every file that is restored. */
export declare function machineTag(): string;

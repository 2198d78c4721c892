/** True for private, link-local, loopback, shared, reserved and multicast addresses, and for what is no address. */
export declare function isPrivateAddress(address: string): boolean;

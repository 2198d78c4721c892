import type { SecretSeal } from '../parts.ts';
import type { Master } from './wrapped-master.ts';
/** Of a configuration's source URL. */
export declare function sourcePurpose(configId: string): string;
/** A secret opens under the purpose that it was sealed for only. */
export declare class ControlKey implements SecretSeal {
    #private;
    constructor(master: Master, tenantId: string);
    /** Goes on with another master, for everybody who was given this key: a rebuild brought it back. */
    adopt(master: Master): void;
    get auditKey(): Buffer;
    /** Seals under a key of its own; tenant and purpose stand in the additional data. `text` is not empty. */
    seal(text: string, purpose: string): Buffer;
    /** Throws DAMAGED for anything that this key did not seal for this tenant and purpose. */
    open(sealed: Uint8Array, purpose: string): string;
}

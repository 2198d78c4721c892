/** A policy that keeps data longer than the system's own: said when it is saved, since keeping too long can break a law as well as keeping too little. */
import type { Locale } from '../../contracts/index.ts';
import { type ConfigSettings, type Warning } from '../../contracts/system/index.ts';
type Retention = ConfigSettings['retention'];
/** Warnings where "forever" or yearly points outlive the system's policy. Empty where the system has none, or a longer one. */
export declare function retentionConflicts(retention: Retention, systemRetention: Retention, locale: Locale): Warning[];
export {};

import { backupFailed } from "./rules/backup-failed.js";
import { backupLate } from "./rules/backup-late.js";
import { backupMissed } from "./rules/backup-missed.js";
import { backupOverrun } from "./rules/backup-overrun.js";
import { backupPartial } from "./rules/backup-partial.js";
import { failureRate } from "./rules/failure-rate.js";
import { storageLow } from "./rules/storage-low.js";
export const RULES = [
    backupFailed,
    backupPartial,
    backupMissed,
    backupLate,
    backupOverrun,
    failureRate,
    storageLow,
];
/** What the end of a run decides. */
export const RUN_RULES = [backupFailed, backupPartial, backupMissed, backupLate, backupOverrun, failureRate];

export const JobKind = { BACKUP: 'backup', RECOVERY: 'recovery', DELIVERY: 'delivery' };

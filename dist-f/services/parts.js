export const AuditResult = { SUCCESS: 'SUCCESS', REFUSED: 'REFUSED', FAILED: 'FAILED' };

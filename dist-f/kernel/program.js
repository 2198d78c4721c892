/** Name and version as they stand in snapshots. Kept equal to package.json by a test. */
export const PROGRAM = 'neonpro-backup 0.1.0';

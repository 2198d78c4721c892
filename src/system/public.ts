/**
 * The system as an application sees it, apart from `index.ts`: the types that are published with the library must not
 * lead to the database, the jobs or the socket.
 */
export { BackupSystem } from './facade/backup-system.ts'
export { getBackupSystem, initializeBackupSystem } from './initialize.ts'

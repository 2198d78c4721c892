export { BackupSystem } from './facade/backup-system.ts';
export { getBackupSystem, initializeBackupSystem } from './initialize.ts';
export { initExternalDatabase as initDatabase } from '../catalog/index.ts';
export { ElectedTransport } from './owner/elected-transport.ts';
export { serveOwnerSocket } from './owner/owner-socket.ts';
export { chooseSocketPath, toldSocketPath } from './owner/socket-path.ts';
export { resolveSettings, type Settings } from './settings/index.ts';
export { type StartedSystem, type StartOptions, startSystem } from './start-system.ts';

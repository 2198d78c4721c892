export { BackupSystem } from "./facade/backup-system.js";
export { getBackupSystem, initializeBackupSystem } from "./initialize.js";
export { initExternalDatabase as initDatabase } from "../catalog/index.js";
export { ElectedTransport } from "./owner/elected-transport.js";
export { serveOwnerSocket } from "./owner/owner-socket.js";
export { chooseSocketPath, toldSocketPath } from "./owner/socket-path.js";
export { resolveSettings } from "./settings/index.js";
export { startSystem } from "./start-system.js";

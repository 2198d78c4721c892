export { systemStatus } from "./system-status.js";

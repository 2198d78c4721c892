export { rebuildSystem } from "./rebuild-system.js";

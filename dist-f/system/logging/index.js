/** The system's log. */
export { openLog } from "./system-log.js";

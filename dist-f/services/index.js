export { AuditResult } from "./parts.js";

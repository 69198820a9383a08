/** Who changed what. */

export { AuditLogPage } from "./audit-log-page.js";

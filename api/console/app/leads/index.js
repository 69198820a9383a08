/** The pages of leads. */
export { LeadPage } from "./lead-page.js";
export { LeadsPage } from "./leads-page.js";

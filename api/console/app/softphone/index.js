/** The page that an agent lives in. */
export { SoftphonePage } from "./softphone-page.js";

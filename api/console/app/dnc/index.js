/** Whom nobody may call. */

export { DncPage } from "./dnc-page.js";

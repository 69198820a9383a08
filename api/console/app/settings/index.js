/** What holds for the whole tenant. */

export { SettingsPage } from "./settings-page.js";

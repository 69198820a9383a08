/** The pages of campaigns. */
export { CampaignPage } from "./campaign-page.js";
export { CampaignsPage } from "./campaigns-page.js";
export { NewCampaignPage } from "./new-campaign-page.js";

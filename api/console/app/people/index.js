/** The tenant's people: agents, their groups, and who may sign in. */

export { AgentPage } from "./agent-page.js";
export { AgentsPage } from "./agents-page.js";
export { GroupsPage } from "./groups-page.js";
export { PeoplePage } from "./people-page.js";

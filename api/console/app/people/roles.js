/** Roles, and who may give which. */

import { user } from "../kit/session.js";

export const ROLES = /** @type {const} */ (["agent", "supervisor", "admin", "owner"]);

/** @typedef {typeof ROLES[number]} Role */

/** The roles that I may give: none above my own. */
export function rolesToGive() {
  const own = ROLES.indexOf(/** @type {Role} */ (user.value?.role ?? "agent"));
  return ROLES.slice(0, own + 1);
}

/** Whether somebody stands above me. @param {string} role */
export function isAboveMe(role) {
  return !rolesToGive().includes(/** @type {Role} */ (role));
}

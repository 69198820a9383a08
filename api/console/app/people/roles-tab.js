import { html } from "htm/preact";

import { t } from "../kit/words.js";
import { ROLES } from "./roles.js";

/** What can be done, and the least role that may. */
const DEEDS = /** @type {const} */ ([
  ["take_calls", "agent"],
  ["own_figures", "agent"],
  ["add_dnc", "agent"],
  ["see_floor", "supervisor"],
  ["listen", "supervisor"],
  ["set_status", "supervisor"],
  ["run_campaigns", "supervisor"],
  ["see_numbers", "supervisor"],
  ["make_campaigns", "admin"],
  ["import_leads", "admin"],
  ["remove_dnc", "admin"],
  ["manage_agents", "admin"],
  ["manage_people", "admin"],
  ["settings", "admin"],
  ["audit", "admin"],
  ["manage_owners", "owner"],
]);

/** What each role may do. */
export function RolesTab() {
  return html`
    <p class="field-help">${t("people.roles.lead")}</p>
    <div class="table-box" role="region" aria-label=${t("people.tab.roles")} tabindex="0">
      <table class="people-roles">
        <caption class="only-for-readers">${t("people.tab.roles")}</caption>
        <thead>
          <tr>
            <th scope="col">${t("people.roles.deed")}</th>
            ${ROLES.map((role) => html`<th key=${role} scope="col" class="mark">${t(`kit.roles.${role}`)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${DEEDS.map(
            ([deed, least]) => html`<tr key=${deed}>
              <th scope="row" class="wide">${t(`people.deed.${deed}`)}</th>
              ${ROLES.map((role) => {
                const may = ROLES.indexOf(role) >= ROLES.indexOf(least);
                return html`<td key=${role} class="mark">
                  <span aria-hidden="true" class=${may ? "mark-yes" : "mark-no"}>${may ? "✓" : "–"}</span>
                  <span class="only-for-readers">${t(may ? "office.yes" : "office.no")}</span>
                </td>`;
              })}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  `;
}

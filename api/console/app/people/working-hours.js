import { html } from "htm/preact";
import { useId, useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { notify } from "../kit/components/notify.js";
import { Panel } from "../kit/components/panel.js";
import { language, t } from "../kit/words.js";
import { PageForm } from "../office/form-dialog.js";

/** @typedef {import("../kit/shapes.js").Schema<"AgentOut">} Agent */
/** @typedef {Record<string, {start: string, end: string}>} Hours */

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const USUAL = { start: "09:00", end: "17:00" };

/** When an agent works, by weekday. @param {{agent: Agent, onSaved: (agent: Agent) => void}} props */
export function WorkingHours({ agent, onSaved }) {
  const [hours, setHours] = useState(/** @type {Hours} */ (agent.working_hours));
  const save = async () => {
    onSaved((await api.put(`/api/agents/${agent.id}`, { working_hours: hours })).agent);
    notify(t("office.saved"));
  };
  const fill = () => setHours(Object.fromEntries(DAYS.slice(0, 5).map((day) => [day, hours.monday ?? USUAL])));
  const more = html`<${Button} onClick=${fill}>${t("people.hours.fill")}<//>`;
  return html`<${Panel} title=${t("people.hours")}>
    <p class="field-help">${t("people.hours.help")}</p>
    <${PageForm} action=${t("office.save")} act=${save} more=${more}>
      ${(/** @type {import("../office/form-dialog.js").ProblemOf} */ problemOf) => html`<ul class="people-hours">
        ${DAYS.map(
          (day, at) => html`<${Day}
            key=${day}
            name=${dayName(at)}
            hours=${hours[day] ?? null}
            problem=${problemOf(`working_hours.${day}`) ?? problemOf(`working_hours.${day}.start`) ?? problemOf(`working_hours.${day}.end`)}
            onChange=${(/** @type {{start: string, end: string} | null} */ changed) => {
              const { [day]: _before, ...rest } = hours;
              setHours(changed === null ? rest : { ...rest, [day]: changed });
            }}
          />`,
        )}
      </ul>`}
    <//>
  <//>`;
}

/**
 * @param {{
 *   name: string, hours: {start: string, end: string} | null, problem: string | null,
 *   onChange: (hours: {start: string, end: string} | null) => void,
 * }} props
 */
function Day({ name, hours, problem, onChange }) {
  const id = useId();
  /** @param {"start" | "end"} which */
  const clock = (which) => html`<input
    type="time"
    required
    value=${hours?.[which] ?? ""}
    disabled=${hours === null}
    aria-label=${t(`people.hours.${which}`, { day: name })}
    aria-invalid=${problem ? "true" : undefined}
    aria-describedby=${problem ? `${id}-error` : undefined}
    onInput=${(/** @type {any} */ event) => hours && onChange({ ...hours, [which]: event.currentTarget.value })}
  />`;
  return html`<li>
    <label class="people-day" for=${id}>
      <input id=${id} type="checkbox" checked=${hours !== null} onChange=${() => onChange(hours === null ? USUAL : null)} />
      <span>${name}</span>
    </label>
    ${clock("start")} <span aria-hidden="true">–</span> ${clock("end")}
    ${hours !== null && hours.end < hours.start && html`<small class="field-help">${t("people.hours.next_day")}</small>`}
    ${problem && html`<small id=${`${id}-error`} class="field-error" role="alert">${problem}</small>`}
  </li>`;
}

/** The weekday's name; the first of January 2024 was a Monday. @param {number} at */
function dayName(at) {
  return new Intl.DateTimeFormat(language.value, { weekday: "long", timeZone: "UTC" }).format(
    Date.UTC(2024, 0, 1 + at),
  );
}

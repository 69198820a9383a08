import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { ApiError } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { Dialog } from "../kit/components/dialog.js";
import { Field } from "../kit/components/field.js";
import { notify } from "../kit/components/notify.js";
import { Select } from "../kit/components/select.js";
import { useAction } from "../kit/resource.js";
import { formatInstant, moment, viewerZone, zoneName } from "../kit/time.js";
import { t } from "../kit/words.js";
import { suggestions } from "./callback-times.js";
import { conclude } from "./deeds.js";
import { clearRefusal, reasonOf } from "./press.js";
import { inWords } from "./refusal-words.js";
import { instantOf, isZone, wallOf } from "./zone-time.js";

/**
 * Promise a call to the minute, on the lead's clock, with one's own beside it.
 * @param {{
 *   call: import("./desk-shapes.js").DeskCall, choice: import("./desk-snapshot.js").DispositionChoice, zone: string | null,
 *   onClose: () => void,
 * }} props
 */
export function CallbackDialog({ call, choice, zone, onClose }) {
  const there = isZone(zone) ? /** @type {string} */ (zone) : viewerZone;
  const quick = suggestions(moment(), there);
  const [wall, setWall] = useState(quick[0]?.wall ?? "");
  const [who, setWho] = useState("me");
  const [refused, setRefused] = useState(/** @type {{text: string, next: string | null} | null} */ (null));
  const instant = instantOf(wall, there);
  const save = useAction(async () => {
    setRefused(null);
    try {
      await conclude(call.id, choice, {
        callback_at: wall,
        callback_agent: who === "me" ? "me" : null,
        ...(isZone(zone) ? {} : { callback_time_zone: there }),
      });
      clearRefusal("dispositions");
      notify(t("softphone.callback.saved", { time: formatInstant(instant, { zone: there, withZone: true }) }));
      onClose();
    } catch (error) {
      setRefused(refusalOf(error));
    }
  });
  /** @param {string} next */
  const change = (next) => {
    setWall(next);
    setRefused(null);
  };
  const problem = refused?.text ?? (wall !== "" && instant === null ? t("softphone.callback.skipped") : null);
  const actions = html`<${Button} onClick=${onClose}>${t("kit.cancel")}<//>
    <${Button} kind="main" type="submit" form="callback-form" isBusy=${save.isBusy} disabled=${instant === null}>${t("softphone.callback.save")}<//>`;
  return html`<${Dialog} title=${t("softphone.callback.title")} class="callback-dialog" onClose=${onClose} actions=${actions}>
    <form id="callback-form" onSubmit=${(/** @type {Event} */ event) => {
      event.preventDefault();
      void save.run();
    }}>
      <p class="callback-quick">${quick.map(
        ({ name, wall: at }) =>
          html`<${Button} key=${name} class="small" aria-pressed=${String(at === wall)} onClick=${() => change(at)}>${t(`softphone.callback.${name}`)}<//>`,
      )}</p>
      <${Field} label=${t("softphone.callback.at")} type="datetime-local" value=${wall} min=${wallOf(moment(), there)} required autofocus
        error=${problem} onInput=${change}
        help=${isZone(zone) ? t("softphone.callback.zone", { zone: zoneName(there) }) : t("softphone.callback.noZone")} />
      ${
        refused?.next &&
        html`<${Button} class="small" onClick=${() => change(wallOf(Date.parse(refused.next ?? ""), there))}>
        ${t("softphone.callback.next", { time: formatInstant(refused.next, { zone: there, withZone: true }) })}<//>`
      }
      <p class="callback-yours">${instant !== null && t("softphone.callback.yours", { time: formatInstant(instant, { withZone: true }) })}</p>
      <${Select} label=${t("softphone.callback.who")} value=${who} onChange=${setWho}
        options=${[
          { value: "me", label: t("softphone.callback.me") },
          { value: "team", label: t("softphone.callback.team") },
        ]} />
    </form>
  <//>`;
}

/** @param {unknown} error */
function refusalOf(error) {
  const said = inWords(error);
  if (!(said instanceof ApiError)) return { text: reasonOf(error), next: null };
  const next = /** @type {any} */ (said.body)?.details?.next_possible_at ?? null;
  // The server's words are English; the one thing that matters in them is shown in the agent's language.
  return { text: next ? t("softphone.callback.notAllowed") : (said.of("callback_at") ?? reasonOf(error)), next };
}

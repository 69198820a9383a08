import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { useResource } from "../kit/resource.js";
import { t } from "../kit/words.js";
import { Dispositions } from "./dispositions.js";
import { NotesPanel } from "./notes-panel.js";

/** An earlier call that nobody has concluded: small, until somebody does. @param {{call: import("./desk-shapes.js").DeskCall}} props */
export function LastCall({ call }) {
  const [isOpen, setOpen] = useState(false);
  const name = call.name || call.phone;
  return html`<section class="last-call panel" aria-label=${t("softphone.call.lastCall", { name })}>
    <div class="last-call-line">
      <span><span class="icon tone-warn" aria-hidden="true">!</span> ${t("softphone.call.lastCall", { name })}</span>
      <${Button} class="small" aria-expanded=${String(isOpen)} onClick=${() => setOpen(!isOpen)}>
        ${t(isOpen ? "softphone.call.lastCallClose" : "softphone.call.lastCallOpen")}<//>
    </div>
    ${isOpen && html`<${Conclusion} call=${call} />`}
  </section>`;
}

/** @param {{call: import("./desk-shapes.js").DeskCall}} props */
function Conclusion({ call }) {
  const { data } = useResource(
    (signal) => api.get(`/api/campaigns/${call.campaignId}/dispositions`, { signal }),
    [call.campaignId],
  );
  return html`<${NotesPanel} call=${call} hasKey=${false} />
    <${Dispositions} call=${call} choices=${data?.dispositions ?? []} zone=${call.zone} hasKeys=${false} />`;
}

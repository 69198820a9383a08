import { html } from "htm/preact";

import { Panel } from "../kit/components/panel.js";
import { Select } from "../kit/components/select.js";
import { theme } from "../kit/preferences.js";
import { formatTime, now, viewerZone } from "../kit/time.js";
import { LANGUAGES, language, speak, t } from "../kit/words.js";

const THEMES = /** @type {const} */ (["system", "light", "dark"]);

/** The language, the theme, and which zone times are shown in. */
export function LookPanel() {
  const languages = Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }));
  const themes = THEMES.map((value) => ({ value, label: t(`profile.look.theme.${value}`) }));
  return html`<${Panel} title=${t("profile.look")}>
    <${Select}
      label=${t("profile.look.language")}
      value=${language.value}
      options=${languages}
      onChange=${(/** @type {string} */ wanted) => speak(/** @type {import("../kit/words.js").Language} */ (wanted))}
    />
    <${Select}
      label=${t("profile.look.theme")}
      value=${theme.value}
      options=${themes}
      onChange=${(/** @type {string} */ wanted) => {
        theme.value = /** @type {import("../kit/preferences.js").Theme} */ (wanted);
      }}
    />
    <p class="field-help">
      ${t("profile.look.zoneHint", { zone: viewerZone, time: formatTime(now.value) })} ${t("profile.look.kept")}
    </p>
  <//>`;
}

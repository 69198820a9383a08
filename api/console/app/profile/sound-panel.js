import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { Checkbox } from "../kit/components/checkbox.js";
import { Panel } from "../kit/components/panel.js";
import { hasNotifications, hasSound } from "../kit/preferences.js";
import { t } from "../kit/words.js";

/** How a call makes itself noticed. */
export function SoundPanel() {
  const isAble = "Notification" in window;
  const [permission, setPermission] = useState(isAble ? Notification.permission : "denied");
  /** @param {boolean} wanted */
  const choose = async (wanted) => {
    const given = wanted && permission === "default" ? await Notification.requestPermission() : permission;
    setPermission(given);
    hasNotifications.value = wanted && given === "granted";
  };
  const help = isAble ? permission === "denied" && t("profile.sound.denied") : t("profile.sound.unavailable");
  return html`<${Panel} title=${t("profile.sound")}>
    <${Checkbox}
      isSwitch
      label=${t("profile.sound.ring")}
      checked=${hasSound.value}
      onChange=${(/** @type {boolean} */ wanted) => {
        hasSound.value = wanted;
      }}
    />
    <${Checkbox}
      isSwitch
      label=${t("profile.sound.notify")}
      help=${help || undefined}
      disabled=${permission === "denied"}
      checked=${hasNotifications.value && permission === "granted"}
      onChange=${choose}
    />
  <//>`;
}

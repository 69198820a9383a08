import { html } from "htm/preact";

import { ConfirmDialog } from "../kit/components/confirm.js";
import { Notices } from "../kit/components/notify.js";
import { session } from "../kit/session.js";
import { t } from "../kit/words.js";
import { ConnectionBanner } from "./connection-banner.js";
import { CurrentPage } from "./current-page.js";
import { Navigation } from "./navigation.js";
import { useSecondFactorGate } from "./second-factor-gate.js";
import { ShortcutList } from "./shortcut-list.js";

/** What is around every page: the way past the navigation, the navigation, news, questions. */
export function Shell() {
  const isSignedIn = session.value !== null;
  const hasNavigation = useSecondFactorGate() !== "needed" && isSignedIn;
  return html`
    <a class="skip" href="#main" onClick=${skip}>${t("kit.skip")}</a>
    <div class=${hasNavigation ? "shell" : "shell shell-outside"}>
      ${hasNavigation && html`<${Navigation} />`}
      <main id="main" tabindex="-1">
        ${isSignedIn && html`<${ConnectionBanner} />`}
        <${CurrentPage} />
      </main>
    </div>
    <${Notices} />
    <${ConfirmDialog} />
    <${ShortcutList} />
  `;
}

/** The address behind `#` is the page's: the focus is moved by hand. @param {Event} event */
function skip(event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { Page } from "../kit/components/page.js";
import { t } from "../kit/words.js";
import { KeysPanel } from "./keys-panel.js";
import { LookPanel } from "./look-panel.js";
import { PasswordPanel } from "./password-panel.js";
import { PersonPanel } from "./person-panel.js";
import { SecondFactorPanel } from "./second-factor-panel.js";
import { SessionsPanel } from "./sessions-panel.js";
import { SoundPanel } from "./sound-panel.js";

/** Everything about oneself: who one is, how one gets in, and how the console looks and sounds. */
export function Profile() {
  // A new password and a new second factor end the other sessions.
  const [changes, setChanges] = useState(0);
  const note = () => setChanges((before) => before + 1);
  return html`<${Page} title=${t("profile.title")}>
    <div class="profile">
      <div class="profile-column">
        <${PersonPanel} />
        <${PasswordPanel} onChanged=${note} />
        <${SecondFactorPanel} onChanged=${note} />
      </div>
      <div class="profile-column">
        <${LookPanel} />
        <${SoundPanel} />
        <${KeysPanel} />
      </div>
      <${SessionsPanel} changes=${changes} />
    </div>
  <//>`;
}

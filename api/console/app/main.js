/** Starts the console in this tab. */

import { render } from "preact";
import { html } from "htm/preact";

import { applyPreferences } from "./kit/preferences.js";
import { listenForShortcuts } from "./kit/shortcuts.js";
import { keepConnected } from "./kit/socket.js";
import { learn } from "./kit/words.js";
import { Shell } from "./shell/shell.js";

applyPreferences();
await learn("kit");
keepConnected();
listenForShortcuts();
const root = /** @type {HTMLElement} */ (document.getElementById("console"));
root.replaceChildren();
render(html`<${Shell} />`, root);

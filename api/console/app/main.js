/** Starts the console in this tab. */

import { render } from "preact";
import { html } from "htm/preact";

import { applyPreferences } from "./kit/preferences.js";
import { listenForShortcuts } from "./kit/shortcuts.js";
import { keepConnected } from "./kit/socket.js";
import { learn } from "./kit/words.js";
import { Shell } from "./shell/shell.js";

const root = /** @type {HTMLElement} */ (document.getElementById("console"));

applyPreferences();
try {
  await learn("kit");
  keepConnected();
  listenForShortcuts();
  root.replaceChildren();
  render(html`<${Shell} />`, root);
} catch (problem) {
  // Not even the words are there to say it in: the page has brought this one sentence along.
  console.warn("The console could not start.", problem);
  /** @type {HTMLElement} */ (document.getElementById("not-started")).hidden = false;
}

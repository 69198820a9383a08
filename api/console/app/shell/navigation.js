import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";

import { Button } from "../kit/components/button.js";
import { href, navigate, place } from "../kit/router.js";
import { can, signOut, user } from "../kit/session.js";
import { t } from "../kit/words.js";
import { NAVIGATION } from "../pages.js";
import { showShortcuts } from "./shortcut-list.js";

/** The way to every page that one may see; on a narrow screen behind a button. */
export function Navigation() {
  const [isOpen, setOpen] = useState(false);
  const { path } = place.value;
  useEffect(() => setOpen(false), [path]);
  const entries = NAVIGATION.filter((entry) => can(entry.role));
  /** @param {KeyboardEvent} event */
  const closeByEscape = (event) => {
    if (event.key !== "Escape" || !isOpen) return;
    setOpen(false);
    /** @type {HTMLElement | null} */ (document.querySelector(".sidebar-button"))?.focus();
  };
  return html`<header class=${isOpen ? "sidebar sidebar-open" : "sidebar"} onKeyDown=${closeByEscape}>
    <div class="sidebar-head">
      <a class="brand" href=${href("/")}><span aria-hidden="true">⁙</span> Dialer</a>
      <${Button}
        class="sidebar-button"
        kind="quiet"
        icon=${isOpen ? "✕" : "☰"}
        label=${t(isOpen ? "kit.nav.hide" : "kit.nav.show")}
        aria-expanded=${isOpen ? "true" : "false"}
        aria-controls="navigation"
        onClick=${() => setOpen(!isOpen)}
      />
    </div>
    <nav id="navigation" aria-label=${t("kit.nav.label")}>
      <ul>
        ${entries.map(
          (entry) => html`<li key=${entry.path}>
            <a href=${href(entry.path)} aria-current=${isWithin(path, entry.path) ? "page" : undefined}>
              <span class="icon" aria-hidden="true">${entry.icon}</span>${t(entry.word)}
            </a>
          </li>`,
        )}
      </ul>
      <div class="sidebar-foot">
        ${
          can("admin") &&
          html`<a href=${href("/first-steps")} aria-current=${path === "/first-steps" ? "page" : undefined}>
          <span class="icon" aria-hidden="true">✓</span>${t("kit.nav.first_steps")}
        </a>`
        }
        <${Button} kind="quiet" icon="?" onClick=${showShortcuts}>${t("kit.shortcuts.button")}<//>
        <a class="sidebar-user" href=${href("/profile")} aria-current=${path === "/profile" ? "page" : undefined}>
          <span>${user.value?.name}</span>
          <small>${user.value && t(`kit.roles.${user.value.role}`)}</small>
        </a>
        <${Button} kind="quiet" icon="⇥" onClick=${leave}>${t("kit.nav.sign_out")}<//>
      </div>
    </nav>
  </header>`;
}

/** @param {string} path @param {string} entry */
function isWithin(path, entry) {
  return path === entry || path.startsWith(`${entry}/`);
}

async function leave() {
  const ended = signOut();
  // At once: whoever signs in next is not led to where this one was.
  navigate("/sign-in", { replace: true });
  await ended;
}

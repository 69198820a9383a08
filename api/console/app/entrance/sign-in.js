import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";

import { navigate } from "../kit/router.js";
import { session, signIn } from "../kit/session.js";
import { CodeStep } from "./code-step.js";
import { PasswordStep } from "./password-step.js";

/** @typedef {{token: string, email: string, until: number}} Challenge */

/**
 * Signing in: the password, then a code of those who have a second factor. Leads to where one was going.
 * @param {{route: import("../kit/router.js").Route}} props
 */
export function SignIn({ route }) {
  const [email, setEmail] = useState("");
  const [challenge, setChallenge] = useState(/** @type {Challenge | null} */ (null));
  const [isLate, setLate] = useState(false);
  const wanted = route.query.get("to");
  const isSignedIn = session.value !== null;
  useEffect(() => {
    // Also when another tab has signed in meanwhile.
    if (isSignedIn) goOn(wanted);
  }, [isSignedIn]);

  if (challenge !== null) {
    return html`<${CodeStep}
      challenge=${challenge}
      onDone=${signIn}
      onBack=${() => setChallenge(null)}
      onLate=${() => {
        setLate(true);
        setChallenge(null);
      }}
    />`;
  }
  return html`<${PasswordStep}
    email=${email}
    onEmail=${setEmail}
    isLate=${isLate}
    isReset=${route.query.get("reset") === "done"}
    onDone=${signIn}
    onChallenge=${setChallenge}
  />`;
}

/** Only pages of ours are gone to, whatever a link asks for. @param {string | null} wanted */
function goOn(wanted) {
  const [path = "/", query = ""] = (wanted ?? "/").split("?", 2);
  const isPage = path.startsWith("/") && !path.startsWith("//") && path !== "/sign-in";
  navigate(isPage ? path : "/", { query: Object.fromEntries(new URLSearchParams(query)), replace: true });
}

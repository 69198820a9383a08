import { notify } from "../kit/components/notify.js";
import { t } from "../kit/words.js";

/** Put a text on the clipboard, and say whether that worked. @param {string} text */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    notify(t("profile.factor.copied"));
  } catch {
    notify(t("profile.factor.notCopied"), "bad");
  }
}

import { hasWord, t } from "../kit/words.js";

/** Reasons that the product brings along are called so in every language. @param {{key: string | null, name: string}} reason */
export function reasonName({ key, name }) {
  const word = `softphone.reason.${key}`;
  return key !== null && hasWord(word) ? t(word) : name || t("softphone.status.plainBreak");
}

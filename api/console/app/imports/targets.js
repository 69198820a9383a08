/** What a column of a file may be taken for. */

import { t } from "../kit/words.js";

export const TARGETS = [
  "phone",
  "phone2",
  "phone3",
  "phone4",
  "phone5",
  "first_name",
  "last_name",
  "full_name",
  "email",
  "country",
  "state",
  "postal_code",
  "time_zone",
  "external_id",
  "consent",
  "do_not_call",
  "priority",
  "type",
  "notes",
  "city",
  "address",
  "company",
];

const OWN = "custom_fields.";

/**
 * What a column may be, for a choice: the fields, itself under its own name, or nothing.
 * @param {string} header
 * @param {string | null} current
 */
export function targetOptions(header, current) {
  const own = `${OWN}${header}`;
  const custom = current?.startsWith(OWN) && current !== own ? [current] : [];
  return [
    { value: "ignore", label: t("imports.ignore") },
    ...TARGETS.map((target) => ({ value: target, label: t(`imports.target.${target}`) })),
    ...[own, ...custom].map((target) => ({
      value: target,
      label: t("imports.custom_field", { name: target.slice(OWN.length) }),
    })),
  ];
}

/** How a target is chosen in a list. @param {string | null} target */
export const chosenTarget = (target) => {
  if (target === null) return "ignore";
  // Some fields are custom fields with names of their own.
  const short = target.startsWith(OWN) ? target.slice(OWN.length) : target;
  return ["city", "address", "company"].includes(short) ? short : target;
};

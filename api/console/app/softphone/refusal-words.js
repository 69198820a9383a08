/** The server's refusals are English; the usual ones are said in the agent's language here, any other as it came. */

import { ApiError } from "../kit/api.js";
import { t } from "../kit/words.js";

/** As the server says them; a name in braces stands for anything. @type {Record<string, string>} */
const SENTENCES = {
  "There is no call with this id.": "softphone.refused.call_over",
  "The call is over.": "softphone.refused.call_over",
  "The call is over, or not there any more.": "softphone.refused.call_over",
  "Nobody is talking in this call.": "softphone.refused.nobody_talks",
  "No agent is in this call any more.": "softphone.refused.nobody_talks",
  "This is not a call of yours.": "softphone.refused.not_yours",
  "This call is not recorded.": "softphone.refused.not_recorded",
  "The call is being transferred.": "softphone.refused.moving",
  "The call has been handed over.": "softphone.refused.handed_over",
  "Only who hands the call over decides about it.": "softphone.refused.not_giver",
  "The two are not talking with each other.": "softphone.refused.not_consulting",
  "Only who works at a console can confer first.": "softphone.refused.console_only",
  "{name} is not available.": "softphone.refused.not_available",
  "Nobody of that group is available.": "softphone.refused.group_busy",
  "must be in international form, such as +14155553333": "softphone.refused.international",
  "is the callee's own number": "softphone.refused.own_number",
  "has the call already": "softphone.refused.has_call",
  "The wrap-up is over.": "softphone.refused.wrap_up_over",
  "The wrap-up cannot be made longer: the campaign's limit is used up.": "softphone.refused.wrap_up_limit",
  "This lead has been dialled.": "softphone.refused.lead_dialled",
  "This lead was skipped.": "softphone.refused.lead_gone",
  "This lead was taken back.": "softphone.refused.lead_gone",
  "The time to look at this lead is over: ask for the next one.": "softphone.refused.lead_gone",
  "This number is being called at this moment, or the lead is not yours any more.": "softphone.refused.lead_gone",
  "A lead of another campaign is on the agent's screen: dial or skip it first.": "softphone.refused.other_lead",
  "No preview campaign of this agent is active.": "softphone.refused.no_preview",
  "The agent has a call.": "softphone.refused.has_call_now",
  "The agent is not available: declare it first.": "softphone.refused.not_ready",
  "The agent has no audio: connect the console or check the phone first.": "softphone.refused.no_audio",
  "The agent is deactivated.": "softphone.refused.deactivated",
  "The call was withdrawn.": "softphone.refused.withdrawn",
  "This person asked not to be called.": "softphone.refused.do_not_call",
  "must be in the future; it is {time} where the callee is": "softphone.refused.past",
  "must be within a year": "softphone.refused.too_far",
  "there is no such reason, or it is not offered any more": "softphone.refused.no_reason",
};

const PATTERNS = Object.entries(SENTENCES)
  .filter(([sentence]) => sentence.includes("{"))
  .map(([sentence, key]) => ({ pattern: new RegExp(`^${sentence.replace(/\{(\w+)\}/g, "(?<$1>.+)")}$`), key }));

/** What the server said, in the agent's language if it is one of the usual things. @param {string} said */
export function saidInWords(said) {
  const key = SENTENCES[said];
  if (key !== undefined) return t(key);
  for (const { pattern, key: found } of PATTERNS) {
    const parts = pattern.exec(said)?.groups;
    if (parts) return t(found, { ...parts });
  }
  return said;
}

/**
 * The same refusal, said so; anything else as it is.
 * @template Thrown
 * @param {Thrown} error
 * @returns {Thrown | ApiError}
 */
export function inWords(error) {
  if (!(error instanceof ApiError)) return error;
  // Of a single wrong field the whole message is the field's name and what is wrong with it.
  const [only] = error.fields;
  const isFields = only !== undefined && error.message === `${only.field}: ${only.message}`;
  return new ApiError(isFields ? saidInWords(only.message) : saidInWords(error.message), {
    ...error,
    fields: error.fields.map(({ field, message }) => ({ field, message: saidInWords(message) })),
  });
}

// Whether a decision is whole, before it leaves: the server judges, this only spares the way there and back.
// What is unusual but allowed asks for one more press.

import { desk, note, words } from "./desk.js";
import { isBelow, missing, unrated } from "./asked.js";
import { isEdited, isPromptEdited } from "./editor.js";
import { isTooLong, tellTooLong } from "./limit.js";

const chosen = (form, name) => form.querySelector(`[name="${name}"]:checked`);
const textOf = (form) => form.querySelector("#text")?.value.trim() ?? "";
const isRanked = (form) => [...form.querySelectorAll("select[name^=place-]")].every((select) => select.value);
const hasWords = (form, name) => Boolean(form.querySelector(`[name=${name}]`)?.value.trim());

/** What is missing for each decision: the first that applies, as [whether, the name of its sentence]. */
const WANTS = {
  reject: (form) => [[!chosen(form, "reasons"), "reasonMissing"]],
  rank: (form) => [[!chosen(form, "all_bad") && !isRanked(form), "rankAll"]],
  pick: (form) => [[!chosen(form, "best"), "notPicked"], ...asItIs(form)],
  accept: asItIs,
  rewrite: (form) => [
    [form.matches(".desk-pick") && !chosen(form, "best"), "notPicked"],
    [!textOf(form), "emptyRewrite"],
    [!isEdited(form) && isBelow(form), "belowLine"],
    [isBelow(form) && !isEdited(form), "belowLine"],
    [form.querySelector("[name=flaw]") && isEdited(form) && !hasWords(form, "flaw"), "flawMissing"],
  ],
};

function asItIs(form) {
  return [
    [unrated(form).length, "ratingMissing"],
    [isBelow(form), "belowLine"],
  ];
}

/** What is allowed, but hardly meant. */
const DOUBTS = {
  accept: (form) => isEdited(form) && "discards",
  pick: (form) => form.matches(".rewriting") && isEdited(form) && "discards",
  rewrite: (form) => (!isEdited(form) && !isPromptEdited(form) && "unchanged") || (form.querySelector("#hints [data-severity=warning]") && "warned"),
};

/** Whether the decision may leave; else it is said what is missing. */
export function mayDecide(form, button) {
  if (button.name !== "verb") return isSaid(form, button);
  const verb = button.value;
  if (isTooLong(form)) return tellTooLong(form);
  const want = (WANTS[verb]?.(form) ?? []).find(([applies]) => applies);
  if (want) return said(form, words[want[1]]);
  const field = missing(form, verb);
  if (field) {
    field.querySelector("input, select, textarea")?.focus();
    return said(form, words.fieldMissing.replace("{name}", field.dataset.name));
  }
  if (verb === "rewrite" && form.querySelector("#hints [data-severity=error]")) return said(form, words.blocked);
  const doubt = form.dataset.confirmed === verb ? "" : DOUBTS[verb]?.(form);
  if (!doubt) return true;
  form.dataset.confirmed = verb;
  return said(form, words[doubt]);
}

/** Whether the note is there that a reason needs. */
function isSaid(form, button) {
  const field = button.dataset.needs && form.elements[button.dataset.needs];
  if (!field || field.value.trim()) return true;
  field.focus();
  return said(form, field.placeholder);
}

function said(form, sentence) {
  note(sentence, { node: form });
  return false;
}

document.addEventListener("input", () => {
  if (desk()) delete desk().dataset.confirmed;
});

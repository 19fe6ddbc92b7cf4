// A text too long to be stored, as a table pasted whole: it stays in the editor, and nothing of it is
// sent, for the server would refuse it each time.

import { desk, isForm, note, unsay, words } from "./desk.js";

let said = false;

/** Whether the editor holds more characters, not UTF-16 units, than the server takes. */
export function isTooLong(form = desk()) {
  const text = isForm(form) && form.querySelector("#text");
  if (!text || text.value.length <= text.dataset.limit) return false;
  return text.value.length > 2 * text.dataset.limit || [...text.value].length > text.dataset.limit;
}

/** Say so; returns false, as those do who ask whether a decision may leave. */
export function tellTooLong(form = desk()) {
  const limit = Number(form.querySelector("#text").dataset.limit).toLocaleString(document.documentElement.lang);
  note(words.tooLong.replace("{n}", limit), { node: form, kind: "bad" });
  return false;
}

// Before it reaches those who save, compare and check.
document.addEventListener(
  "input",
  (event) => {
    if (event.target.id !== "text") return;
    const tooLong = isTooLong();
    if (tooLong) {
      event.stopImmediatePropagation();
      tellTooLong();
    } else if (said) unsay();
    said = tooLong;
  },
  true,
);

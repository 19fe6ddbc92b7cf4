// What the project asks beside the decision: points on its scales, and free fields under conditions.

import { bindKeys } from "../keys.js";
import { desk, isForm } from "./desk.js";
import { isEdited, openEditor } from "./editor.js";

const scales = (form = desk()) => [...form.querySelectorAll("[data-scale]")];
const pointsOf = (scale) => Number(scale.querySelector(":checked")?.value ?? 0);
const lineOf = (scale) => (scale.dataset.line === "" ? -Infinity : Number(scale.dataset.line));

export const unrated = (form) => scales(form).filter((scale) => !scale.querySelector(":checked"));
export const isBelow = (form) => scales(form).some((scale) => scale.querySelector(":checked") && pointsOf(scale) < lineOf(scale));

/** The decision that the desk as it stands would come to; conditions of fields speak of it. */
function leaning(form) {
  if (form.querySelector("#reject")?.open) return "reject";
  if (isEdited(form) && (!form.matches(".desk-pick") || form.matches(".rewriting"))) return "rewrite";
  return form.dataset.verb;
}

function valuesOf(form, name, verb) {
  return name === "verb" ? [verb] : new FormData(form).getAll(`field-${name}`);
}

/** Show the fields whose condition holds; the others keep what is in them and are not asked for. */
export function settle(form, verb = leaning(form)) {
  for (const field of form.querySelectorAll("[data-when]")) {
    const values = field.dataset.values.split("\n");
    const holds = valuesOf(form, field.dataset.when, verb).some((value) => values.includes(value));
    field.hidden = !holds;
  }
  const asked = form.querySelector("#asked");
  if (asked) asked.hidden = !asked.querySelector("[data-scale], .asked-field:not([hidden])");
}

/** The first required field that is empty, of those that are asked for with `verb`. */
export function missing(form, verb) {
  settle(form, verb);
  return [...form.querySelectorAll(".asked-field[data-required]:not([hidden])")].find(
    (field) => !new FormData(form).getAll(field.dataset.field).some((value) => value.trim()),
  );
}

function change({ target }) {
  const form = target.closest?.("#desk");
  if (!isForm(form)) return;
  settle(form);
  const below = isBelow(form);
  form.classList.toggle("below", below);
  const notice = form.querySelector("#below");
  if (notice) notice.hidden = !below;
  if (below && target.name?.startsWith("rate-")) openEditor(form);
}

document.addEventListener("input", change);
document.addEventListener("toggle", change, true);
document.addEventListener("desk:arrive", ({ detail }) => isForm(detail.desk) && change({ target: detail.desk }));

// Digits go to the scale that has the focus, else to the first without points; an answer is picked first.

const current = () => document.activeElement?.closest("[data-scale]") ?? unrated(desk())[0];

function rate(points) {
  const box = current()?.querySelector(`input[value="${points}"]`);
  if (!box) return;
  box.checked = true;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  if (document.activeElement?.closest("[data-scale]")) unrated(desk())[0]?.querySelector("input").focus();
}

const picks = () => desk().matches(".desk-pick") && !desk().querySelector("[name=best]:checked");

function digit(number) {
  if (!picks()) return rate(number);
  desk().querySelector(`[name=best][value="${number}"]`)?.click();
}

bindKeys(Object.fromEntries([..."0123456789"].map((sign) => [sign, () => digit(Number(sign))])), {
  when: () => isForm(desk()) && !desk().dataset.sent && !desk().querySelector("details.panel[open], select[name^=place-]") && (scales().length || desk().matches(".desk-pick")),
});

/** Another answer is picked: J and K go through them. */
document.addEventListener("click", ({ target }) => {
  const step = target.closest?.("[data-pick-step]")?.dataset.pickStep;
  if (!step) return;
  const boxes = [...desk().querySelectorAll("[name=best]")];
  const at = boxes.findIndex((box) => box.checked);
  boxes[(at + Number(step) + boxes.length) % boxes.length].click();
});

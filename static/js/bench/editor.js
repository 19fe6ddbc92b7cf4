// Write and preview, and whether the answer was changed. Comparing and rendering are htmx.

import { desk, isForm, note, words } from "./desk.js";

const byId = (id) => document.getElementById(id);

/** Whether the editor holds something else than the answer that came with the pair. */
export function isEdited(form = desk()) {
  const text = form.querySelector("#text");
  if (!text) return false;
  const origin = form.matches(".desk-pick") ? pickedText(form) : text.defaultValue;
  return form.dataset.edited !== undefined || text.value.trim() !== origin.trim();
}

/** Whether the question is being changed. */
export const isPromptEdited = (form = desk()) =>
  [...form.querySelectorAll("#prompt textarea")].some((field) => field.value !== field.defaultValue);

const rawOf = (form, number) => form.querySelector(`[data-raw="${number}"]`)?.value ?? "";
const picked = (form) => form.querySelector("[name=best]:checked")?.value;
const pickedText = (form) => rawOf(form, picked(form));

export function showTab(name) {
  const text = byId("text");
  if (!text) return;
  const previewing = name === "preview";
  text.hidden = previewing;
  byId("preview").hidden = !previewing;
  byId("tab-write").setAttribute("aria-selected", String(!previewing));
  byId("tab-preview").setAttribute("aria-selected", String(previewing));
}

function write() {
  if (!openEditor()) return;
  showTab("write");
  byId("text").focus();
}

/** Where several answers stand, the editor opens beside the one that was picked; false where none is. */
export function openEditor(form = desk()) {
  if (!form.matches(".desk-pick")) return true;
  if (!picked(form)) {
    note(words.notPicked, { node: form });
    return false;
  }
  form.classList.add("rewriting");
  if (!byId("text").value) begin(form);
  return true;
}

/** The editor begins with the answer that was picked. */
function begin(form) {
  const text = byId("text");
  text.value = pickedText(form);
  text.dataset.from = picked(form);
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

// Another pick takes the place of one that was not written in yet.
document.addEventListener("change", ({ target }) => {
  const form = desk();
  if (target.name !== "best" || !form.matches(".rewriting")) return;
  const text = byId("text");
  if (text.value === rawOf(form, text.dataset.from)) begin(form);
});

const CLICKS = { "#tab-write": () => showTab("write"), "#tab-preview": () => showTab("preview"), "#edit": write };

// While the event comes down, before htmx sees it.
document.addEventListener(
  "click",
  ({ target }) => {
    for (const [selector, act] of Object.entries(CLICKS)) if (target.closest?.(selector)) act();
  },
  true,
);

// Whether the difference is open is a habit of the person, not of the pair.
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.id === "change") localStorage.setItem("cqia-difference", target.open ? "open" : "shut");
  },
  true,
);
document.addEventListener("desk:arrive", ({ detail }) => {
  const change = detail.desk.querySelector("#change");
  if (change) change.open = localStorage.getItem("cqia-difference") !== "shut";
});

/** The question is sent only where it is being edited: what is folded up and as it was is no edit. */
function settlePrompt(form) {
  const prompt = form.querySelector("#prompt");
  for (const field of prompt?.querySelectorAll("textarea") ?? []) {
    field.disabled = !prompt.open && field.value === field.defaultValue;
  }
}

document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.id !== "prompt") return;
    settlePrompt(target.closest("form"));
    if (target.open) target.querySelector("textarea").focus();
  },
  true,
);
document.addEventListener("desk:arrive", ({ detail }) => settlePrompt(detail.desk));

const markEdited = () => isForm(desk()) && desk().classList.toggle("edited", isEdited());
document.addEventListener("input", markEdited);
document.addEventListener("desk:arrive", markEdited);

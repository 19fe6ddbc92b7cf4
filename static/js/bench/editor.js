// Write and preview, and whether the answer was changed. Comparing and rendering are htmx.

import { desk, isForm } from "./desk.js";

const byId = (id) => document.getElementById(id);

/** Whether the editor holds something else than the answer that came with the pair. */
export function isEdited(form = desk()) {
  const text = form.querySelector("#text");
  if (!text) return false;
  const origin = form.matches(".desk-pick") ? pickedText(form) : text.defaultValue;
  return form.dataset.edited !== undefined || text.value.trim() !== origin.trim();
}

function pickedText(form) {
  const best = form.querySelector("[name=best]:checked")?.value;
  return form.querySelector(`[data-raw="${best}"]`)?.value ?? "";
}

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
  openEditor();
  showTab("write");
  byId("text").focus();
}

/** Where several answers stand, the editor opens beside the one that was picked. */
export function openEditor(form = desk()) {
  if (!form.matches(".desk-pick")) return;
  const text = byId("text");
  form.classList.add("rewriting");
  if (text.value) return;
  text.value = pickedText(form);
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

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

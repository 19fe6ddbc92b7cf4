// What folds out: the reasons of a rejection or of a skip, the editing of the question, and the aside with
// the guideline or the comments. Digits belong to the panel that is open.

import { bindKeys } from "../keys.js";
import { desk, isForm } from "./desk.js";

const openPanel = () => desk()?.querySelector("details.panel[open]");

function onToggle(panel) {
  const form = panel.closest("form");
  if (panel.open) for (const other of form.querySelectorAll("details.panel[open]")) if (other !== panel) other.open = false;
  const isAnyOpen = Boolean(form.querySelector("details.panel[open]"));
  for (const button of form.querySelectorAll("[data-rank], [data-digit]")) button.disabled = isAnyOpen;
  if (panel.open || panel.id !== "reject") return;
  const chosen = [...panel.querySelectorAll("[name=reasons]:checked")];
  for (const box of chosen) box.checked = false;
  if (chosen.length) panel.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("toggle", ({ target }) => target.matches?.("details.panel") && onToggle(target), true);
document.addEventListener("desk:arrive", ({ detail }) => {
  for (const panel of detail.desk.querySelectorAll("details.panel[open]")) onToggle(panel);
});
bindKeys(
  {
    escape: ({ target }) => {
      const panel = openPanel();
      panel.open = false;
      if (panel.contains(target)) target.blur();
    },
  },
  { when: () => isForm(desk()) && openPanel() },
);

// The aside: fetched by its link when it is first asked for, then shown and hidden

function toggleAside(event, link) {
  const aside = document.getElementById(link.dataset.panel);
  const isKnown = aside.dataset.of === link.href;
  if (isKnown) {
    event.preventDefault();
    event.stopPropagation();
  }
  const opens = !isKnown || aside.hidden;
  aside.dataset.of = link.href;
  for (const other of document.querySelectorAll(".bench-aside")) other.hidden = other !== aside || !opens;
  for (const other of document.querySelectorAll("[data-panel]")) other.setAttribute("aria-expanded", String(other === link && opens));
}

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.("[data-panel]");
    if (link) toggleAside(event, link);
    const close = event.target.closest?.("[data-close-guideline], [data-close-comments]");
    if (close) close.closest(".bench-aside").hidden = true;
  },
  true,
);

// Comments are of one pair: with the next one they close, and are fetched anew.
document.addEventListener("desk:arrive", ({ detail }) => {
  for (const aside of document.querySelectorAll(".bench-aside")) {
    const link = detail.desk.querySelector(`[data-panel="${aside.id}"]`);
    if (link && link.href === aside.dataset.of) link.setAttribute("aria-expanded", String(!aside.hidden));
    else {
      aside.hidden = true;
      delete aside.dataset.of;
    }
  }
});

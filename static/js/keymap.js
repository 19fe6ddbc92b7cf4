// The page of one's own keys: a field takes the key that is pressed in it, and two of one page that are
// the same are told at once. Without this the names are typed, and the server tells.

import { isComposing, nameOf } from "./keys.js";

const form = document.getElementById("keymap");
const LEAVES = new Set(["tab", "shift+tab", "escape", "enter"]);
const ALONE = new Set(["control", "alt", "shift", "meta", "capslock", "process", "dead", "unidentified"]);

form.addEventListener("keydown", (event) => {
  const field = event.target.closest("input[data-place]");
  if (!field || isComposing(event) || ALONE.has(event.key.toLowerCase())) return;
  const name = nameOf(event);
  if (LEAVES.has(name)) return;
  event.preventDefault();
  event.stopPropagation(); // it is chosen here, not used
  field.value = name;
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

form.addEventListener("input", markClashes);

function markClashes() {
  const fields = [...form.querySelectorAll("input[data-place]")];
  for (const field of fields) {
    const twice = fields.some(
      (other) => other !== field && other.dataset.place === field.dataset.place && other.value.trim().toLowerCase() === field.value.trim().toLowerCase(),
    );
    mark(field, twice);
  }
}

function mark(field, twice) {
  field.classList.toggle("clash", twice);
  field.setCustomValidity(twice ? form.dataset.clash : "");
  const note = field.parentElement.querySelector(".clash-note");
  if (!twice) note?.remove();
  else if (!note) {
    const added = field.parentElement.appendChild(document.createElement("p"));
    added.className = "clash-note";
    added.setAttribute("role", "status");
    added.textContent = form.dataset.clash;
  }
}

markClashes();

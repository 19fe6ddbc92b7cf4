// How many pairs one has decided on today: desks that came ahead do not know of the last decisions yet.

import { desk } from "./desk.js";

const format = new Intl.NumberFormat(document.documentElement.lang);
let count = Number(desk().querySelector("[data-today]")?.dataset.today ?? 0);

function tell() {
  const shown = desk().querySelector("[data-today]");
  if (shown) shown.textContent = format.format(count);
}

function add(number) {
  count += number;
  tell();
}

document.addEventListener("bench:decided", ({ detail }) => detail.entry.isSkip || add(1));
document.addEventListener("bench:returned", ({ detail }) => detail.entry.isSkip || add(-1));
document.addEventListener("bench:undone", () => add(-1));
// Left over from a page that is gone: this one has not counted it.
document.addEventListener("bench:sent", ({ detail }) => detail.node || detail.entry.isSkip || add(1));
document.addEventListener("desk:arrive", tell);

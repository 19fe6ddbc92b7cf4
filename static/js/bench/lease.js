// The clock of the lease, and its renewal while the person is at work.

import { desk, isForm, note, user, words } from "./desk.js";
import { post } from "./http.js";
import { place, placeRefusal } from "./pieces.js";

const RENEW = 60_000; // ms between two renewals
const SHORT = 120; // seconds
let active = false;
let renewed = Date.now();

function tick() {
  const shown = document.getElementById("lease");
  const form = desk();
  if (!shown || !isForm(form)) return;
  if (shown.dataset.counted === undefined) took(shown, form);
  const left = Math.max(0, Math.round((Number(form.dataset.until) - Date.now()) / 1000));
  shown.querySelector("b").textContent = clock(left);
  shown.classList.toggle("warn", left < SHORT);
  if (left === 0 && !form.querySelector("#said").textContent.trim()) note(words.over);
  if (active && Date.now() - renewed > RENEW && !form.dataset.sent) renew(form);
}

/** A clock that came with a desk counts from when the desk came, which may lie back; one that came alone,
 * from now. */
function took(shown, form) {
  shown.dataset.counted = "";
  if (form.dataset.until && form.dataset.clocked === undefined) form.dataset.clocked = "";
  else form.dataset.until = String(Date.now() + 1000 * shown.dataset.left);
}

async function renew(form) {
  active = false;
  renewed = Date.now();
  const body = new URLSearchParams({ as: user });
  const answer = await post(form.dataset.renew, body);
  if (answer.kind === "ok") place(answer.html, form);
  else if (answer.html) placeRefusal(answer.html, form);
}

function clock(seconds) {
  if (seconds >= 86_400) {
    const format = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "day", unitDisplay: "long" });
    return format.format(Math.floor(seconds / 86_400));
  }
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

setInterval(tick, 1000);
document.addEventListener("desk:arrive", tick);
for (const sign of ["keydown", "pointerdown", "pointermove", "wheel", "input"]) {
  document.addEventListener(sign, () => (active = true), { passive: true });
}

// Typed and not submitted: kept in this browser at once, on the server a moment later. One save at a time,
// each with the revision that it follows, so that two machines never overwrite each other.

import { claimOf, desk, isForm, user, words } from "./desk.js";
import { csrfToken, post } from "./http.js";
import { place, placeRefusal } from "./pieces.js";
import * as store from "./store.js";

const PAUSE = 1_200; // ms without a key until the server is told
const RETRY = 5_000;
const saving = new Map(); // claim → the save under way
const dirty = new Set(); // claims with something the server does not know
let timer = 0;

export const settled = (claim) => saving.get(claim) ?? Promise.resolve();

/** No more saves of a desk that was decided; its decision carries all of it. */
export function silence(form) {
  clearTimeout(timer);
  dirty.delete(claimOf(form));
  store.drop("draft", claimOf(form));
}

// This page by a mark of its own: it may save again before it has heard of its last save. A reload keeps
// the mark; another tab never has it, not even one that this browser's copy brings the same text to.
export const seat = seatOfPage();

function seatOfPage() {
  const fresh = Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join("");
  const isReload = performance.getEntriesByType("navigation")[0]?.type === "reload";
  try {
    return (sessionStorage["cqia-seat"] = (isReload && sessionStorage["cqia-seat"]) || fresh);
  } catch {
    return fresh; // no storage
  }
}

const fieldsOf = (form) => String(new URLSearchParams(new FormData(form)));

function changed({ target }) {
  const form = target.closest?.("#desk");
  if (!isForm(form) || form.dataset.sent || target.closest("[data-no-draft]")) return;
  dirty.add(claimOf(form));
  keepHere(form);
  clearTimeout(timer);
  if (form.dataset.conflict === undefined) timer = setTimeout(save, PAUSE, form);
}

const keepHere = (form) => store.keep("draft", claimOf(form), { claim: claimOf(form), fields: fieldsOf(form), at: Date.now() });

/** Save the desk now, after the save that is under way. */
export async function save(form = desk()) {
  if (!isForm(form) || form.dataset.sent) return;
  const claim = claimOf(form);
  await settled(claim);
  if (form.dataset.sent || form.dataset.conflict !== undefined) return;
  dirty.delete(claim);
  const under = post(form.dataset.draft, body(form)).then((answer) => saved(form, answer));
  saving.set(claim, under);
  await under;
  saving.delete(claim);
}

function body(form) {
  const fields = new URLSearchParams(fieldsOf(form));
  fields.set("as", user);
  return fields;
}

function saved(form, answer) {
  const claim = claimOf(form);
  if (answer.kind === "ok") {
    place(answer.html, form);
    if (!dirty.has(claim)) store.drop("draft", claim);
    return;
  }
  if (answer.html) placeRefusal(answer.html, form);
  if (form.querySelector(".conflict")) form.dataset.conflict = "";
  if (answer.status === 409) return store.drop("draft", claim); // it is on the server, beside the other
  dirty.add(claim);
  if (answer.kind === "unreachable" || answer.kind === "signed-out") {
    tellKept(form, answer.kind);
    timer = setTimeout(save, RETRY, form);
  }
}

function tellKept(form, kind) {
  const line = form.querySelector("#saved");
  const at = new Date().toLocaleTimeString(document.documentElement.lang, { hour12: false });
  if (line) line.textContent = (kind === "signed-out" ? words.signedOut : words.keptHere).replace("{at}", at);
}

/** What this browser kept of a desk and the server never got, put back into it. */
function restore({ detail }) {
  const form = detail.desk;
  if (!isForm(form) || form.dataset.restoredHere !== undefined) return;
  form.dataset.restoredHere = "";
  form.elements.seat.value = seat;
  const copy = store.kept("draft", claimOf(form));
  if (!copy) return;
  const fields = new URLSearchParams(copy.fields);
  if (fill(form, fields)) {
    dirty.add(claimOf(form));
    form.dispatchEvent(new Event("input", { bubbles: true }));
  } else store.drop("draft", claimOf(form));
}

const LEFT = new Set(["csrfmiddlewaretoken", "guideline", "form", "evidence", "verb", "as", "shown", "seat", "draft"]);

/** Write `fields` into the form, and open what they are folded up in; whether that changed anything. */
function fill(form, fields) {
  let changed = false;
  for (const field of form.elements) {
    if (!field.name || LEFT.has(field.name) || field.type === "submit") continue;
    if (!put(field, fields.getAll(field.name))) continue;
    changed = true;
    const fold = field.closest("details");
    if (fold) fold.open = true;
  }
  // What began from an older draft says so; the same text as the server's has seen the server's.
  if (changed) form.elements.draft.value = fields.get("draft") ?? form.elements.draft.value;
  return changed;
}

/** Write back what was decided of the desk, by a page that is gone. */
export function refill(form, fields) {
  fill(form, new URLSearchParams(fields));
  silence(form);
}

/** Whether the field held something else. What is a mark of the page is written, and is no change. */
function put(field, values) {
  if (field.type === "checkbox" || field.type === "radio") {
    const checked = values.includes(field.value);
    const differs = field.checked !== checked;
    field.checked = checked;
    return differs;
  }
  const value = values[0]?.replaceAll("\r\n", "\n");
  if (value === undefined || field.value === value) return false;
  field.value = value;
  field.disabled = false;
  return field.type !== "hidden";
}

document.addEventListener("input", changed);
document.addEventListener("desk:arrive", restore);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-save]");
  if (!button) return;
  event.preventDefault();
  clearTimeout(timer);
  save();
});
addEventListener("online", () => dirty.size && save());
addEventListener("pagehide", () => {
  const form = desk();
  if (!dirty.has(claimOf(form)) || form.dataset.sent || form.dataset.conflict !== undefined) return;
  const fields = body(form);
  fields.set("csrfmiddlewaretoken", csrfToken());
  navigator.sendBeacon(form.dataset.draft, fields);
});

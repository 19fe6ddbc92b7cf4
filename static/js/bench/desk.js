// The desk: the form of one pair, and its change for the next. Other modules listen to its events on
// the document: "desk:arrive" once a desk is on the page, "desk:decide" before its fields are read.

const bench = document.getElementById("bench");
// A second press of the same key, or the second half of a double click, is not a decision on a pair that
// nobody has seen yet.
const GUARD = { key: 150, pointer: 400 }; // ms

export const words = bench.dataset;
export const user = bench.dataset.user;
export const desk = () => document.getElementById("desk");
export const isForm = (node) => node instanceof HTMLFormElement;
export const claimOf = (node) => node?.dataset?.claim ?? "";
export const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

let shownAt = 0;
let shownClaim = null;

/** Put `node` in the place of the desk; returns the one that was there, which keeps all that is in it. */
export function show(node) {
  const old = desk();
  if (old === node) return old;
  document.activeElement?.blur();
  old.replaceWith(node);
  htmx.process(node);
  arrive(node);
  document.getElementById("main").focus({ preventScroll: true });
  scrollTo(0, 0);
  return old;
}

export function arrive(node) {
  if (claimOf(node) !== shownClaim) {
    shownClaim = claimOf(node);
    shownAt = performance.now();
    node.dataset.fresh = "";
    setTimeout(() => delete node.dataset.fresh, GUARD.key);
  }
  tell("desk:arrive", { desk: node });
}

/** Whether a press comes too soon after the desk to be meant for it. */
export const isStray = (byPointer) => performance.now() - shownAt < (byPointer ? GUARD.pointer : GUARD.key);

/** All fields of the desk with the button that was pressed, as the server reads them. */
export function fieldsOf(form, button) {
  tell("desk:decide", { desk: form });
  const data = new FormData(form);
  if (button?.name) data.set(button.name, button.value);
  return new URLSearchParams(data);
}

/** A sentence above the panes; an element says more than a sentence. */
export function note(said, { kind = "warn", node = desk() } = {}) {
  const region = node.querySelector("#said");
  if (!region) return;
  const notice = document.createElement("p");
  notice.className = `notice notice-${kind}`;
  notice.textContent = said;
  region.replaceChildren(notice);
}

export const unsay = (node = desk()) => node.querySelector("#said")?.replaceChildren();

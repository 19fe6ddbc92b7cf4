// The blind vote. Voting itself is htmx, its keys are data-key (keys.js); here are the guard against a second
// press of the same key, the place where reading begins, the end of undo, the keys of the criteria, the menu of
// skipping, and the tabs of a phone.

import { bindKeys } from "./keys.js";

// The next comparison may come before the finger has left the key.
const GUARD = 500; // ms
const MORE = "cqia-vote-more"; // whether criteria and tags are shown, kept in this browser

const byId = (id) => document.getElementById(id);
let unbind = () => {};

/** What every ballot needs, whether it came with the page or after a vote. */
function arrive() {
  endUndo();
  unbind();
  const more = document.querySelector(".vote-more");
  if (more) openMore(more);
  if (byId("answer-a")) watchTabs();
}

function begin() {
  arrive();
  const actions = document.querySelector(".vote-actions");
  if (!actions) return;
  actions.disabled = true;
  setTimeout(() => (actions.disabled = false), GUARD);
  byId("texts").scrollTop = 0;
  byId("texts").focus({ preventScroll: true });
}

/** Undo is refused later anyway; a button that can no longer do it does not offer it. */
function endUndo() {
  const undo = document.querySelector(".vote-undo");
  if (undo && !undo.disabled) setTimeout(() => (undo.disabled = true), byId("undo").dataset.seconds * 1000);
}

function openMore(more) {
  const kept = localStorage.getItem(MORE);
  more.open = kept ? kept === "open" : matchMedia("(min-width: 761px)").matches;
  more.addEventListener("toggle", () => localStorage.setItem(MORE, more.open ? "open" : "closed"));
  const keys = {};
  for (const rate of more.querySelectorAll("[data-cycle]")) {
    if (rate.dataset.cycle) keys[rate.dataset.cycle] = () => ((more.open = true), cycle(rate));
  }
  unbind = bindKeys(keys);
}

/** The next answer of a criterion; after the last, none again. */
function cycle(rate) {
  const choices = [...rate.querySelectorAll("input")];
  const at = choices.findIndex((each) => each.checked);
  if (at >= 0) choices[at].checked = false;
  const next = choices[at + 1];
  if (next) next.checked = true;
}

function show(id) {
  byId(id).scrollIntoView({ behavior: "smooth", block: "nearest", inline: "start" });
}

function watchTabs() {
  const answers = document.querySelector(".vote-answers");
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) mark(target.id);
      }
    },
    { root: answers, threshold: 0.6 },
  );
  for (const answer of answers.children) seen.observe(answer);
}

function mark(id) {
  for (const tab of document.querySelectorAll("[data-tab]")) {
    if (tab.dataset.tab === id) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tab]");
  if (!tab) return;
  event.preventDefault();
  show(tab.dataset.tab);
});

// Toggling does not bubble. The menu is walked by the arrows, and Enter chooses.
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.matches?.(".vote-skip[open]")) target.querySelector("[name=skip]").focus();
  },
  true,
);
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const menu = step && event.target.closest?.(".vote-skip[open]");
  if (!menu) return;
  event.preventDefault();
  const reasons = [...menu.querySelectorAll("[name=skip]")];
  reasons[(reasons.indexOf(event.target) + step + reasons.length) % reasons.length].focus();
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id === "vote") begin();
});

// Not begin(): the page was just asked for, and nobody has pressed a key for it.
arrive();

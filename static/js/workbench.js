// The workbench: the clock of the lease, focus, the places of a ranking, and what keeps text from being
// lost. Saving, comparing, previewing and submitting are htmx; letters and digits are data-key (keys.js).

import { bindKeys } from "./keys.js";

const RENEW = 60_000; // ms between two renewals of the lease, while the person is at work
const RETRY = 5_000; // ms until a draft that could not be saved is tried again
const byId = (id) => document.getElementById(id);

// The lease

let lease = null;
let deadline = 0;
let active = false;
let renewed = Date.now();

function tick() {
  const shown = byId("lease");
  if (!shown) return;
  if (shown !== lease) {
    lease = shown;
    renewed = Date.now();
    deadline = renewed + 1000 * shown.dataset.left;
  }
  const left = Math.max(0, Math.round((deadline - Date.now()) / 1000));
  shown.querySelector("b").textContent = clock(left);
  shown.classList.toggle("warn", left < 120);
  if (left === 0 && !byId("said").textContent.trim()) say(byId("desk").dataset.over);
  if (active && Date.now() - renewed > RENEW) {
    active = false;
    renewed = Date.now();
    htmx.trigger(shown, "alive");
  }
}

function clock(seconds) {
  if (seconds >= 86_400) {
    const days = Math.floor(seconds / 86_400);
    return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "day", unitDisplay: "long" }).format(days);
  }
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

setInterval(tick, 1000);
for (const sign of ["keydown", "pointerdown", "pointermove", "wheel", "input"]) {
  document.addEventListener(sign, () => (active = true), { passive: true });
}

function say(sentence) {
  const note = document.createElement("p");
  note.className = "notice notice-warn";
  note.textContent = sentence;
  byId("said").replaceChildren(note);
}

// Text that is not on the server yet

let unsaved = false;
let confirmed = false;

document.addEventListener("input", ({ target }) => {
  if (target.closest("#desk")) unsaved = true;
  confirmed = false;
});
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.target.id === "saved") unsaved = false;
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.target.id !== "saved" || detail.successful) return;
  unsaved = true;
  const status = detail.xhr?.status ?? 0;
  if (status === 0 || status >= 500) setTimeout(() => htmx.trigger("#saved", "save"), RETRY);
});
addEventListener("pagehide", () => {
  const form = byId("desk");
  if (unsaved && form instanceof HTMLFormElement) {
    navigator.sendBeacon(byId("saved").getAttribute("hx-post"), new FormData(form));
  }
});

// Write, preview, accept

function showTab(name) {
  const previewing = name === "preview";
  byId("text").hidden = previewing;
  byId("preview").hidden = !previewing;
  byId("tab-write").setAttribute("aria-selected", String(!previewing));
  byId("tab-preview").setAttribute("aria-selected", String(previewing));
}

function isEdited() {
  const text = byId("text");
  return Boolean(text) && (text.value !== text.defaultValue || Boolean(byId("desk").dataset.restored));
}

const CLICKS = {
  "#tab-write": () => showTab("write"),
  "#tab-preview": () => showTab("preview"),
  "#edit": () => {
    showTab("write");
    byId("text").focus();
  },
  "[data-rank]": (_, button) => rank(button.dataset.rank),
  "[data-close-guideline]": () => (byId("guideline").hidden = true),
  "[data-guideline]": toggleGuideline,
  "#accept": (event) => {
    if (!isEdited() || confirmed) return;
    stop(event);
    confirmed = true;
    say(byId("desk").dataset.discards);
  },
};

// While the event comes down, before htmx sees it.
document.addEventListener(
  "click",
  (event) => {
    for (const [selector, act] of Object.entries(CLICKS)) {
      const element = event.target.closest(selector);
      if (element) act(event, element);
    }
  },
  true,
);

function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}

// The guideline: fetched when it is first asked for, then shown and hidden

function toggleGuideline(event, link) {
  const panel = byId("guideline");
  if (panel.dataset.of === link.textContent) {
    stop(event);
    panel.hidden = !panel.hidden;
  } else {
    panel.dataset.of = link.textContent;
    panel.hidden = false;
  }
}

// Ranking: a digit gives an answer the next place, or takes its place back

function rank(number) {
  const places = [...byId("desk").querySelectorAll("select[name^=place-]")];
  const mine = places.find((select) => select.name === `place-${number}`);
  if (mine.value) {
    const freed = Number(mine.value);
    mine.value = "";
    for (const other of places) if (Number(other.value) > freed) other.value = Number(other.value) - 1;
  } else {
    mine.value = places.filter((select) => select.value).length + 1;
  }
  mine.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("input", markPlaces);

function markPlaces() {
  for (const answer of document.querySelectorAll("[data-answer]")) {
    answer.dataset.place = answer.querySelector("select").value;
  }
}

// Rejecting: its digits come before those of a ranking

document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.id === "change") localStorage.setItem("cqia-difference", target.open ? "open" : "shut");
    if (target.id === "reject") onReject(target);
  },
  true,
);

function onReject(panel) {
  for (const button of document.querySelectorAll("[data-rank]")) button.disabled = panel.open;
  const chosen = panel.querySelector("[name=reason]:checked");
  if (panel.open || !chosen) return;
  chosen.checked = false;
  panel.dispatchEvent(new Event("input", { bubbles: true }));
}

bindKeys({
  escape: () => {
    const reject = byId("reject");
    if (reject) reject.open = false;
  },
});

// Each new pair

function arrive() {
  unsaved = confirmed = false;
  markPlaces();
  tick();
  const change = byId("change");
  if (change) change.open = localStorage.getItem("cqia-difference") !== "shut";
}

// htmx would give the focus to the editor of the next pair, where the first keys would become text.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id === "desk" && detail.shouldSwap) document.activeElement.blur();
});
document.addEventListener("htmx:load", ({ target }) => {
  if (target.id !== "desk") return;
  arrive();
  byId("main").focus({ preventScroll: true });
  scrollTo(0, 0);
});
arrive();

// The blind vote. Voting itself is htmx, its keys are data-key (keys.js); here are the guard against a second
// press of the same key, the place where reading begins, and the tabs of a phone.

// A vote is final, and the next comparison may come before the finger has left the key.
const GUARD = 500; // ms

const byId = (id) => document.getElementById(id);

function begin() {
  const actions = document.querySelector(".vote-actions");
  if (!actions) return;
  actions.disabled = true;
  setTimeout(() => (actions.disabled = false), GUARD);
  byId("texts").scrollTop = 0;
  byId("texts").focus({ preventScroll: true });
  watchTabs();
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
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id === "vote") begin();
});

// Not begin(): the page was just asked for, and nobody has pressed a key for it.
if (document.querySelector(".vote-answers")) watchTabs();

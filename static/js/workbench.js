// The workbench. What its parts do stands at the head of each; letters and digits are data-key (keys.js).

import "./bench/announced.js";
import "./bench/asked.js";
import { mayDecide } from "./bench/check.js";
import { arrive, claimOf, desk, isForm, isStray, note, words } from "./bench/desk.js";
import { silence } from "./bench/drafts.js";
import "./bench/editor.js";
import "./bench/hints.js";
import { csrfToken } from "./bench/http.js";
import "./bench/lease.js";
import "./bench/panels.js";
import { fill, forgetAhead } from "./bench/prefetch.js";
import "./bench/ranking.js";
import { decide, isDecided, isSending, resume, tellWaiting } from "./bench/send.js";
import "./bench/today.js";
import "./bench/undo.js";
import "./evidence.js";

document.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest?.("#desk button[name=verb], #desk button[data-decides]");
    if (!button || !isStray(event.detail > 0)) return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);

document.addEventListener("submit", (event) => {
  const { target: form, submitter: button } = event;
  const decides = form.id === "desk" && button && (button.name === "verb" || button.dataset.decides !== undefined);
  if (decides && (form.dataset.sent || !mayDecide(form, button))) return event.preventDefault();
  if (!decides || form.dataset.mends !== undefined) {
    if (isForm(form) && form.id === "desk") silence(form); // it goes the plain way, with all that is in it
    return;
  }
  event.preventDefault();
  decide(form, button);
  const channel = tabs();
  channel?.postMessage(claimOf(form));
  channel?.close();
});

// Several tabs: what was decided in one is not offered in the others

const tabs = () => globalThis.BroadcastChannel && new BroadcastChannel("cqia-decided");
const heard = tabs();
if (heard) {
  heard.onmessage = ({ data }) => {
    forgetAhead();
    if (isForm(desk()) && claimOf(desk()) === data && !desk().dataset.sent) note(words.elsewhere);
  };
}

// htmx: its token may be older than the last signing in, and it must not put the focus into the next editor.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.headers["X-CSRFToken"] = csrfToken();
  delete detail.parameters.csrfmiddlewaretoken;
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  // What comes for a desk that was decided meanwhile must not touch the next one.
  if (!detail.target.isConnected) detail.shouldSwap = false;
  if (detail.target.id !== "desk" || !detail.shouldSwap) return;
  document.activeElement.blur();
  if (isForm(desk())) silence(desk()); // the server has all of it with this request
});
// The line above the panes tells of a lost network; what only helps while writing need not tell it again.
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  addEventListener(name, (event) => event.target.closest?.("#difference, #hints") && event.stopPropagation(), true);
}
document.addEventListener("htmx:load", ({ target }) => {
  if (target.id !== "desk") return;
  arrive(target);
  document.getElementById("main").focus({ preventScroll: true });
  scrollTo(0, 0);
});
document.addEventListener("desk:arrive", () => {
  tellWaiting();
  (globalThis.requestIdleCallback ?? setTimeout)(() => isSending() || fill(isDecided));
});
// A page out of the browser's memory, as the back button gives it, shows a pair that was decided.
addEventListener("pageshow", (event) => event.persisted && location.reload());

arrive(desk());
resume();

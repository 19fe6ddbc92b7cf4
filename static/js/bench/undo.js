// The last submit can be taken back for half a minute: from the server, or, where it has not left this
// browser yet, from the queue of what waits.

import { claimOf, desk, isForm, note, show, tell, user, words } from "./desk.js";
import { post } from "./http.js";
import { parse } from "./pieces.js";
import { putAside, received } from "./prefetch.js";
import { isDecided, takeBack, waiting } from "./send.js";

const WINDOW = 30_000; // ms, as the server has it
const offer = document.getElementById("undo");
let last = null;
let until = 0;

const isUnsent = (claim) => waiting().some((entry) => entry.claim === claim);

/** The offer stands in the line above the panes, whichever desk is there. */
function settle() {
  const slot = desk()?.querySelector("[data-undo]");
  if (slot && offer.parentElement !== slot) slot.append(offer);
  const unsent = last && isUnsent(last);
  const left = Math.ceil((until - Date.now()) / 1000);
  offer.hidden = !last || (!unsent && left <= 0);
  if (!offer.hidden) offer.querySelector("output").textContent = unsent ? "" : left;
}

for (const name of ["bench:decided", "bench:sent"]) {
  document.addEventListener(name, ({ detail }) => {
    if (detail.entry.isSkip) return;
    last = detail.entry.claim;
    until = Date.now() + WINDOW;
    settle();
  });
}
document.addEventListener("bench:returned", ({ detail }) => {
  if (last === detail.entry.claim) last = null;
  settle();
});
document.addEventListener("desk:arrive", settle);
setInterval(settle, 1000);

offer.addEventListener("click", async (event) => {
  event.preventDefault();
  const claim = last;
  if (!claim || offer.dataset.busy) return;
  offer.dataset.busy = "1";
  if (!takeBack(claim)) {
    await left(claim);
    await ask(claim);
  }
  delete offer.dataset.busy;
  last = null;
  settle();
});

/** Until the decision that is on its way has arrived, or is known not to. */
async function left(claim) {
  for (let tries = 0; tries < 100 && isUnsent(claim); tries += 1) await new Promise((go) => setTimeout(go, 100));
}

async function ask(claim) {
  const answer = await post(words.undo, new URLSearchParams({ as: user, claim }));
  const node = answer.kind === "ok" ? received(answer.html) : null;
  if (isForm(node) && !isDecided(claimOf(node))) {
    const old = show(node);
    if (!old.dataset.sent) putAside(old);
    tell("bench:undone");
  } else note(parse(answer.html)[0]?.querySelector("p")?.textContent ?? words.notUndone);
}

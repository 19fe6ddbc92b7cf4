// Decisions on their way. A decision is kept in this browser until the server has it, so that neither a
// lost network nor a reload loses it; they are sent one at a time, in the order in which they were made.

import { claimOf, desk, fieldsOf, isForm, note, show, tell, unsay, user, words } from "./desk.js";
import { refill, seat, settled, silence } from "./drafts.js";
import { post } from "./http.js";
import { parse, placeRefusal } from "./pieces.js";
import { fill, keepAhead, putAside, received, takeAhead } from "./prefetch.js";
import { hush, say } from "../say.js";
import * as store from "./store.js";

const RETRY = 5_000; // ms until the server is tried again
const LEFT_OVER = 60_000; // ms after which another tab's decision is sent by this one
const memory = []; // where the browser has no room for them
const nodes = new Map(); // claim → the desk that was decided, until the server has the decision
let sending = false;

export const isDecided = (claim) => nodes.has(claim) || store.kept("send", claim) !== null;
/** Whether a decision is on its way, whose answer brings the desk after the next. */
export const isSending = () => sending;
export const waiting = () => [...store.all("send"), ...memory];

/** Decide: the next desk comes at once where it is here already; the decision follows in its own time. */
export function decide(form, button) {
  const claim = claimOf(form);
  if (form.dataset.sent) return;
  const url = button.getAttribute("formaction") ?? form.getAttribute("action");
  const entry = { claim, url, isSkip: button.name !== "verb", fields: String(fieldsOf(form, button)), seat, at: Date.now() };
  form.dataset.sent = "1";
  unsay(form);
  silence(form);
  nodes.set(claim, form);
  if (!store.keep("send", claim, entry)) memory.push(entry);
  const next = takeAhead();
  if (next) show(next);
  else wait(form);
  tell("bench:decided", { entry });
  flush();
}

/** No other desk is here yet: this one stays, and takes no more keys. */
function wait(form) {
  form.inert = true;
  form.ariaBusy = "true";
}

function wake(form) {
  delete form.dataset.sent;
  form.inert = false;
  form.ariaBusy = null;
}

/** Send what pages that are gone left here; a pair that was decided is not offered again meanwhile. */
export function resume() {
  const form = desk();
  const entry = isForm(form) && waiting().find(({ claim }) => claim === claimOf(form));
  if (entry) {
    refill(form, entry.fields);
    form.dataset.sent = "1";
    nodes.set(entry.claim, form);
    wait(form);
  }
  flush({ all: true });
}

/** Send what waits, until all is sent or the server is out of reach; `all`: also what other tabs left. */
export async function flush({ all = false } = {}) {
  if (sending) return;
  sending = true;
  try {
    for (let entry; (entry = next(all)); ) if (!(await sent(entry))) break;
  } finally {
    sending = false;
    settleBlocked();
    tellWaiting();
    fill(isDecided);
  }
}

const next = (all) => waiting().find((entry) => all || entry.seat === seat || Date.now() - entry.at > LEFT_OVER);

/** The desk waits for a decision that another tab has sent meanwhile. */
function settleBlocked() {
  const claim = claimOf(desk());
  if (desk().inert && !waiting().some((entry) => entry.claim === claim)) goOn(null);
}

function forget({ claim }) {
  store.drop("send", claim);
  const at = memory.findIndex((entry) => entry.claim === claim);
  if (at >= 0) memory.splice(at, 1);
  nodes.delete(claim);
}

async function sent(entry) {
  await settled(entry.claim);
  const answer = await post(entry.url, bodyOf(entry));
  if (answer.kind === "unreachable" || answer.kind === "signed-out") {
    later(answer.kind);
    return false;
  }
  const node = nodes.get(entry.claim);
  forget(entry);
  const isGoneSkip = answer.kind === "gone" && entry.isSkip;
  if (answer.kind === "ok" || isGoneSkip) accepted(entry, node, answer);
  else returned(entry, node, answer);
  return true;
}

function bodyOf(entry) {
  const body = new URLSearchParams(entry.fields);
  const node = nodes.get(entry.claim);
  const revision = node?.querySelector("[name=draft]")?.value;
  if (revision !== undefined) body.set("draft", revision);
  const shown = claimOf(desk());
  if (shown && shown !== entry.claim && isForm(desk())) body.set("shown", shown);
  body.set("as", user);
  return body;
}

function accepted(entry, node, answer) {
  store.drop("draft", entry.claim);
  hush();
  tell("bench:sent", { entry, node });
  const lease = answer.headers?.get("X-Lease");
  const now = desk();
  const isWorkedOn = isForm(now) && !now.dataset.sent && claimOf(now) !== entry.claim;
  if (isWorkedOn && lease) now.dataset.until = String(Date.now() + 1000 * lease);
  const arrived = received(answer.html);
  if (isWorkedOn) keepAhead(arrived, isDecided);
  else goOn(arrived);
}

/** The page waited for this: the next desk, or why there is none. */
function goOn(arrived) {
  keepAhead(arrived, isDecided);
  const next = takeAhead();
  if (next) show(next);
  else if (waiting().length) return;
  else if (arrived && !isForm(arrived)) show(arrived);
  else location.reload();
}

/** The server refused: its desk comes back with all that was in it, and with the reason. */
function returned(entry, node, answer) {
  const sentence = answer.kind === "gone" ? words.gone : words.tooLarge;
  if (!node) {
    store.keep("draft", entry.claim, { claim: entry.claim, fields: entry.fields, at: entry.at });
    say(parse(answer.html)[0]?.querySelector("p")?.textContent ?? sentence, { unsaved: true });
    return;
  }
  wake(node);
  if (node !== desk()) putAside(show(node));
  if (answer.html) placeRefusal(answer.html, node);
  else note(sentence, { node, kind: "bad" });
  tell("bench:returned", { entry, node });
}

/** Take a decision back that the server does not have yet; false where it is too late for that. */
export function takeBack(claim) {
  const node = nodes.get(claim);
  if (!node || sending) return false;
  forget({ claim });
  wake(node);
  if (node !== desk()) putAside(show(node));
  tell("bench:undone");
  return true;
}

let retry = 0;

function later(kind) {
  if (kind === "signed-out") say(document.body.dataset.forbidden, { unsaved: true });
  clearTimeout(retry);
  retry = setTimeout(flush, RETRY, {});
}

/** How many decisions wait, in the line above the panes. */
export function tellWaiting() {
  const count = waiting().length;
  const line = document.getElementById("waiting");
  line.hidden = !count;
  line.textContent = count ? words.waiting.replace("{n}", count) : "";
}

addEventListener("online", () => flush());
addEventListener("focus", () => flush());

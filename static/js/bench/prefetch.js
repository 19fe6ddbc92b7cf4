// The next desk, fetched while the person works on this one, so that it is there when they decide.

import { claimOf, desk, isForm, user, words } from "./desk.js";
import { post } from "./http.js";
import { parse } from "./pieces.js";

const ahead = []; // desks off the page, next first; those that were put aside keep what was typed
let asking = null;

const deskIn = (html) => parse(html).find((node) => node.id === "desk") ?? null;

/** A desk as it came from the server, with the moment at which its lease ends. */
export function received(html) {
  const node = deskIn(html);
  const left = node?.querySelector("#lease")?.dataset.left;
  if (left) node.dataset.until = String(Date.now() + 1000 * left);
  return node;
}

/** Keep a desk that came for later, unless it is the one on the page, is here already, or was decided. */
export function keepAhead(node, isDecided) {
  const claim = claimOf(node);
  if (!isForm(node) || claim === claimOf(desk()) || isDecided(claim)) return;
  if (!ahead.some((other) => claimOf(other) === claim)) ahead.push(node);
}

/** Put a desk aside that was on the page: it comes next again. */
export const putAside = (node) => isForm(node) && ahead.unshift(node);

/** The next desk, or null; one whose lease ran out meanwhile is dropped. */
export function takeAhead() {
  for (let node; (node = ahead.shift()); ) {
    if (Number(node.dataset.until) > Date.now()) return node;
  }
  return null;
}

/** Ask for the next desk where there is none; two never ask at once. */
export function fill(isDecided) {
  if (ahead.length || asking || !isForm(desk()) || desk().dataset.mends !== undefined) return;
  const body = new URLSearchParams({ shown: claimOf(desk()), as: user });
  asking = post(words.ahead, body).then((answer) => {
    asking = null;
    if (answer.kind === "ok" && answer.html) keepAhead(received(answer.html), isDecided);
  });
}

export const forgetAhead = () => ahead.splice(0);

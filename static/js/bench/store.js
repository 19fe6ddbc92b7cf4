// What is not on the server yet, in this browser: by person and claim, so that nobody finds the text of
// somebody else who worked at the same machine.

import { user } from "./desk.js";

const keyOf = (kind, claim) => `cqia-${kind}:${user}:${claim}`;

/** Keep `value` for a claim; false where the browser has no room or no storage. */
export function keep(kind, claim, value) {
  try {
    localStorage.setItem(keyOf(kind, claim), JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export function kept(kind, claim) {
  try {
    return JSON.parse(localStorage.getItem(keyOf(kind, claim)));
  } catch {
    return null;
  }
}

export function drop(kind, claim) {
  try {
    localStorage.removeItem(keyOf(kind, claim));
  } catch {
    // No storage: nothing was kept.
  }
}

/** All that is kept of a kind, oldest first; each value has `claim` and `at`. */
export function all(kind) {
  const prefix = keyOf(kind, "");
  const names = Object.keys(globalThis.localStorage ?? {}).filter((name) => name.startsWith(prefix));
  const found = names.map((name) => kept(kind, name.slice(prefix.length))).filter(Boolean);
  return found.sort((one, other) => one.at - other.at);
}

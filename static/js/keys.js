// Keys. A page needs no code for most of them: an element with data-key="a" is clicked by A (or focused,
// if it is a field); data-key="ctrl+enter" works inside text fields too. A single letter never does.

const TEXT = "input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=range]), select, textarea, [contenteditable]";
const isText = (element) => element instanceof Element && element.matches(TEXT);

/** The name of a key event: "a", "?", "ctrl+enter", "alt+arrowup". ⌘ counts as Ctrl. */
export function nameOf(event) {
  const key = event.key.toLowerCase();
  const shift = event.shiftKey && (key.length > 1 || event.ctrlKey || event.metaKey || event.altKey);
  const mods = [(event.ctrlKey || event.metaKey) && "ctrl", event.altKey && "alt", shift && "shift"];
  return [...mods.filter(Boolean), key].join("+");
}

/** A key that an input method is still using: Enter picks a candidate, it does not submit. */
export const isComposing = (event) => event.isComposing || event.keyCode === 229;

const worksInText = (name) => name === "escape" || /^(ctrl|alt)\+/.test(name);
// Also false inside a closed <details>, whose content still has boxes.
const isShown = (element) => element.checkVisibility?.() ?? element.getClientRects().length > 0;

/**
 * Call map[name](event) on that key. `when` (optional) says whether the keys are on at all.
 * Only moving keys should ask for `repeat`. Returns a function that unbinds.
 */
export function bindKeys(map, { when = () => true, repeat = false } = {}) {
  const onKey = (event) => {
    if (event.defaultPrevented || isComposing(event) || (event.repeat && !repeat) || !when()) return;
    const name = nameOf(event);
    if (!Object.hasOwn(map, name)) return;
    if (isText(event.target) && !worksInText(name)) return;
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    map[name](event);
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}

/** What has this key: of the form that one is in before any other, so that Ctrl ↵ sends what one writes. */
function elementOf(name, target) {
  const found = [...document.querySelectorAll("[data-key]")].filter(
    (each) => each.dataset.key.toLowerCase() === name && !each.disabled && isShown(each),
  );
  const form = target.closest?.("form");
  return found.find((each) => form?.contains(each)) ?? found[0];
}

function press(event) {
  if (event.defaultPrevented || isComposing(event) || event.repeat) return;
  if (document.querySelector("dialog[open]")) return;
  const name = nameOf(event);
  if (isText(event.target) && !worksInText(name)) return;
  const element = elementOf(name, event.target);
  if (element) {
    event.preventDefault();
    if (isText(element)) element.focus();
    else element.click();
  } else if (name === "escape" && isText(event.target)) {
    event.target.blur();
  } else if (name === "?") {
    event.preventDefault();
    showKeys();
  }
}

/** Open the sheet with the keys that the page declares at this moment. */
export function showKeys() {
  const sheet = document.getElementById("keys");
  if (!sheet || sheet.open) return;
  const list = sheet.querySelector("dl");
  for (const row of list.querySelectorAll("[data-found]")) row.remove();
  const listed = new Set([...list.querySelectorAll("kbd")].map((kbd) => kbd.textContent.toLowerCase()));
  const rows = [];
  for (const element of document.querySelectorAll("[data-key]:not([data-key=''])")) {
    const key = signOf(element.dataset.key);
    if (!isShown(element) || listed.has(key.toLowerCase())) continue;
    listed.add(key.toLowerCase());
    rows.push(rowOf(key, labelOf(element)));
  }
  list.prepend(...rows);
  sheet.showModal();
}

const SIGNS = { ctrl: "Ctrl", alt: "Alt", shift: "⇧", enter: "↵", escape: "Esc", arrowup: "↑", arrowdown: "↓", arrowleft: "←", arrowright: "→", " ": "␣" };

/** A key as it is shown: "Ctrl ↵". */
function signOf(key) {
  const [, mods, last] = key.match(/^(.*\+)?(.+)$/);
  return [...(mods ?? "").split("+").filter(Boolean), last].map((part) => SIGNS[part.toLowerCase()] ?? part.toUpperCase()).join(" ");
}

function labelOf(element) {
  const named = element.ariaLabel || element.title || element.labels?.[0]?.textContent;
  if (named) return named;
  const copy = (element.closest("label") ?? element).cloneNode(true);
  for (const kbd of copy.querySelectorAll("kbd, output, .count")) kbd.remove();
  return copy.textContent.trim();
}

function rowOf(key, label) {
  const row = document.createElement("div");
  row.dataset.found = "";
  const what = row.appendChild(document.createElement("dt"));
  what.textContent = label;
  row.appendChild(document.createElement("dd")).appendChild(document.createElement("kbd")).textContent = key;
  return row;
}

document.addEventListener("keydown", press);

// While Ctrl is held alone for a moment, each element shows its key: those that have it on them light up,
// the others get a badge. Any other key, and it is over.

const HOLD = 350; // ms, longer than a chord takes
let holding = 0;
let badges = null;

function showBadges() {
  badges = document.body.appendChild(document.createElement("div"));
  badges.className = "key-badges";
  document.documentElement.dataset.keysShown = "";
  badges.setAttribute("aria-hidden", "true");
  for (const element of document.querySelectorAll("[data-key]:not([disabled])")) {
    if (!element.dataset.key || !isShown(element) || [...element.querySelectorAll("kbd")].some(isShown)) continue;
    const box = element.getBoundingClientRect();
    const badge = badges.appendChild(document.createElement("kbd"));
    badge.textContent = signOf(element.dataset.key);
    // By the object model, which the content security policy leaves alone.
    badge.style.left = `${Math.min(box.right + 2, innerWidth - badge.offsetWidth - 2)}px`;
    badge.style.top = `${box.top + (box.height - badge.offsetHeight) / 2}px`;
  }
}

function hideBadges() {
  clearTimeout(holding);
  badges?.remove();
  badges = null;
  delete document.documentElement.dataset.keysShown;
}

document.addEventListener("keydown", (event) => {
  if (event.repeat) return;
  hideBadges();
  const alone = event.key === "Control" || event.key === "Meta";
  if (alone && !document.querySelector("dialog[open]")) holding = setTimeout(showBadges, HOLD);
});
for (const sign of ["keyup", "pointerdown", "wheel"]) document.addEventListener(sign, hideBadges, { passive: true });
addEventListener("blur", hideBadges);

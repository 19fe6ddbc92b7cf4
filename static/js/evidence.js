// How long somebody is at work on a pair, and how its text comes in: typed, pasted, or composed with an
// input method. Only counts, never what is written; the field "evidence" of the desk carries them.

const IDLE = 30_000; // ms without a sign of life, after which time no more counts
const FIELDS = "textarea, input[type=text], input:not([type])";
const PASTES = new Set(["insertFromPaste", "insertFromPasteAsQuotation", "insertFromDrop", "insertFromYank"]);
const COMPOSES = new Set(["insertCompositionText", "insertFromComposition"]);

let field = null;
let counts = null;
let lastSign = performance.now();
let lastTick = lastSign;

const fieldOf = () => document.querySelector("#desk [name=evidence]");

/** The counts of the desk that is there now; a desk that comes again goes on with its own. */
function current() {
  const shown = fieldOf();
  if (shown !== field) {
    field = shown;
    counts = field && { active_s: 0, typed: 0, pasted: 0, composed: 0, ...read(field.value) };
  }
  return counts;
}

function read(value) {
  try {
    return JSON.parse(value || "{}");
  } catch {
    return {};
  }
}

function write() {
  if (field) field.value = JSON.stringify({ ...counts, active_s: Math.round(counts.active_s) });
}

function tick() {
  const now = performance.now();
  const passed = now - lastTick;
  lastTick = now;
  // A machine that slept ticks late: what passed meanwhile was no work.
  const isAtWork = !document.hidden && now - lastSign < IDLE && passed < IDLE;
  if (current() && isAtWork) counts.active_s += passed / 1000;
  write();
}

for (const sign of ["keydown", "pointerdown", "pointermove", "wheel", "input", "touchmove"]) {
  document.addEventListener(sign, () => (lastSign = performance.now()), { passive: true, capture: true });
}

let composing = "";

document.addEventListener("input", (event) => {
  const { target, inputType, data } = event;
  if (!target.closest?.("#desk") || !target.matches(FIELDS) || !current()) return;
  if (COMPOSES.has(inputType)) {
    composing = data ?? "";
    return;
  }
  if (PASTES.has(inputType)) return; // counted where it comes from
  if (inputType?.startsWith("insert")) counts.typed += [...(data ?? "\n")].length;
  write();
});

document.addEventListener("compositionend", ({ target, data }) => {
  if (!target.closest?.("#desk") || !target.matches(FIELDS) || !current()) return;
  counts.composed += [...(data ?? composing)].length;
  composing = "";
  write();
});

for (const [name, carrier] of [["paste", "clipboardData"], ["drop", "dataTransfer"]]) {
  document.addEventListener(name, (event) => {
    if (!event.target.closest?.("#desk") || !event.target.matches(FIELDS) || !current()) return;
    counts.pasted += [...(event[carrier]?.getData("text") ?? "")].length;
    write();
  });
}

// The desk is about to be read: bring it up to this moment.
document.addEventListener("desk:decide", tick);
document.addEventListener("submit", tick, true);
setInterval(tick, 1000);

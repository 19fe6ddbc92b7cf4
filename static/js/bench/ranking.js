// Rankings: the select of each answer holds its place, so that drafts and plain forms know nothing else.
// Two or three answers stand side by side and take digits; more are cards that keys and the mouse move.

import { bindKeys } from "../keys.js";
import { desk, isForm } from "./desk.js";
import { extreme, order, put, shift, tie, toggle } from "./tiers.js";

const selects = () => [...(desk()?.querySelectorAll("select[name^=place-]") ?? [])];
const numberOf = (select) => Number(select.name.slice("place-".length));
const cardOf = (number) => desk().querySelector(`[data-answer="${number}"]`);
const stack = () => desk()?.querySelector("[data-cards]");
const isOpen = () => isForm(desk()) && !desk().dataset.sent && !desk().querySelector("details.panel[open]");

let lastPlaced = 0;

const read = () => Object.fromEntries(selects().map((select) => [numberOf(select), Number(select.value) || 0]));

function write(places) {
  for (const select of selects()) select.value = places[numberOf(select)] || "";
  selects()[0]?.dispatchEvent(new Event("input", { bubbles: true }));
}

function change(act) {
  if (selects().length) write(act(read()));
}

/** What the places say, on the answers themselves. */
function mark() {
  const places = read();
  const values = Object.values(places);
  for (const [number, place] of Object.entries(places)) {
    const card = cardOf(number);
    card.dataset.place = place || "";
    card.classList.toggle("tied", Boolean(place) && values.filter((other) => other === place).length > 1);
  }
  if (stack()) arrange(places);
}

/** The cards in the order of their places; where they stand already, nothing moves. */
function arrange(places) {
  const cards = [...stack().querySelectorAll("[data-answer]")];
  const shown = cards.map((card) => Number(card.dataset.answer)).sort((one, other) => one - other);
  const wanted = order(places, shown).map(cardOf);
  if (wanted.every((card, index) => card === cards[index])) return;
  const focused = stack().contains(document.activeElement) ? document.activeElement : null;
  stack().append(...wanted);
  focused?.focus({ preventScroll: true });
  chosen()?.scrollIntoView({ block: "nearest" });
}

// The card that keys speak of

const chosen = () => stack()?.querySelector("[data-answer][aria-current]");
const chosenNumber = () => Number(chosen()?.dataset.answer);

function choose(card, { focus = true } = {}) {
  if (!card) return;
  for (const other of stack().querySelectorAll("[aria-current]")) other.removeAttribute("aria-current");
  card.setAttribute("aria-current", "true");
  if (focus) card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const cards = [...stack().querySelectorAll("[data-answer]")];
  const at = cards.indexOf(chosen());
  choose(cards[at < 0 ? 0 : Math.max(0, Math.min(cards.length - 1, at + by))]);
}

const withChosen = (act) => chosen() && change((places) => act(places, chosenNumber()));
const digits = (act) => Object.fromEntries([..."123456789"].map((digit) => [digit, () => act(Number(digit))]));

/** What the buttons above the answers do; each has a key of its own. */
const ACTS = {
  previous: () => step(-1),
  next: () => step(1),
  up: () => withChosen((places, number) => shift(places, number, -1)),
  down: () => withChosen((places, number) => shift(places, number, 1)),
  // Side by side, the one placed last ties with the one before it.
  tie: () => (stack() ? withChosen(tie) : lastPlaced && change((places) => tie(places, lastPlaced))),
  best: () => withChosen((places, number) => extreme(places, number, true)),
  worst: () => withChosen((places, number) => extreme(places, number, false)),
};

const onCards = { when: () => isOpen() && Boolean(stack()) };
bindKeys({ arrowup: ACTS.previous, arrowdown: ACTS.next }, { ...onCards, repeat: true });
bindKeys(
  {
    ...digits((place) => place <= selects().length && withChosen((places, number) => put(places, number, place))),
    "-": () => withChosen((places, number) => ({ ...places, [number]: 0 })),
  },
  onCards,
);

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-rank], [data-card]");
  if (button?.dataset.card) ACTS[button.dataset.card]();
  else if (button) {
    lastPlaced = Number(button.dataset.rank);
    change((places) => toggle(places, lastPlaced));
  } else if (stack()?.contains(target)) choose(target.closest("[data-answer]"), { focus: false });
});

// By mouse: a card is dragged by its head onto another, whose place it takes

let dragged = null;

document.addEventListener("dragstart", (event) => {
  const handle = event.target.closest?.("[data-drag]");
  if (!handle || desk().dataset.sent) return;
  dragged = handle.closest("[data-answer]");
  dragged.classList.add("dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.answer);
});
document.addEventListener("dragover", (event) => {
  const card = dragged && event.target.closest?.("[data-answer]");
  if (!dragged) return;
  for (const other of stack().querySelectorAll(".drop")) other.classList.remove("drop");
  if (!card || card === dragged) return;
  event.preventDefault();
  card.classList.add("drop");
});
document.addEventListener("drop", (event) => {
  const card = dragged && event.target.closest?.("[data-answer]");
  if (!card || card === dragged) return;
  event.preventDefault();
  const number = Number(dragged.dataset.answer);
  const onto = Number(card.dataset.answer);
  choose(dragged);
  change((places) => put(places, number, places[onto] || Math.max(0, ...Object.values(places)) + (places[number] ? 0 : 1)));
});
document.addEventListener("dragend", () => {
  for (const card of document.querySelectorAll(".dragged, .drop")) card.classList.remove("dragged", "drop");
  dragged = null;
});

document.addEventListener("input", mark);
document.addEventListener("desk:arrive", () => {
  lastPlaced = 0;
  mark();
});

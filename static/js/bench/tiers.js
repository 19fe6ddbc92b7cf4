// Rankings as plain values: `places` maps the number of each answer to its place, or to 0 while it has none.
// Equal places tie. From the top the places have no gaps; what was called the worst counts from the bottom.

const numbers = (places) => Object.keys(places).map(Number);
const used = (places) => [...new Set(Object.values(places).filter(Boolean))].sort((one, other) => one - other);

/** The last place of the run that begins at 1. */
const topEnd = (places) => used(places).reduce((end, place) => (place === end + 1 ? place : end), 0);

/** Without gaps, once every answer has a place. */
function tidy(places) {
  if (numbers(places).some((number) => !places[number])) return places;
  const order = used(places);
  return Object.fromEntries(numbers(places).map((number) => [number, order.indexOf(places[number]) + 1]));
}

/** The answer takes the next place from the top, or gives its own back. */
export function toggle(places, number) {
  return places[number] ? taken(places, number) : tidy({ ...places, [number]: topEnd(places) + 1 });
}

/** Without the place of the answer; those below it move up where nobody else shares it. */
export function taken(places, number) {
  const place = places[number];
  const left = { ...places, [number]: 0 };
  if (!place || place > topEnd(places) || Object.values(left).includes(place)) return left;
  const end = topEnd(places);
  for (const other of numbers(left)) if (left[other] > place && left[other] <= end) left[other] -= 1;
  return left;
}

/** The answer alone at `place`; those that stand there move down, or up where there is no room below. */
export function put(places, number, place) {
  const left = taken(places, number);
  const most = numbers(places).length;
  const at = Math.max(1, Math.min(place, most));
  const occupied = new Set(used(left));
  let low = at;
  let high = at;
  while (occupied.has(high)) high += 1;
  const step = high > most ? -1 : 1;
  if (step < 0) while (occupied.has(low)) low -= 1;
  for (const other of numbers(left)) {
    const moves = step > 0 ? left[other] >= at && left[other] < high : left[other] > low && left[other] <= at;
    if (moves) left[other] += step;
  }
  left[number] = at;
  return tidy(left);
}

/** One place up or down among those that have one; an answer without a place takes the next from the top. */
export function shift(places, number, step) {
  const place = places[number];
  if (!place) return step < 0 ? toggle(places, number) : places;
  const shares = numbers(places).some((other) => other !== number && places[other] === place);
  if (shares) return put(places, number, step < 0 ? place : place + 1);
  const to = place + step;
  return to < 1 || to > used(places).at(-1) ? places : put(places, number, to);
}

/** The answer ties with the one above it, or comes apart again. */
export function tie(places, number) {
  const place = places[number];
  if (!place) return places;
  const shares = numbers(places).some((other) => other !== number && places[other] === place);
  if (shares) return put(places, number, place + 1);
  if (place === 1) return places;
  const left = taken(places, number);
  left[number] = place - 1;
  return tidy(left);
}

/** The best, or the worst, of those that have no place yet. */
export function extreme(places, number, isBest) {
  const free = taken(places, number);
  const end = topEnd(free);
  const bottom = used(free).find((place) => place > end) ?? numbers(places).length + 1;
  const placed = tidy({ ...free, [number]: isBest ? end + 1 : bottom - 1 });
  const rest = numbers(placed).filter((other) => !placed[other]);
  return rest.length === 1 ? tidy({ ...placed, [rest[0]]: topEnd(placed) + 1 }) : placed;
}

/** The numbers in the order in which they stand on the page: by place, then those without one. */
export function order(places, shown) {
  const rank = (number) => places[number] || Infinity;
  return [...shown].sort((one, other) => rank(one) - rank(other) || shown.indexOf(one) - shown.indexOf(other));
}

export const isWhole = (places) => numbers(places).every((number) => places[number]);

// The pre-filter: lines that can be dragged or moved by keys, pairs labelled by K and D, checks found by
// their names. The number fields say where a line is; the server says exactly what it would change.

const locale = document.documentElement.lang;

// Lines

class Scores {
  constructor(figure) {
    const { counts, floor, ceiling, step, says } = figure.dataset;
    Object.assign(this, { figure, says, counts: counts.split(",").map(Number), step: Number(step) });
    this.whole = "whole" in figure.dataset;
    this.share = "share" in figure.dataset;
    this.log = "log" in figure.dataset;
    [this.floor, this.ceiling] = [Number(floor), Number(ceiling)];
    this.svg = figure.querySelector("svg");
    this.width = this.svg.viewBox.baseVal.width;
    this.height = this.svg.viewBox.baseVal.height;
    this.form = figure.closest(".check").querySelector(".check-line");
    this.status = this.form.querySelector("[role=status]");
    this.handles = [...figure.querySelectorAll(".handle")];
    for (const handle of this.handles) this.#listen(handle);
    this.form.addEventListener("input", () => this.draw());
    this.form.addEventListener("htmx:afterRequest", () => this.#refreshSides());
    this.draw();
  }

  // Where a bound stands: the number in its field, or null.
  at(bound) {
    const { value, valueAsNumber } = this.form.elements[bound];
    return value === "" || Number.isNaN(valueAsNumber) ? null : valueAsNumber;
  }

  scaled(score) { return this.log ? Math.log1p(Math.max(score, 0)) : score; }
  place(score) {
    const [low, high] = [this.scaled(this.floor), this.scaled(this.ceiling)];
    return Math.min(Math.max((this.scaled(score) - low) / (high - low), 0), 1);
  }
  score(place) {
    const [low, high] = [this.scaled(this.floor), this.scaled(this.ceiling)];
    const at = low + place * (high - low);
    return this.log ? Math.expm1(at) : at;
  }
  // The mark of whole numbers stands between two of them.
  between(bound) { return this.whole ? (bound === "low" ? -0.5 : 0.5) : 0; }

  drops(score) {
    const [low, high] = [this.at("low"), this.at("high")];
    return (low !== null && score < low) || (high !== null && score > high);
  }

  // A score that falls into a bar, as the server picks it.
  typical(number) {
    const last = this.counts.length - 1;
    const [low, high] = [this.score(number / (last + 1)), this.score((number + 1) / (last + 1))];
    const whole = Math.ceil(low - 1e-9);
    if (this.whole) return whole <= high ? whole : (low + high) / 2;
    return { 0: this.floor, [last]: this.ceiling }[number] ?? (low + high) / 2;
  }

  move(bound, score) {
    const other = this.at(bound === "low" ? "high" : "low");
    const steps = Math.round(score / this.step) * this.step;
    let to = Math.min(Math.max(steps, this.floor), this.ceiling);
    if (other !== null) to = bound === "low" ? Math.min(to, other) : Math.max(to, other);
    this.form.elements[bound].value = Number(to.toFixed(6));
    this.draw();
    this.status.textContent = this.sentence();
  }

  // Ask the server, as if the number had been typed.
  ask(bound) { this.form.elements[bound].dispatchEvent(new Event("input", { bubbles: true })); }

  draw() {
    const paths = { within: "", beyond: "" };
    const most = Math.log1p(Math.max(...this.counts));
    const step = this.width / this.counts.length;
    this.counts.forEach((count, number) => {
      if (!count) return;
      const height = 3 + ((this.height - 3) * Math.log1p(count)) / most;
      const bar = `M${number * step} ${this.height}v${-height}h${step - 1}v${height}z`;
      paths[this.drops(this.typical(number)) ? "beyond" : "within"] += bar;
    });
    for (const [name, d] of Object.entries(paths)) this.svg.querySelector(`path.${name}`).setAttribute("d", d);
    for (const handle of this.handles) this.#place(handle);
  }

  sentence() {
    const total = this.counts.reduce((sum, count) => sum + count, 0);
    const passing = this.counts.reduce((sum, count, number) => sum + (this.drops(this.typical(number)) ? 0 : count), 0);
    const shown = { passing: passing.toLocaleString(locale), total: total.toLocaleString(locale) };
    return this.says.replace(/\{(\w+)\}/g, (_, name) => shown[name]);
  }

  worded(score) {
    return this.share
      ? score.toLocaleString(locale, { style: "percent", maximumFractionDigits: 1 })
      : score.toLocaleString(locale, { maximumFractionDigits: 3 });
  }

  #place(handle) {
    const { bound } = handle.dataset;
    const at = this.at(bound);
    handle.classList.toggle("unset", at === null);
    if (at === null) return handle.removeAttribute("tabindex");
    handle.setAttribute("transform", `translate(${this.place(at + this.between(bound)) * this.width} 0)`);
    const facts = {
      role: "slider", tabindex: 0, "aria-valuemin": this.floor, "aria-valuemax": this.ceiling, "aria-valuenow": at,
      "aria-valuetext": `${this.worded(at)} · ${this.sentence()}`,
    };
    for (const [name, value] of Object.entries(facts)) handle.setAttribute(name, value);
  }

  #listen(handle) {
    const { bound } = handle.dataset;
    const to = (event) => {
      const box = this.svg.getBoundingClientRect();
      const place = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
      this.move(bound, this.score(place) - this.between(bound));
    };
    handle.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault();
      handle.setPointerCapture(event.pointerId);
      handle.focus({ preventScroll: true });
    });
    handle.addEventListener("pointermove", (event) => handle.hasPointerCapture(event.pointerId) && to(event));
    handle.addEventListener("pointerup", (event) => {
      handle.releasePointerCapture(event.pointerId);
      this.ask(bound);
    });
    handle.addEventListener("keydown", (event) => {
      const score = this.#byKey(event.key, this.at(bound));
      if (score === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      this.move(bound, score);
      this.ask(bound);
    });
  }

  #byKey(key, at) {
    // A page is a twentieth of the axis, and a step at the least.
    const page = (way) => {
      const to = this.score(this.place(at) + way / 20);
      return Math.abs(to - at) < this.step ? at + way * this.step : to;
    };
    const moves = {
      ArrowLeft: () => at - this.step, ArrowDown: () => at - this.step,
      ArrowRight: () => at + this.step, ArrowUp: () => at + this.step,
      PageDown: () => page(-1), PageUp: () => page(1), Home: () => this.floor, End: () => this.ceiling,
    };
    return moves[key]?.();
  }

  // The pairs shown are those of the line as it stands now.
  #refreshSides() {
    const check = this.form.elements.check.value;
    const more = document.getElementById(`more-${check}`);
    if (!more || more.open) document.getElementById(`sides-${check}`)?.dispatchEvent(new Event("line-moved"));
  }
}

for (const figure of document.querySelectorAll(".scores[data-counts]")) new Scores(figure);

// A proposed line goes into the fields, to be saved there.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-check]");
  const form = link && document.getElementById(`form-${link.dataset.check}`);
  if (!form) return;
  event.preventDefault();
  for (const bound of ["low", "high"]) form.elements[bound].value = link.dataset[bound];
  form.elements.low.dispatchEvent(new Event("input", { bubbles: true }));
  form.querySelector("button").focus();
});

// Labels

const KEYS = { k: "1", d: "0", u: "" };

const cardsOf = (card) => [...card.closest(".sides").querySelectorAll(".side-card")];
const besideOf = (card, way) => cardsOf(card)[cardsOf(card).indexOf(card) + way];

document.addEventListener("keydown", (event) => {
  const card = event.target.closest?.(".side-card");
  if (!card || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const button = card.querySelector(`button[name=keep][value="${KEYS[event.key.toLowerCase()]}"]`);
  if (!way && !button) return;
  event.preventDefault();
  if (way) besideOf(card, way)?.focus();
  else button.click();
});

// Focus moves on once a card is labelled, and stays where a label was taken back.
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const card = detail.elt.closest(".side-label")?.closest(".side-card");
  if (!card) return;
  const undone = detail.requestConfig.parameters.keep === "";
  const next = undone ? card : (besideOf(card, 1) ?? card);
  next.focus();
});

// Finding a check

for (const field of document.querySelectorAll("[data-find]")) {
  const find = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = [...document.querySelectorAll(field.dataset.find)];
    for (const row of rows) {
      const text = row.querySelector(".check-what").textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
    for (const fold of document.querySelectorAll(".check-warnings")) {
      fold.hidden = [...fold.querySelectorAll(".check")].every((row) => row.hidden);
      if (words.length) fold.open = !fold.hidden;
    }
    for (const group of document.querySelectorAll(".check-group")) {
      group.hidden = [...group.querySelectorAll(".check")].every((row) => row.hidden);
    }
    document.querySelector(field.dataset.none).hidden = rows.some((row) => !row.hidden);
  };
  field.addEventListener("input", find);
}

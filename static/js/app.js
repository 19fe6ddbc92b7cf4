// On every page: says what failed and that nothing typed is lost; closes menus; copies. Its words come
// from data- attributes of <body>, so that they are in the person's language.

import "./keys.js";

const words = document.body.dataset;
const REASONS = { 401: "forbidden", 403: "forbidden", 404: "missing", 409: "stale", 429: "throttled" };

/** Show one sentence in the live region until it is closed or a request succeeds. */
export function say(sentence, { unsaved = false } = {}) {
  const note = document.getElementById("alert").content.cloneNode(true);
  note.querySelector("span").textContent = sentence;
  note.querySelector("b").hidden = !unsaved;
  const region = document.getElementById("alerts");
  // A poll that fails every second is read out once.
  if (region.textContent !== note.textContent) region.replaceChildren(note);
}

export const hush = () => document.getElementById("alerts").replaceChildren();

const sayOf = (detail, sentence) => say(sentence, { unsaved: detail.requestConfig.verb !== "get" });
const reasonOf = (status) => words[REASONS[status] ?? (status >= 500 ? "broken" : "refused")];
const isPage = (text) => /^\s*<!doctype/i.test(text);
const sentenceOf = (page) => new DOMParser().parseFromString(page, "text/html").querySelector("[data-sentence]")?.textContent;

// A whole page in place of a fragment is an error page or, after the session ended, the sign-in page.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { xhr, isError } = detail;
  const signedOut = !isError && new URL(xhr.responseURL || location.href).pathname === words.login;
  if (!signedOut && !(isError && isPage(xhr.response))) return;
  detail.shouldSwap = false;
  detail.isError = true;
  sayOf(detail, signedOut ? words.forbidden : (sentenceOf(xhr.response) ?? reasonOf(xhr.status)));
});

document.addEventListener("htmx:responseError", ({ detail }) => {
  // 4xx: the error page has spoken above, or a fragment of ours was swapped in and speaks for itself.
  if (detail.xhr.status >= 500 && !isPage(detail.xhr.response)) sayOf(detail, words.broken);
});
document.addEventListener("htmx:sendError", ({ detail }) => sayOf(detail, words.offline));
document.addEventListener("htmx:timeout", ({ detail }) => sayOf(detail, words.slow));
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful) hush();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("#alerts button")) hush();
  const source = event.target.closest("[data-copy]");
  if (source) copy(source);
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

async function copy(button) {
  await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent);
  const label = button.textContent;
  button.textContent = words.copied;
  setTimeout(() => (button.textContent = label), 1500);
}

// On a phone the rail is a strip: show where we are.
document.querySelector(".rail [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

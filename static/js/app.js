// On every page: says what failed and that nothing typed is lost; closes menus; copies. Its words come
// from data- attributes of <body>, so that they are in the person's language.

import "./keys.js";
import { hush, say } from "./say.js";

const words = document.body.dataset;
const REASONS = { 401: "forbidden", 403: "forbidden", 404: "missing", 409: "stale", 429: "throttled" };

const sayOf = (detail, sentence) => say(sentence, { unsaved: detail.requestConfig.verb !== "get" });
const reasonOf = (status) => words[REASONS[status] ?? (status >= 500 ? "broken" : "refused")];
const sentenceOf = (page) => new DOMParser().parseFromString(page, "text/html").querySelector("[data-sentence]")?.textContent;

// Only a fragment of ours may replace what a person typed: not an error page, the sign-in page after the
// session ended, an empty answer, or what a proxy says.
const isFragment = (xhr) =>
  /^text\/html/.test(xhr.getResponseHeader("Content-Type")) && /\S/.test(xhr.response) && !/^\s*<(!doctype|html)/i.test(xhr.response);

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { xhr, isError } = detail;
  const signedOut = !isError && new URL(xhr.responseURL || location.href).pathname === words.login;
  if (!signedOut && (!isError || (isFragment(xhr) && xhr.status < 500))) return;
  detail.shouldSwap = false;
  detail.isError = true;
  sayOf(detail, signedOut ? words.forbidden : (sentenceOf(xhr.response) ?? reasonOf(xhr.status)));
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
  const source = document.querySelector(button.dataset.copy);
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(source.textContent);
  } else {
    // Plain HTTP inside a house: the browser hides the clipboard, the old way still works.
    getSelection().selectAllChildren(source);
    document.execCommand("copy");
  }
  const label = button.textContent;
  button.textContent = words.copied;
  setTimeout(() => (button.textContent = label), 1500);
}

// On a phone the rail is a strip: show where we are.
document.querySelector(".rail [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
// Where tabs have no room the one that is shown is in sight; the page itself does not move.
for (const tab of document.querySelectorAll(".tabs > [aria-current='page']")) {
  const tabs = tab.parentElement;
  tabs.scrollLeft = tab.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
}

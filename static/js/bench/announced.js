// What somebody has read is announced no more, not even by a desk that was fetched before they read it.

let read = 0;

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const notice = detail.elt.closest("[data-announced]");
  if (notice && detail.successful) read = Number(notice.dataset.announced);
});
document.addEventListener("desk:arrive", () => {
  for (const notice of document.querySelectorAll("[data-announced]")) {
    if (Number(notice.dataset.announced) <= read) notice.remove();
  }
});

// What somebody has read is announced no more, not even by a desk that was fetched before they read it.

let read = 0;

// Before the swap: an element that was swapped away tells the document nothing more.
document.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
  const notice = target.closest("[data-announced]");
  if (notice && !detail.isError) read = Number(notice.dataset.announced);
});
document.addEventListener("desk:arrive", () => {
  for (const notice of document.querySelectorAll("[data-announced]")) {
    if (Number(notice.dataset.announced) <= read) notice.remove();
  }
});

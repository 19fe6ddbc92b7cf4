// The hints beside the editor: a press on a line selects the place in the text that it is about.

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-select]");
  const text = document.getElementById("text");
  if (!button || !text) return;
  const [start, end] = button.dataset.select.split(" ").map(Number);
  text.hidden && document.getElementById("tab-write")?.click();
  text.blur();
  text.setSelectionRange(start, start);
  text.focus(); // browsers scroll to the caret when the focus comes, not when a selection is made
  text.setSelectionRange(start, end);
});

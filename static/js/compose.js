// Composing: the table of the mixture is counted anew while its figures are being written.
// Whoever writes keeps what was written since the count began, and the place of the cursor.

const look = document.getElementById("look");
let writing = null;

look.addEventListener("htmx:beforeSwap", () => {
  const field = document.activeElement.closest("#look .amount");
  writing = field && { part: field.dataset.part, value: field.value, at: field.selectionStart };
});

look.addEventListener("htmx:afterSwap", () => {
  const field = writing && look.querySelector(`.amount[data-part="${CSS.escape(writing.part)}"]`);
  if (!field) return;
  field.value = writing.value;
  field.focus({ preventScroll: true });
  field.setSelectionRange(writing.at, writing.at);
});

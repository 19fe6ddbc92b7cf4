// Opening a verdict puts the cursor where its words go; Escape closes it.
for (const panel of document.querySelectorAll(".verdict details")) {
  panel.addEventListener("toggle", () => panel.open && panel.querySelector("textarea").focus());
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || event.keyCode === 229) return;
    panel.open = false;
    panel.querySelector("summary").focus();
  });
}

// Pieces of the page that the server sends: each replaces the element of the same id.

/** The elements of a fragment, with nothing of it in the document yet. */
export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.children];
}

/** Put each element of `html` in the place of the one with its id inside `scope`; returns the others. */
export function place(html, scope = document) {
  return parse(html).filter((piece) => {
    const old = piece.id && scope.querySelector(`#${CSS.escape(piece.id)}`);
    if (!old) return true;
    old.replaceWith(piece);
    htmx.process(piece);
    return false;
  });
}

/** The same for a refusal, whose other elements go above the panes of the desk. */
export function placeRefusal(html, form) {
  const rest = place(html, form);
  if (!rest.length) return;
  form.querySelector("#said")?.replaceChildren(...rest);
  rest.forEach((piece) => htmx.process(piece));
}

// One sentence in the live region of the frame. Pages import it from here, not from app.js, which must run once.

/** Show `sentence` until it is closed or a request succeeds; `unsaved` adds that the text is kept. */
export function say(sentence, { unsaved = false } = {}) {
  const note = document.getElementById("alert").content.cloneNode(true);
  note.querySelector("span").textContent = sentence;
  note.querySelector("b").hidden = !unsaved;
  const region = document.getElementById("alerts");
  // A poll that fails every second is read out once.
  if (region.textContent !== note.textContent) region.replaceChildren(note);
}

export const hush = () => document.getElementById("alerts").replaceChildren();

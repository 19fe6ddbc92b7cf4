// Runs before the first paint: pages that no view rendered (500) know the theme only from the cookie.
// Later it makes the switch of _theme.html instant; without it the switch is a plain POST.
(() => {
  const root = document.documentElement;
  const kept = /(?:^|; )cqia_theme=(auto|light|dark)/.exec(document.cookie);
  root.dataset.theme = kept ? kept[1] : root.dataset.theme || "auto";

  document.addEventListener("submit", (event) => {
    const chosen = event.submitter;
    if (!chosen || !event.target.matches("[data-theme-switch]")) return;
    event.preventDefault();
    document.cookie = `cqia_theme=${chosen.value}; path=/; max-age=31536000; samesite=lax`;
    root.dataset.theme = chosen.value;
    for (const button of event.target.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button === chosen));
    }
  });
})();

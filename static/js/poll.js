// Polling with htmx: slower with time, in the end not at all; nothing moves while nothing is new.
(() => {
  "use strict";

  const LONGEST = 30; // minutes
  const start = Date.now();
  let asked = 0;
  let focused = false;

  const minutes = () => (Date.now() - start) / 60000;
  const pause = () => {
    if (document.hidden || minutes() > 10) return 10000;
    return minutes() > 2 ? 5000 : 0;
  };
  const stop = () => {
    const line = document.querySelector("[data-stopped]");
    if (!line?.hidden) return;
    line.hidden = false;
    for (const promise of document.querySelectorAll(".watch")) promise.hidden = true;
    document.getElementById("news").textContent = line.textContent;
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.detail.elt.dataset.version) return;
    if (minutes() > LONGEST) {
      stop();
      return event.preventDefault();
    }
    if (Date.now() - asked < pause()) return event.preventDefault();
    asked = Date.now();
  });

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const shown = detail.target.dataset.version;
    const found = /data-version="([^"]*)"/.exec(detail.xhr.responseText);
    if (shown && found?.[1] === shown) detail.shouldSwap = false;
    focused = detail.target.contains(document.activeElement);
  });

  document.addEventListener("htmx:afterSwap", () => {
    document.dispatchEvent(new Event("gatehouse:new"));
    const state = document.querySelector("[data-version]");
    const heading = state?.querySelector("h2");
    if (!heading) return;
    document.getElementById("news").textContent = heading.textContent;
    if (state.dataset.title) document.title = state.dataset.title;
    if (focused) heading.focus();
  });
})();

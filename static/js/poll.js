// Polling with htmx: slower with time, and nothing moves while nothing is new.
(() => {
  "use strict";

  const start = Date.now();
  let asked = 0;
  let focused = false;

  const pause = () => {
    const minutes = (Date.now() - start) / 60000;
    if (document.hidden || minutes > 10) return 10000;
    return minutes > 2 ? 5000 : 0;
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (Date.now() - asked < pause()) return event.preventDefault();
    asked = Date.now();
  });

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const found = /data-version="([^"]*)"/.exec(detail.xhr.responseText);
    if (found?.[1] === detail.target.dataset.version) detail.shouldSwap = false;
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

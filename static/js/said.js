// What a page has to say is spoken once, through its one live region, and can be put away.
(() => {
  "use strict";

  const said = document.getElementById("said");
  const fresh = () => [...said.querySelectorAll("[data-toast]:not([data-told])")];

  const tell = () => {
    const texts = fresh().map((one) => {
      one.dataset.told = "";
      one.querySelector("[data-dismiss]").hidden = false;
      return one.querySelector("[data-text]").textContent;
    });
    if (texts.length) document.getElementById("news").textContent = texts.join(" ");
  };

  said.addEventListener("click", (event) => {
    const button = event.target.closest("[data-dismiss]");
    if (!button) return;
    button.closest("[data-toast]").remove();
    const next = said.querySelector("[data-dismiss]");
    said.hidden = !next;
    (next ?? document.getElementById("main")).focus();
  });

  // Whoever is further down does not see the top of the page.
  document.addEventListener("htmx:oobAfterSwap", () => {
    if (!fresh().length) return;
    said.hidden = false;
    said.dataset.over = "";
    tell();
  });

  addEventListener("load", tell);
})();

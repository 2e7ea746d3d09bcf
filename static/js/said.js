// What a page has to say is spoken once, through its one live region, and can be put away.
(() => {
  "use strict";

  const tell = () => {
    const fresh = [...document.querySelectorAll("[data-toast]:not([data-told])")];
    for (const one of fresh) {
      one.dataset.told = "";
      one.querySelector("[data-dismiss]").hidden = false;
    }
    const texts = fresh.map((one) => one.querySelector(".toast__text").textContent);
    if (texts.length) document.getElementById("news").textContent = texts.join(" ");
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-dismiss]");
    if (!button) return;
    button.closest("[data-toast]").remove();
    (document.querySelector("[data-dismiss]") ?? document.getElementById("main")).focus();
  });

  // Whoever is further down does not see the top of the page.
  document.addEventListener("htmx:oobAfterSwap", () => {
    if (!document.querySelector("[data-toast]:not([data-told])")) return;
    document.getElementById("said").classList.add("said--over");
    tell();
  });

  addEventListener("load", tell);
})();

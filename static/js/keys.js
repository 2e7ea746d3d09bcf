// Shortcuts of the keyboard, for people who have not switched them off. Links carry theirs in
// data-keys: two letters, pressed one after the other.
(() => {
  "use strict";

  const PAUSE = 1500; // milliseconds in which the second letter has to follow
  let first = "";
  let forget = 0;

  const isTyping = (target) =>
    target.isContentEditable || target.matches("input, textarea, select, [role=textbox]");

  const search = () => {
    const field = document.querySelector("input[type=search]");
    if (field) field.focus();
    return Boolean(field);
  };

  const follow = (keys) => {
    const links = [...document.querySelectorAll("a[data-keys]")];
    const link = links.find((one) => one.dataset.keys === keys);
    if (link) location.assign(link.href);
    return Boolean(link);
  };

  const press = (key) => {
    clearTimeout(forget);
    const keys = first ? `${first} ${key}` : key;
    first = "";
    if (keys === "?") return document.getElementById("keys").showModal() ?? true;
    if (keys === "/") return search();
    if (keys === "g") {
      first = key;
      forget = setTimeout(() => (first = ""), PAUSE);
      return false;
    }
    return follow(keys);
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key.length !== 1 || isTyping(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (press(event.key)) event.preventDefault();
  });
})();

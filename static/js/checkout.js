// Beyond plain HTML; without it all still works.
(() => {
  "use strict";

  const lang = document.documentElement.lang;
  const say = (text) => {
    const line = document.getElementById("news");
    if (line) line.textContent = text;
  };


  const copy = async (button) => {
    const label = button.querySelector("[data-label]");
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      const field = document.createElement("textarea");
      field.value = button.dataset.copy;
      button.after(field);
      field.select();
      document.execCommand("copy");
      field.remove();
      button.focus();
    }
    const before = (button.dataset.before ??= label.textContent);
    label.textContent = button.dataset.copied;
    say(button.dataset.copied);
    setTimeout(() => (label.textContent = before), 2000);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.copy) copy(button);
    if ("print" in button.dataset) print();
    if ("stop" in button.dataset) stay();
  });


  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.dataset.busy) return;
    if (button.ariaBusy) return event.preventDefault();
    const label = button.querySelector("[data-label]") ?? button;
    button.dataset.before = label.textContent;
    label.textContent = button.dataset.busy;
    button.ariaBusy = button.ariaDisabled = "true";
  });

  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    stay();
    for (const button of document.querySelectorAll("[data-busy][aria-busy]")) {
      button.ariaBusy = button.ariaDisabled = null;
      (button.querySelector("[data-label]") ?? button).textContent = button.dataset.before;
    }
  });


  let leaving = 0;
  const stay = () => {
    clearInterval(leaving);
    for (const line of document.querySelectorAll("[data-return]")) line.hidden = true;
  };
  const leave = (line) => {
    let left = Number(line.dataset.return);
    clearInterval(leaving);
    leaving = setInterval(() => {
      left -= 1;
      line.querySelector("[data-left]").textContent = Math.max(left, 0);
      if (left > 0) return;
      clearInterval(leaving);
      location.assign(document.querySelector("a[data-shop]").href);
    }, 1000);
  };


  const theirs = navigator.languages.find((one) => one.slice(0, 2) === lang.slice(0, 2)) ?? lang;
  const local = (time) => {
    const when = new Date(time.dateTime);
    const clock = { timeStyle: "exact" in time.dataset ? "medium" : "short" };
    const isToday = when.toDateString() === new Date().toDateString();
    const short = isToday && !time.dataset.local;
    return when.toLocaleString(theirs, short ? clock : { ...clock, dateStyle: "medium" });
  };
  const tick = () => {
    for (const line of document.querySelectorAll("[data-until]")) {
      const left = Math.floor((new Date(line.dataset.until) - Date.now()) / 1000);
      line.hidden = left < 0 || left > 3600;
      const seconds = String(left % 60).padStart(2, "0");
      line.querySelector("b").textContent = `${Math.floor(left / 60)}:${seconds}`;
    }
  };
  setInterval(tick, 1000);


  const ask = () => {
    for (const field of document.querySelectorAll("[data-ask]")) {
      field.querySelector("input").required = field.offsetParent !== null;
    }
  };
  document.addEventListener("change", ask);

  const ready = () => {
    for (const hidden of document.querySelectorAll("[data-js]")) hidden.hidden = false;
    for (const time of document.querySelectorAll("time[data-local]")) {
      time.textContent = local(time);
    }
    tick();
    ask();
    const line = document.querySelector("[data-return]");
    if (line) leave(line);
  };

  document.addEventListener("gatehouse:new", ready);
  ready();
})();

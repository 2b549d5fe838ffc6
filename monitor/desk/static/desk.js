// What a page can do more with JavaScript: it looks for news while somebody sees it, and is moved through by keys.
"use strict";
(() => {
  const EVERY = 20000;
  const look = () => {
    if (!document.hidden) document.body.dispatchEvent(new Event("look"));
  };
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);

  const typing = (at) => at.closest("input, select, textarea, [contenteditable]");
  const move = (step) => {
    const all = [...document.querySelectorAll("[data-move]")];
    const here = all.indexOf(document.activeElement);
    const next = all[here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step];
    if (!next) return;
    next.focus();
    next.scrollIntoView({ block: "center" });
  };
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    "/": () => document.querySelector("input[type=search]")?.focus(),
    u: () => { location.href = "/"; },
    "?": () => document.getElementById("keys")?.showModal(),
  };
  // a file is read into the field that is sent, so that a form without files does
  for (const file of document.querySelectorAll("[data-into]")) {
    file.hidden = false;
    document.querySelector(`label[for="${file.id}"]`).hidden = false;
    file.addEventListener("change", async () => {
      document.getElementById(file.dataset.into).value = await file.files[0].text();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();

// Toasts: the server puts one into #toasts for every event that this person is
// to be told of; here it is decided whether this page shows it. Needs app.js.
"use strict";

(() => {
  const phone = matchMedia("(width < 620px)");
  const shelf = document.getElementById("toasts");
  const summary = document.getElementById("toast-summary");
  const self = document.body.dataset.actor;

  let catchingUp = false;
  let missed = 0; // while catching up
  let epoch = ""; // of the newest event announced here, and its number
  let newest = 0;

  // An event that comes again, after a reconnect, is not announced again.
  function announced(toast) {
    const [, inEpoch, number] = toast.dataset.event.match(/^(.*)-(\d+)$/);
    if (inEpoch === epoch && Number(number) <= newest) return true;
    epoch = inEpoch;
    newest = Number(number);
    return false;
  }

  function arrived(toast) {
    if (toast.dataset.type === "summary") return;
    if (announced(toast) || toast.dataset.actor === self) {
      toast.remove();
    } else if (catchingUp) {
      missed++;
      toast.remove();
    }
  }

  // Makes room: the oldest that is not critical goes first. Critical ones stay
  // until somebody dismisses them.
  function crowd() {
    const passing = [...shelf.querySelectorAll('.toast:not([data-priority="critical"])')];
    let spare = shelf.childElementCount - (phone.matches ? 2 : 3);
    passing.sort((a, b) => (a.dataset.at ?? "").localeCompare(b.dataset.at ?? ""));
    while (spare-- > 0 && passing.length) passing.shift().remove();
  }

  new MutationObserver((records) => {
    for (const record of records) {
      for (const node of record.addedNodes) {
        if (node.isConnected && node.matches?.(".toast")) arrived(node);
      }
    }
    crowd();
  }).observe(shelf, { childList: true });

  // One summary stands for everything that happened in between.
  function summarise() {
    if (missed === 0) return;
    const toast = summary.content.firstElementChild.cloneNode(true);
    toast.querySelector("[data-text]").textContent =
      missed === 1 ? "1 update while you were away" : `${missed} updates while you were away`;
    missed = 0;
    shelf.prepend(toast);
  }

  document.addEventListener("baithaka:phase", ({ detail: phase }) => {
    catchingUp = phase === "catching-up";
    if (phase === "live") summarise();
  });

  // The line under a toast is its clock, so that pointer and focus stop both.
  shelf.addEventListener("animationend", (event) => {
    if (event.target.matches(".line")) event.target.closest(".toast").remove();
  });
})();

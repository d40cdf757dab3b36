// Toasts: the server puts one into #toasts for every event that this person is
// to be told of; here it is decided, by their preferences, whether this page
// shows it, sounds it, or sends it to the desktop.
"use strict";

part("toasts", () => {
  const OPENING = 5_000; // what happens while a page opens is news: nobody was away
  const phone = matchMedia("(width < 620px)");
  const shelf = document.getElementById("toasts");
  const summary = document.getElementById("toast-summary");
  const self = document.body.dataset.actor;
  const bell = () => document.getElementById("unread");

  let catchingUp = false;
  let opened = false; // the stream has been live
  let missed = 0; // while catching up, or while nobody looked
  let before = null; // what was unread when the connection was lost
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

  // While somebody is at a toast, new ones stand below it and none goes: what is
  // about to be clicked does not move. (:hover still tells of the moment before.)
  const attended = () => shelf.matches(":hover, :focus-within");

  // Nor do toasts lie down on what somebody is at: the shelf has two places, one
  // below the header and one at the foot of the page.
  function show(toast, replaced) {
    toast.dataset.shown = "";
    if (attended()) {
      if (!replaced) shelf.append(toast);
    } else if (attention?.isAt(shelf.getBoundingClientRect())) { // where they will come to rest; they may be moving
      shelf.toggleAttribute("data-away");
    }
    time(toast);
  }

  function arrived(toast, replaced) {
    if ("shown" in toast.dataset) return; // only its place is new
    if (toast.dataset.type === "summary") {
      show(toast, replaced);
      return;
    }
    const { screen, sound: sounds, desktop: alerts } = preferences.announce(toast.dataset);
    const news = !announced(toast) && toast.dataset.actor !== self;
    if (news && !catchingUp) {
      if (sounds) sound?.ring(toast.dataset);
      if (alerts) desktop?.announce(toast);
    }
    if (news && screen && !catchingUp && !document.hidden) {
      show(toast, replaced);
      return;
    }
    if (news && screen) missed++;
    toast.remove();
  }

  // The line under a toast is its clock, so that pointer and focus stop both. A
  // critical toast has none: it stays, but folded into one line.
  function time(toast) {
    const duration = preferences.current.seconds * 1_000;
    for (const run of toast.querySelector(".line")?.getAnimations() ?? []) run.effect.updateTiming({ duration });
    if (toast.dataset.priority === "critical") setTimeout(fold, duration, toast);
  }

  function fold(toast) {
    toast.dataset.folded = "";
    crowd();
  }

  // Makes room: the oldest that is not critical goes first. Critical ones stay
  // until somebody dismisses them; of those that are folded the newest is shown.
  function crowd() {
    if (shelf.childElementCount === 0) shelf.removeAttribute("data-away");
    if (attended()) return;
    const folded = [...shelf.querySelectorAll("[data-folded]")];
    folded.forEach((toast, i) => toast.toggleAttribute("data-behind", i > 0));
    if (folded.length > 0) folded[0].querySelector(".first").dataset.more = folded.length > 1 ? `+${folded.length - 1}` : "";
    const passing = [...shelf.querySelectorAll('.toast:not([data-priority="critical"])')];
    let spare = shelf.childElementCount - Math.max(folded.length - 1, 0) - (phone.matches ? 2 : 3);
    const age = (toast) => Number(toast.dataset.sort ?? Infinity); // a summary is the newest
    passing.sort((a, b) => age(a) - age(b));
    while (spare-- > 0 && passing.length) passing.shift().remove();
  }

  new MutationObserver((records) => {
    const gone = new Set(records.flatMap((record) => [...record.removedNodes].map((node) => node.id)));
    for (const record of records) {
      for (const node of record.addedNodes) {
        if (node.isConnected && node.matches?.(".toast")) arrived(node, gone.has(node.id));
      }
    }
    crowd();
  }).observe(shelf, { childList: true });

  function tell(words) {
    const toast = summary.content.firstElementChild.cloneNode(true);
    toast.querySelector("[data-text]").textContent = words;
    shelf.querySelector('[data-type="summary"]')?.remove();
    shelf.prepend(toast);
  }

  // One summary stands for everything that happened in between.
  function summarise() {
    if (missed === 0 || document.hidden) return;
    tell(missed === 1 ? "1 update while you were away" : `${missed} updates while you were away`);
    missed = 0;
  }

  const unread = () => parseInt(bell().textContent, 10) || 0;

  document.addEventListener("baithaka:phase", ({ detail: phase }) => {
    catchingUp = phase === "catching-up" && (opened || performance.now() > OPENING);
    if (phase === "connecting") before ??= unread();
    if (phase !== "live") return;
    opened = true;
    // A page that read itself anew was told of nothing; its bell knows.
    if (missed === 0 && before !== null) missed = Math.max(0, unread() - before);
    before = null;
    summarise();
  });
  document.addEventListener("visibilitychange", () => { if (connection.live) summarise(); });

  // What is still unread when quiet ends is announced by one line, one quiet
  // tone and one alert.
  document.addEventListener("baithaka:quiet-over", () => {
    if (bell().hidden || connection.paused) return;
    const words = `Quiet is over: ${bell().textContent.trim()} unread`;
    const position = `quiet-${Math.floor(Date.now() / 60_000)}`;
    sound?.ring({ type: "summary", priority: "low", event: position });
    desktop?.show({ subject: "quiet", position, title: words, body: "", link: document.querySelector("a.bell").href });
    if (!document.hidden) tell(words);
  });

  shelf.addEventListener("pointerleave", crowd);
  shelf.addEventListener("focusout", () => setTimeout(crowd));
  shelf.addEventListener("animationend", (event) => {
    if (event.target.matches(".line")) event.target.closest(".toast").remove();
  });
});

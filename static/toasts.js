// News: the server puts a toast into #toasts for every event that this person is to
// be told of; here it is decided, by their preferences, whether this page shows it,
// sounds it, or sends it to the desktop. There is one place for all of them, in the
// header: the latest is seen, the others are folded into it.
"use strict";

part("toasts", () => {
  const OPENING = 5_000; // what happens while a page opens is news: nobody was away
  const MOST = 10; // toasts that are kept of those that pass
  const phone = matchMedia("(width < 620px)");
  const header = document.querySelector(".top");
  const main = document.getElementById("main");
  const shelf = document.getElementById("toasts");
  const place = shelf.parentElement;
  const more = document.getElementById("folded");
  const list = document.getElementById("unfolded");
  const summary = document.getElementById("toast-summary");
  const self = document.body.dataset.actor;
  const bell = () => document.getElementById("unread");
  const loud = (toast) => toast.hasAttribute("data-loud");
  const front = (toast) => toast.hasAttribute("data-front");

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

  // What somebody sees change on the page needs no word in the header. On the
  // dashboard, which is left standing for news, everything has one.
  function inSight(toast) {
    if (location.pathname === "/") return false;
    const subject = toast.id.slice("toast-".length);
    const from = header.getBoundingClientRect().bottom;
    return [...main.querySelectorAll("[data-booking], [data-notification], [data-alert]")].some((row) => {
      const { booking, notification, alert } = row.dataset;
      if (![booking && `booking:${booking}`, notification, alert].includes(subject)) return false;
      const { top, bottom, height } = row.getBoundingClientRect();
      return height > 0 && top < innerHeight - height / 2 && bottom > from + height / 2;
    });
  }

  // ---- The place ------------------------------------------------------------

  // While somebody is at the place, what stands there stays: what is about to be
  // clicked does not become something else. (:hover still tells of the moment before.)
  const attended = () => place.matches(":hover, :focus-within, :has(:popover-open)");

  const age = (toast) => Number(toast.dataset.sort ?? Infinity); // a summary is the newest
  const passing = () => [...shelf.children].filter((toast) => !loud(toast)).sort((a, b) => age(b) - age(a));
  const standing = () => [...shelf.children].filter(loud).sort((a, b) => age(b) - age(a));

  // Brings one to the front of those that stand and one of those that pass. The line
  // under a toast is its clock, so that pointer and focus stop both.
  function choose(toasts) {
    const shown = toasts.find(front);
    const next = shown && attended() ? shown : toasts[0];
    if (next === shown) return;
    shown?.removeAttribute("data-front");
    next.dataset.front = "";
    const duration = preferences.current.seconds * 1_000;
    if (next.matches(".toast")) for (const run of next.querySelector(".line")?.getAnimations() ?? []) run.effect.updateTiming({ duration });
  }

  // On a phone what stands has a row of its own: what is read below the header stays
  // where it is, and what somebody types into is not covered.
  function arrange() {
    const height = header.offsetHeight;
    for (const toast of passing().slice(MOST)) if (!front(toast)) toast.remove();
    choose(standing());
    choose(passing());
    const seen = standing().length > 0 ? standing() : passing();
    more.hidden = seen.length < 2;
    more.textContent = `+${seen.length - 1}`;
    const by = header.offsetHeight - height;
    if (by !== 0) follow(by);
  }

  function follow(by) {
    const from = scrollY;
    if (from > 0) scrollBy({ top: by, behavior: "instant" });
    const at = main.contains(document.activeElement) && document.activeElement !== main ? document.activeElement.getBoundingClientRect() : null;
    const covered = at && at.bottom > 0 ? header.getBoundingClientRect().bottom + 8 - at.top : 0;
    if (covered > 0) scrollBy({ top: -covered, behavior: "instant" });
    lists?.shifted(by - (scrollY - from));
  }

  // A toast that takes the place of another one about the same stands where that did.
  function show(toast, old) {
    toast.dataset.shown = "";
    toast.toggleAttribute("data-loud", toast.dataset.priority === "critical" || (toast.matches(".acknowledger") && loud(old)));
    if (toast.matches(".acknowledger")) toast.dataset.sort = old.dataset.sort;
    toast.toggleAttribute("data-front", Boolean(old) && front(old) && loud(old) === loud(toast));
  }

  function arrived(toast, old) {
    if ("shown" in toast.dataset) return; // only its place is new
    if (toast.matches(".acknowledger")) {
      if (old && front(old)) show(toast, old);
      else toast.remove();
      return;
    }
    if (toast.dataset.type === "summary") {
      show(toast, old);
      return;
    }
    const { screen, sound: sounds, desktop: alerts } = preferences.announce(toast.dataset);
    const news = !announced(toast) && toast.dataset.actor !== self;
    if (news && !catchingUp) {
      if (sounds) sound?.ring(toast.dataset);
      if (alerts) desktop?.announce(toast);
    }
    const tells = news && screen;
    if (tells && !catchingUp && !document.hidden && (toast.dataset.priority === "critical" || !inSight(toast))) {
      show(toast, old);
      return;
    }
    if (tells && (catchingUp || document.hidden)) missed++;
    toast.remove();
  }

  new MutationObserver((records) => {
    const gone = new Map(records.flatMap((record) => [...record.removedNodes].map((node) => [node.id, node])));
    for (const record of records) {
      for (const node of record.addedNodes) {
        if (node.isConnected && node.matches?.(".toast, .acknowledger")) arrived(node, gone.get(node.id));
      }
    }
    arrange();
  }).observe(shelf, { childList: true });

  // Those that pass leave together: they are one piece of news.
  function leave(toast) {
    for (const one of loud(toast) ? [toast] : passing()) one.remove();
  }
  shelf.addEventListener("animationend", ({ target }) => { if (target.matches(".line")) leave(target.parentElement); });
  shelf.addEventListener("click", ({ target }) => { if (target.closest("[data-close]")) leave(target.closest(".toast")); });
  place.addEventListener("pointerleave", arrange);
  place.addEventListener("focusout", () => setTimeout(arrange));

  // ---- The list of those that are folded, opened by hand ---------------------

  function row(toast) {
    const copy = toast.cloneNode(true);
    const item = document.createElement("li");
    item.className = toast.className.replace("toast", "earlier");
    for (const part of copy.querySelectorAll(".line, [data-close]")) part.remove();
    item.append(...copy.children);
    const time = item.querySelector(".second time");
    time?.parentElement.remove();
    if (time) item.append(time);
    return item;
  }

  list.addEventListener("beforetoggle", ({ newState }) => {
    if (newState !== "open") return;
    const rows = (standing().length > 0 ? standing() : passing()).filter((toast) => toast.matches(".toast")).map(row);
    list.firstElementChild.replaceChildren(...rows);
    htmx.process(list);
  });
  list.addEventListener("toggle", ({ newState }) => { if (newState === "closed") arrange(); });
  list.addEventListener("click", ({ target }) => { if (target.closest("button, a")) list.hidePopover(); });
  more.addEventListener("click", (event) => {
    if (!phone.matches) return;
    event.preventDefault(); // a list of its own is one list too many there
    location.assign(document.querySelector("a.bell").href);
  });

  // ---- What was missed ------------------------------------------------------

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
    if (phase === "polling") before = null; // what is new is on the page
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
});

// What the page needs beside htmx: how the connection stands, times as people
// say them, lists that do not grow for ever. toasts.js announces things.
// The stream itself is hx-sse's; this file only listens to what it tells.
"use strict";

// ---- The connection ---------------------------------------------------------

const connection = (() => {
  const SILENT = 45_000; // the server sends a beat every 15 s
  const GRACE = 5_000; // how long a lost connection is "connecting", not "stale"
  const REFETCH = 30_000; // while it is lost, the page fetches itself this often
  const MOMENT = 3_000; // for the stream to come back before the page helps itself
  const words = { connecting: "CONNECTING…", "catching-up": "CATCHING UP", live: "LIVE" };

  let state = "connecting";
  let heard = Date.now(); // when the stream last said anything
  let lost = Date.now(); // since when it is not connected; 0 while it is
  let due = 0; // the page does not fetch itself before this

  function show(next) {
    const changed = next !== state;
    state = next;
    const pill = document.getElementById("connection");
    pill.dataset.state = next;
    pill.querySelector(".word").textContent = words[next] ?? `STALE since ${times.clock(new Date(heard))}`;
    if (changed) document.dispatchEvent(new CustomEvent("baithaka:phase", { detail: next }));
  }

  function connected(next) {
    lost = 0;
    show(next);
  }

  function disconnected() {
    lost ||= Date.now();
    if (state !== "stale") show("connecting");
  }

  // Asks #main to fetch the page again. Its answer brings a new #live and with
  // it a new stream, whatever became of the old one.
  function refetch() {
    due = Date.now() + REFETCH;
    htmx.trigger(document.body, "resync");
  }

  // A socket can die without a word, and a first connection that fails is not
  // tried again at once: the clock notices both.
  function check() {
    const now = Date.now();
    if (!lost && now - heard > SILENT) lost = now;
    if (!lost || now - lost < GRACE && now - heard < SILENT) return;
    show("stale");
    if (!document.hidden && now > due && now - heard > REFETCH) refetch();
  }

  const on = (name, act) => document.addEventListener(name, act);
  on("htmx:sse:before:message", () => { heard = Date.now(); });
  on("hello", (event) => connected(JSON.parse(event.detail.data).behind > 0 ? "catching-up" : "live"));
  on("live", () => connected("live"));
  on("beat", () => { if (lost) connected("live"); });
  on("htmx:sse:before:connection", disconnected);
  on("htmx:sse:error", disconnected);
  on("htmx:sse:close", disconnected);
  setInterval(check, 1_000);

  // A hidden tab gives its stream up and takes it up again when it is seen, as
  // does a machine that wakes.
  const returned = () => { due = Date.now() + MOMENT; };
  on("visibilitychange", () => (document.hidden ? disconnected : returned)());
  for (const name of ["online", "pageshow"]) window.addEventListener(name, returned);

  return { get live() { return state === "live"; } };
})();

// ---- Times ------------------------------------------------------------------

const times = (() => {
  const zone = document.body.dataset.zone;
  const format = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options });
  const clock = format({ hour: "2-digit", minute: "2-digit" });
  const day = format({ weekday: "short", day: "numeric", month: "short" });
  const dayOfYear = format({ day: "numeric", month: "short", year: "numeric" });

  // As people say it: just now, 9 min, 13:52, Sat 12 Dec, 12 Dec 2025.
  function say(then, now) {
    const minutes = Math.floor((now - then) / 60_000);
    if (minutes < 1) return "just now";
    if (minutes < 60) return `${minutes} min`;
    if (dayOfYear.format(then) === dayOfYear.format(now)) return clock.format(then);
    return (now - then < 300 * 86_400_000 ? day : dayOfYear).format(then).replace(",", "");
  }

  // The time of day, with the day when that is not today.
  function at(then, now) {
    const today = dayOfYear.format(then) === dayOfYear.format(now);
    return today ? clock.format(then) : `${day.format(then).replace(",", "")}, ${clock.format(then)}`;
  }

  function refresh() {
    const now = new Date();
    for (const element of document.querySelectorAll("time[data-rel]")) {
      const then = new Date(element.dateTime);
      const said = element.dataset.rel === "clock" ? at(then, now) : say(then, now);
      if (element.textContent !== said) element.textContent = said;
    }
  }

  refresh();
  setInterval(refresh, 30_000);
  return { refresh, clock: (date) => clock.format(date) };
})();

// ---- After every swap -------------------------------------------------------

// Lists of a page that stays open all day are cut at the end.
function trim() {
  for (const list of document.querySelectorAll("[data-cap]")) {
    while (list.childElementCount > Number(list.dataset.cap)) list.lastElementChild.remove();
  }
}

// What the stream put into a list glows once. The class goes when the glow has
// ended, or another change of the same element could not show.
document.addEventListener("htmx:after:settle", (event) => {
  const { task, newContent } = event.detail;
  if (!connection.live || task.sourceElement?.id !== "live") return;
  for (const element of newContent) {
    if (element.matches?.("[data-list] > *")) element.classList.add("fresh");
  }
});
document.addEventListener("animationend", (event) => {
  if (event.animationName === "glow") event.target.classList.remove("fresh");
});

// A card that is replaced while it has the focus gives it to its successor.
let focused = null;
document.addEventListener("htmx:before:swap", () => {
  focused = document.activeElement?.closest("[data-list] > *")?.id ?? null;
});
document.addEventListener("htmx:after:swap", () => {
  trim();
  times.refresh();
  if (focused && document.activeElement === document.body) {
    document.getElementById(focused)?.querySelector("a, button")?.focus({ preventScroll: true });
  }
});

// An answer without #main, such as a proxy's own error page, must not blank the
// page: what was there stays, and the connection says how things are.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  if (ctx.sourceElement?.id !== "main") return;
  const main = tasks.find((task) => task.type === "main");
  if (main && !main.fragment.querySelector("#main")) event.preventDefault();
});

// Notices and toasts are closed by their button.
document.addEventListener("click", (event) => {
  event.target.closest?.("[data-close]")?.closest(".notice, .toast")?.remove();
});

// How the connection stands, and what a person can do about it. The stream
// itself is hx-sse's; this file listens to what it tells, and asks #main to
// fetch the page again when the stream cannot help. It works whatever becomes of
// the other scripts: a page that says LIVE is.
"use strict";

const connection = part("connection", () => {
  const SILENT = 44_000; // noticed within 45 s, by a look every second; a beat comes every 15 s
  const DOUBT = 17_000; // a beat later than that is missed
  const GRACE = 5_000; // how long a lost connection is "connecting", not "stale"
  const REFETCH = 30_000; // while there is no stream, the page fetches itself this often
  const MOMENT = 3_000; // for the stream to come back before the page helps itself
  const words = { off: "NOT LIVE", connecting: "CONNECTING…", "catching-up": "CATCHING UP", live: "LIVE", polling: "REFRESHES EVERY 30 S", paused: "PAUSED" };
  const able = () => typeof htmx !== "undefined"; // else there is no stream, and nothing fetches

  let state = "connecting"; // of the stream, whether paused or not
  let shown = ""; // what the pill says
  let heard = Date.now(); // when the stream last said anything
  let lost = Date.now(); // since when it is not connected; 0 while it is
  let due = 0; // the page does not fetch itself before this
  let line = null; // hx-sse's own record of the connection
  let paused = visit.get("paused") === "yes"; // this tab, over its pages
  let waiting = 0; // events held back by pause
  let last = ""; // the id that came last
  let polling = false; // other windows have the streams (windows.js)
  let left = false; // the page is on its way out, or stands in the browser's cache

  function show(next) {
    const changed = next !== state;
    state = next;
    draw();
    if (changed) document.dispatchEvent(new CustomEvent("baithaka:phase", { detail: next }));
  }

  // The time of day as the page tells it; where it cannot, as the device does.
  function clock(date) {
    try {
      return times.clock(date);
    } catch {
      return date.toTimeString().slice(0, 5);
    }
  }

  function draw() {
    const pill = document.getElementById("connection");
    const now = paused ? "paused" : state;
    const word = words[now] ?? `STALE since ${clock(new Date(heard))}`;
    const waits = pill.querySelector(".waits");
    waits.hidden = !paused || waiting === 0;
    waits.textContent = `${waiting} new`;
    if (pill.dataset.state === now && pill.querySelector(".word").textContent === word) return;
    pill.dataset.state = now;
    pill.querySelector(".word").textContent = word;
    for (const control of document.querySelectorAll('[data-control="pause"]')) control.hidden = paused;
    for (const control of document.querySelectorAll('[data-control="resume"]')) control.hidden = !paused;
    document.documentElement.classList.toggle("paused", paused);
    for (const line of document.querySelectorAll("[data-explains]")) line.hidden = line.dataset.explains !== now;
    speak(now, word);
  }

  // Ears are told when the page goes stale or stands still, and when it lives
  // again after that; not of every reconnect.
  function speak(now, word) {
    const notable = (name) => name === "stale" || name === "paused";
    if (notable(now) || (now === "live" && notable(shown))) document.querySelector("[data-spoken]").textContent = word;
    if (notable(now) || now === "live") shown = now;
  }

  function connected(next) {
    lost = 0;
    show(next);
  }

  function disconnected() {
    if (polling) return;
    lost ||= Date.now();
    if (state !== "stale") show("connecting");
  }

  // Asks #main to fetch the page again. Its answer brings a new #live and with
  // it a new stream, whatever became of the old one.
  function refetch() {
    if (!able()) {
      location.reload();
      return;
    }
    due = Date.now() + REFETCH;
    waiting = 0;
    htmx.trigger(document.body, "refetch");
    draw();
  }

  // Tries now instead of when hx-sse would; where nothing is under way at all,
  // the page fetches itself.
  function reconnect() {
    if (line?.delayCanceller) line.delayCanceller();
    else if (line?.reader && !lost) line.reader.cancel();
    else refetch();
  }

  function pause(yes) {
    if (yes === paused) return;
    paused = yes;
    visit.set("paused", yes ? "yes" : "");
    waiting = 0;
    draw();
    document.dispatchEvent(new CustomEvent("baithaka:paused"));
    // What was held back is gone from the stream: the page reads itself anew.
    if (!yes) refetch();
  }

  const may = () => !windows || windows.held || leading();

  // Opens the stream if it is this window's turn; else the page fetches itself.
  function turn(open) {
    if (may()) {
      polling = false;
      open();
      return;
    }
    windows.ask().then((got) => {
      if (left || background()) windows.leave();
      else if (got) turn(open);
      else poll();
    });
  }

  function poll() {
    polling = true;
    lost = 0;
    due = Math.max(due, heard + REFETCH);
    show("polling");
  }

  const background = () => document.hidden && !leading();
  const begin = () => { if (able()) htmx.trigger(document.getElementById("live"), "turn"); };

  // A socket can die without a word, and a first connection that fails is not
  // tried again at once: the clock notices both.
  function check() {
    if (!able()) {
      if (document.readyState === "complete") show("off");
      return;
    }
    const now = Date.now();
    if (polling && now - heard < SILENT) {
      if (!paused && !document.hidden && now > due) refetch();
      return;
    }
    if (!lost && now - heard > SILENT) lost = now;
    if (!lost || (now - lost < GRACE && now - heard < SILENT)) return;
    show("stale");
    if (!paused && !document.hidden && now > due && now - heard > REFETCH) refetch();
  }

  // While paused, nothing but the stream's own signals passes. What is held back
  // is counted when it is an event: state messages have no id of their own, and
  // come with the one before.
  function received(event) {
    heard = Date.now();
    const { message } = event.detail;
    const anew = message.id !== last;
    last = message.id;
    if (!paused || (message.event && message.event !== "resync")) return;
    event.preventDefault();
    if (!message.event && anew) {
      waiting++;
      draw();
    }
  }

  const on = (name, act) => document.addEventListener(name, act);
  on("htmx:sse:before:message", received);
  on("hello", (event) => connected(JSON.parse(event.detail.data).behind > 0 ? "catching-up" : "live"));
  on("live", () => connected("live"));
  on("beat", () => { if (lost) connected("live"); });
  on("htmx:before:request", (event) => {
    if (event.detail.ctx.sourceElement?.id !== "live" || may()) return;
    event.preventDefault();
    turn(begin);
  });
  on("baithaka:turn-lost", () => {
    line?.reader?.cancel();
    turn(begin);
  });
  on("htmx:sse:before:connection", (event) => {
    line = event.detail.connection;
    // hx-sse would take its stream up again at once when the page is seen.
    document.removeEventListener("visibilitychange", line.visibilityHandler);
    if (left || !may()) {
      event.preventDefault();
      return;
    }
    polling = false;
    disconnected();
  });
  on("htmx:sse:error", disconnected);
  on("htmx:sse:close", (event) => {
    if (event.detail.connection !== line) return; // an old one, whose successor is open
    line = null;
    disconnected();
  });
  setInterval(check, 1_000);

  // A hidden tab gives its stream up and takes it up again when it is seen, as
  // does a machine that wakes; tabs.js knows the one that keeps it.
  const returned = () => { due = Date.now() + MOMENT; };
  function seen() {
    if (!document.hidden) {
      returned();
      turn(() => { line?.visibilityHandler?.(); begin(); });
    } else if (background()) {
      line?.visibilityHandler?.();
      windows?.leave();
      disconnected();
    }
  }
  on("visibilitychange", seen);
  for (const name of ["online", "pageshow"]) window.addEventListener(name, returned);

  function leading() {
    try {
      return tabs.leading;
    } catch {
      return false;
    }
  }

  // A page that is left stays in the browser's cache, and one that is frozen in its
  // tab, with the stream open: its person would be counted as here, and everything
  // be sent to nobody. It reads itself anew when it is shown again.
  function leave() {
    left = true;
    line?.delayCanceller?.();
    line?.reader?.cancel();
    windows?.leave();
    disconnected();
  }
  function back() {
    left = false;
    refetch();
  }
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", () => { if (left) back(); });
  on("freeze", leave);
  on("resume", back);

  // The stream brings what a write changed; a page that does not listen fetches
  // itself.
  on("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    if (polling && ctx.sourceElement?.id === "main" && ctx.response?.status === 200) heard = Date.now();
    if (ctx.response?.status === 204 && ctx.request.method !== "GET" && (paused || polling || state === "stale")) refetch();
  });

  const controls = { pause: () => pause(true), resume: () => pause(false), refresh: refetch, reconnect };
  on("click", (event) => controls[event.target.closest?.("[data-control]")?.dataset.control]?.());
  for (const note of document.querySelectorAll("[data-insecure]")) note.hidden = window.isSecureContext;
  draw();

  return {
    refetch,
    clock,
    seen,
    get polling() { return polling; },
    get live() { return state === "live"; },
    // Whether the server may be away: it is lost, or a beat is missing.
    get doubtful() { return lost !== 0 || Date.now() - heard > DOUBT; },
    get paused() { return paused; },
  };
});

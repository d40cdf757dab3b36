// A screen on a wall: its clock, night, what is critical, and what to do when the
// server is away. Nobody stands at it, so it never shows the browser's own words.
"use strict";

(() => {
  const MINUTE = 60_000;
  const SILENT = 44_000; // a beat comes every 15 s
  const [night, morning] = ["22", "06"];
  const { body } = document;
  const find = (selector) => document.querySelector(selector);

  // The clock of the property, as the server knows it: since when, and by how many
  // minutes, it is ahead of UTC.
  const numbers = body.dataset.clock.split(" ").map(Number);
  const offsets = Array.from({ length: Math.floor(numbers.length / 2) }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]]);
  function clock(at) {
    const [, ahead] = offsets.findLast(([since]) => since <= at) ?? offsets[0];
    return new Date(at + ahead * MINUTE).toISOString().slice(11, 16);
  }

  let heard = Date.now(); // when the stream last said anything
  let due = 0; // the wall is not loaded anew before this

  function tick() {
    const now = Date.now();
    const shown = clock(now);
    find("[data-wall-clock]").textContent = shown;
    body.toggleAttribute("data-night", shown >= night || shown < morning);
    for (const time of document.querySelectorAll("[data-wall-since]")) time.textContent = clock(Date.parse(time.dateTime));
    const stale = find("[data-wall-stale]");
    stale.hidden = now - heard <= SILENT;
    stale.querySelector("span").textContent = clock(heard);
    if (!stale.hidden || now > Number(body.dataset.turns)) renew();
  }

  // Loads the wall anew as soon as the server answers: also when that answer is that
  // the wall has ended.
  async function renew() {
    if (Date.now() < due) return;
    due = Date.now() + MINUTE * (0.5 + Math.random() / 2);
    try {
      const answer = await fetch(location.pathname, { cache: "no-store", method: "HEAD" });
      if (answer.status < 500) location.reload();
    } catch {
      // Still away: what is shown stays, and says how old it is.
    }
  }

  document.addEventListener("htmx:sse:before:message", () => { heard = Date.now(); });
  document.addEventListener("htmx:after:swap", tick);
  for (const name of ["resync", "bye"]) document.addEventListener(name, () => { due = 0; renew(); });
  setInterval(tick, 1_000);
  tick();
})();

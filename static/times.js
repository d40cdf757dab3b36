// Times as people say them: just now, 9 min, 13:52, Sat 12 Dec. The hour of every
// time comes from the server, with when its day ends: a browser may know other laws
// of the zone, or not know it at all, and one instant has one hour.
"use strict";

const times = part("times", () => {
  const MINUTE = 60_000;
  // Since when, and by how many minutes, the clock of the person's zone is ahead of
  // UTC: for times that the server has not seen.
  const numbers = (document.body.dataset.clock ?? "").split(" ").map(Number);
  const offsets = Array.from({ length: Math.floor(numbers.length / 2) }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]]);

  // What the clock of the zone shows, as if it were of UTC.
  function shown(at) {
    const [, ahead] = offsets.findLast(([since]) => since <= at) ?? offsets[0] ?? [0, 0];
    return new Date(at + ahead * MINUTE).toISOString();
  }
  const clock = (date) => shown(date.getTime()).slice(11, 16);

  // The words of a time: its hour, and its day with the year if that is not the
  // present one.
  function words(element, now) {
    const [hour, weekday, day, month, year] = element.dataset.said.split(" ");
    return [hour, shown(now).startsWith(year) ? `${weekday} ${day} ${month}` : `${day} ${month} ${year}`];
  }

  // As people say it: just now, 9 min, 13:52, Sat 12 Dec, 12 Dec 2025.
  function say(element, now) {
    const minutes = Math.floor((now - Date.parse(element.dateTime)) / MINUTE);
    if (minutes < 1) return "just now";
    if (minutes < 60) return `${minutes} min`;
    const [hour, day] = words(element, now);
    return now < Number(element.dataset.ends) ? hour : day;
  }

  // The time of day, with the day when that is not today.
  function at(element, now) {
    const [hour, day] = words(element, now);
    return now < Number(element.dataset.ends) ? hour : `${day}, ${hour}`;
  }

  function write() {
    if (connection.paused) return; // nothing on the page moves
    const now = Date.now();
    for (const element of document.querySelectorAll("time[data-rel]")) {
      const said = element.dataset.rel === "clock" ? at(element, now) : say(element, now);
      if (element.textContent !== said) element.textContent = said;
    }
  }

  // "13:52" becomes "Sat 12 Dec" at midnight, and lines may break elsewhere.
  function refresh() {
    if (lists) lists.still(write);
    else write();
    turn();
  }

  // When the day ends, so do the date in the heading and, at the end of a year, the
  // dates that do not say theirs: the page reads itself anew, not all at once.
  let ended = 0;
  function turn() {
    const ends = Number(document.getElementById("heading")?.dataset.ends);
    if (!ends || ends === ended || Date.now() < ends || connection.paused || document.hidden) return;
    ended = ends;
    setTimeout(connection.refetch, Math.random() * MINUTE);
  }

  document.addEventListener("htmx:after:swap", refresh);
  setInterval(refresh, 30_000);
  refresh();
  return { refresh, clock };
});

// Times as people say them: just now, 9 min, 13:52, Sat 12 Dec.
"use strict";

const times = part("times", () => {
  const zone = document.body.dataset.zone;
  // A browser that does not know the zone leaves the times as the server wrote them.
  const known = (() => {
    try {
      return Boolean(new Intl.DateTimeFormat("en-GB", { timeZone: zone }));
    } catch {
      return false;
    }
  })();
  const format = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: known ? zone : undefined, ...options });
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

  function write() {
    if (!known || connection.paused) return; // when paused, nothing on the page moves
    const now = new Date();
    for (const element of document.querySelectorAll("time[data-rel]")) {
      const then = new Date(element.dateTime);
      const said = element.dataset.rel === "clock" ? at(then, now) : say(then, now);
      if (element.textContent !== said) element.textContent = said;
    }
  }

  // "13:52" becomes "Sat 12 Dec" at midnight, and lines may break elsewhere.
  function refresh() {
    if (lists) lists.still(write);
    else write();
  }

  document.addEventListener("htmx:after:swap", refresh);
  setInterval(refresh, 30_000);
  refresh();
  return { refresh, clock: (date) => clock.format(date) };
});

// How this person wants to be told. The server works their preferences out into
// a plan without calendars or zones (inn.Plan); what it says about one event is
// looked up here, because the frames that bring events are shared by everybody.
// inn.Preferences.Announce says the same, and a test holds the two together.
"use strict";

const preferences = part("preferences", () => {
  const ranks = { critical: 0, high: 1, medium: 2, low: 3 };
  const silence = { everywhere: {}, properties: {}, minimum: 3, seconds: 10, volume: 0, silent: [], quiet: [], through: true };
  let text = "";
  let plan = silence;

  // The element is replaced when the preferences change.
  function current() {
    const now = document.getElementById("preferences").dataset.plan;
    if (now !== text) {
      text = now;
      try {
        plan = { ...silence, ...JSON.parse(now) };
      } catch {
        // What holds is what could be read last.
      }
    }
    return plan;
  }

  const quiet = (at = Date.now(), by = current()) => by.quiet.some(([from, until]) => from <= at && at < until);

  // When the quiet ends that is now, or 0 when it is not quiet. One may run into the
  // next.
  function until(at = Date.now()) {
    let end = 0;
    for (;;) {
      const span = current().quiet.find(([from, to]) => from <= (end || at) && (end || at) < to);
      if (!span) return end;
      end = span[1];
    }
  }

  // By which channels something is announced: { screen, sound, desktop }.
  function announce({ kind, property, priority }, at = Date.now(), by = current()) {
    const heard = (ranks[priority] ?? 4) <= by.minimum && (!quiet(at, by) || (by.through && priority === "critical"));
    const named = heard ? ((by.properties[property] ?? by.everywhere)[kind] ?? "").split(" ") : [];
    return { screen: named.includes("screen"), sound: named.includes("sound"), desktop: named.includes("desktop") };
  }

  // When quiet ends, by the clock or by hand, what is still unread is announced,
  // once. That it begins, or ends at another time, is shown.
  let looked = Date.now();
  let wasQuiet = quiet();
  let shown = until();
  function look() {
    const now = Date.now();
    const is = quiet(now);
    const ended = wasQuiet || current().quiet.some(([, to]) => looked < to && to <= now);
    looked = now;
    wasQuiet = is;
    if (until(now) !== shown) document.dispatchEvent(new CustomEvent("baithaka:quiet"));
    shown = until(now);
    if (ended && !is) document.dispatchEvent(new CustomEvent("baithaka:quiet-over"));
  }
  setInterval(look, 1_000);
  document.addEventListener("htmx:after:swap", look);

  return { announce, quiet, until, get current() { return current(); } };
});

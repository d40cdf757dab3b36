// When more read marks changed than one, the stream says so by filling
// #marks-changed, and the page with the cards fetches itself again.
"use strict";

document.addEventListener("htmx:after:swap", () => {
  const changed = document.getElementById("marks-changed");
  if (!changed?.firstElementChild) return;
  changed.replaceChildren();
  htmx.trigger(document.body, "refetch");
});

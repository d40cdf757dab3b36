// Where the stream does not know what a page should show instead, it leaves
// [data-refetch] in it, and the page fetches itself again.
"use strict";

part("notifications", () => {
  document.addEventListener("htmx:after:swap", () => {
    const asked = document.querySelectorAll("#main [data-refetch]");
    for (const element of asked) element.remove();
    if (asked.length > 0) connection.refetch();
  });

  // What happened to a card is read when that is opened, and again when the page
  // reads itself anew.
  document.addEventListener("toggle", ({ target }) => {
    if (target.matches("details.past[open]")) htmx.trigger(target, "opened");
  }, true);
  document.addEventListener("htmx:after:swap", ({ detail }) => {
    if (detail.ctx.sourceElement?.id !== "main") return;
    for (const past of document.querySelectorAll("details.past[open]")) htmx.trigger(past, "opened");
  });
});

// Where the stream does not know what a page should show instead, it leaves
// [data-refetch] in it, and the page fetches itself again.
"use strict";

part("notifications", () => {
  document.addEventListener("htmx:after:swap", () => {
    const asked = document.querySelectorAll("#main [data-refetch]");
    for (const element of asked) element.remove();
    if (asked.length > 0) connection.refetch();
  });

  // How many unread cards stand on a shelf changes with every card that comes or
  // goes; how many there are in all comes from the server.
  function recount() {
    for (const line of document.querySelectorAll("[data-listed]")) {
      const shelf = line.closest(".shelf");
      const here = shelf.querySelectorAll('[data-notification][data-read="false"]').length;
      const unread = Number.parseInt(shelf.querySelector(".title .count").textContent, 10) || 0;
      const [first, second] = line.querySelectorAll("span");
      if (first.textContent !== String(here)) first.textContent = here;
      if (second.textContent !== String(unread)) second.textContent = unread;
      line.hidden = here >= unread;
    }
  }
  document.addEventListener("htmx:after:settle", recount);

  // What happened to a card is read when that is opened, and again when the page
  // reads itself anew, which marks nothing read: nobody opened it.
  document.addEventListener("toggle", ({ target }) => {
    if (target.matches("details.past[open]")) htmx.trigger(target, "opened");
  }, true);
  document.addEventListener("htmx:after:swap", ({ detail }) => {
    if (detail.ctx.sourceElement?.id !== "main") return;
    for (const past of document.querySelectorAll("details.past[open]")) {
      htmx.ajax("GET", `${past.getAttribute("hx-get")}?again=yes`, { source: past, target: past.querySelector(".story") });
    }
  });
});

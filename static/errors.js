// What goes wrong on the way is said in #flash, with what to do; what was typed
// stays, and what was on the page stays.
"use strict";

part("messages", () => {
  const flash = document.getElementById("flash");
  const offline = document.getElementById("offline");

  // The page's own fetching and its stream have the connection to speak for them.
  const background = (ctx) => ["main", "live"].includes(ctx?.sourceElement?.id);

  function say(words) {
    const notice = offline.content.cloneNode(true);
    if (words) notice.querySelector("p").textContent = words;
    flash.replaceChildren(notice);
  }

  // Nothing came back: no network, no server, or a time-out.
  document.addEventListener("htmx:error", (event) => {
    const { ctx } = event.detail;
    if (ctx && !ctx.response && !background(ctx) && event.detail.error?.name !== "AbortError") say();
  });

  // Our own errors are partials for #flash. Anything else, such as a proxy's
  // page, must not land in the page.
  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx, tasks } = event.detail;
    const main = tasks.find((task) => task.type === "main");
    const ours = ctx.text?.includes("<hx-partial");
    if (ctx.sourceElement?.id === "main") {
      if (main && !main.fragment.querySelector("#main")) event.preventDefault();
      // What one may no longer see, the server says so itself, does not stay on
      // screen: the page makes room for the one that says it.
      if (ours && [403, 404].includes(ctx.response?.status)) {
        event.preventDefault();
        location.reload();
      }
      return;
    }
    if (!(ctx.response?.status >= 400) || ours) return;
    event.preventDefault();
    say(`The server answered ${ctx.response.status} and changed nothing that we know of. What you typed is still here: try again in a moment.`);
  });

  // A new attempt takes the last complaint away.
  document.addEventListener("htmx:before:request", (event) => {
    const { ctx } = event.detail;
    if (!background(ctx) && ctx.request.method !== "GET") flash.replaceChildren();
  });

  // Notices and toasts are closed by their button.
  document.addEventListener("click", (event) => {
    event.target.closest?.("[data-close]")?.closest(".notice, .toast")?.remove();
  });

  // A form that has made something is empty again, for the next.
  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    if (ctx.response?.status < 400 && ctx.sourceElement?.matches?.("[data-clears]")) ctx.sourceElement.reset();
  });

  document.addEventListener("settings-saved", (event) => {
    const said = (event.target.closest?.("form") ?? document).querySelector("[data-saved]");
    if (said) said.textContent = `Saved at ${connection.clock(new Date())}.`;
  });
});

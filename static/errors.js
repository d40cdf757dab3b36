// What goes wrong on the way is said in #flash, with what to do; what was typed
// stays, and what was on the page stays.
"use strict";

part("messages", () => {
  const flash = document.getElementById("flash");
  const offline = document.getElementById("offline");

  // The page's own fetching and its stream have the connection to speak for them.
  const background = (ctx) => ["main", "live"].includes(ctx?.sourceElement?.id);

  // The sentence that the server wrote for what did not get through; of what was
  // typed it speaks only where something was.
  function say(source, answered) {
    const notice = offline.content.cloneNode(true);
    if (answered) notice.querySelector("[data-happened]").textContent = `The server answered ${answered} and changed nothing that we know of.`;
    notice.querySelector("[data-typed]").hidden = !typedInto(source);
    flash.replaceChildren(notice);
  }

  const written = "textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=submit], [type=button], [type=range])";
  const typedInto = (source) => [...source?.querySelectorAll?.(written) ?? []].some((field) => field.value !== "");

  // Nothing came back: no network, no server, or a time-out.
  document.addEventListener("htmx:error", (event) => {
    const { ctx } = event.detail;
    if (ctx && !ctx.response && !background(ctx) && event.detail.error?.name !== "AbortError") say(ctx.sourceElement);
  });

  // ---- While the server is away, the page stays ------------------------------

  const ASKED = 4_000; // for how long the server may say nothing before a page is left

  // Whether the server answers. Asked only where that is in doubt: a page that is
  // left for a server that is away leaves its person with the browser's own words.
  async function answers() {
    try {
      return (await fetch("/livez", { cache: "no-store", signal: AbortSignal.timeout(ASKED) })).ok;
    } catch {
      return false;
    }
  }

  let going = null; // what is to be opened or sent as soon as the server has answered

  async function whenItAnswers(go, source) {
    const mine = going = {};
    const there = await answers();
    if (going !== mine) return; // something else was chosen meanwhile
    going = null;
    if (there) go();
    else say(source);
  }

  const plainClick = (event) => event.button === 0 && !event.defaultPrevented && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || !connection?.doubtful || !plainClick(event)) return;
    const { origin, pathname, search } = new URL(link.href);
    const elsewhere = origin !== location.origin || link.target || link.hasAttribute("download");
    if (elsewhere || (link.hash && pathname === location.pathname && search === location.search)) return;
    event.preventDefault();
    whenItAnswers(() => location.assign(link.href), link);
  });

  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || "sent" in form.dataset || !connection?.doubtful || form.method === "dialog") return;
    event.preventDefault();
    whenItAnswers(() => {
      form.dataset.sent = ""; // the server has answered: this time it goes
      form.requestSubmit(submitter);
      delete form.dataset.sent;
    }, form);
  });

  // What was said of a server that was away goes when it is back.
  document.addEventListener("baithaka:phase", ({ detail }) => {
    if (detail === "live") flash.querySelector("[data-happened]")?.closest(".notice").remove();
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
        forms?.forget();
        location.reload();
      }
      return;
    }
    if (!(ctx.response?.status >= 400) || ours) return;
    event.preventDefault();
    say(ctx.sourceElement, ctx.response.status);
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

  document.addEventListener("settings-saved", (event) => {
    const said = (event.target.closest?.("form") ?? document).querySelector("[data-saved]");
    if (said) said.textContent = `Saved at ${connection.clock(new Date())}.`;
  });
});

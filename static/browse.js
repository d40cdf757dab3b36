// Lists that are browsed without leaving them: the list follows a filter as one
// types and chooses, and what is opened stands beside it. Each is the page at an
// address, fetched and put in place of the one before, with its stream, since a page
// and its position in the log are one; the address stands in the bar, and the back
// button leads back. Without this script the form and the links do the same.
"use strict";

part("lists and panels", () => {
  const beside = matchMedia("(min-width: 1100px)"); // there is room beside the list
  const PAUSE = 250; // after a letter, before the list follows
  const main = document.getElementById("main");
  const parts = () => main.getAttribute("hx-select-oob");
  const here = () => location.pathname + location.search;
  let asked = 0; // only the last answer counts
  let shown = here(); // the address whose page this is; that in the bar may be still to come
  let typing = 0;

  // Shows the page at an address of this server in place of this one.
  async function show(address, { instead = false, kept = false } = {}) {
    const mine = ++asked;
    clearTimeout(typing);
    if (!kept) history[instead ? "replaceState" : "pushState"]({}, "", address);
    await htmx.ajax("GET", address, {
      source: document.body, target: "#main", select: "#main", selectOOB: parts(), swap: "outerMorph",
    });
    if (mine !== asked) return;
    if (kept) fill();
    mark();
  }

  // What is in the fields is what the address asks for, whatever was chosen since.
  function fill() {
    const query = new URLSearchParams(location.search);
    for (const field of main.querySelectorAll("[data-follows] :is(select, input:not([type=date], [type=hidden]))")) {
      field.value = query.get(field.name) ?? field.options?.[0].value ?? "";
    }
  }

  // An answer that was overtaken is not shown.
  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx } = event.detail;
    if (ctx.sourceElement !== document.body || !ctx.request?.action) return;
    const answered = new URL(ctx.request.action, location.href);
    if (answered.pathname + answered.search !== here()) event.preventDefault();
    else if (ctx.response.status < 400) shown = here();
  });

  // What was chosen while the server was away is shown when it is back.
  document.addEventListener("baithaka:phase", ({ detail }) => {
    if (detail === "live" && shown !== here() && main.querySelector("[data-opens]")) show(here(), { kept: true });
  });

  // ---- What is open beside the list -----------------------------------------

  const opened = () => main.querySelector("#panel [data-booking]")?.dataset.booking;

  // The card of what is open says so.
  function mark() {
    const id = opened();
    for (const link of main.querySelectorAll("[data-opens] .whole")) {
      const current = id && link.closest("[data-booking]").dataset.booking === id;
      if (current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  function open(list, id) {
    const address = new URL(list.dataset.opens, location.href);
    address.searchParams.set("open", id);
    show(address.pathname + address.search);
  }

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest?.("a");
    if (!link || !main.contains(link)) return;
    if (link.matches("[data-visit]")) {
      event.preventDefault();
      show(link.getAttribute("href"));
      return;
    }
    const list = link.matches(".whole, .beside > a") && main.querySelector("[data-opens]");
    if (!list || !beside.matches) return;
    const item = link.closest("[data-booking], .beside");
    event.preventDefault();
    open(list, item.dataset.booking ?? item.id.slice("beside-".length));
  });

  document.addEventListener("keydown", (event) => {
    const close = main.querySelector("#panel [data-visit]");
    if (event.key !== "Escape" || event.defaultPrevented || !close) return;
    if (document.querySelector("[popover]:popover-open, dialog[open]") || event.target.matches?.("input, select, textarea")) return;
    const id = opened();
    close.click();
    main.querySelector(`[data-opens] [data-booking="${CSS.escape(id)}"] .whole`)?.focus({ preventScroll: true });
  });

  addEventListener("popstate", () => {
    if (main.querySelector("[data-opens]") && location.pathname === new URL(main.querySelector("[data-opens]").dataset.opens, location.href).pathname) {
      show(here(), { kept: true });
    } else {
      location.reload();
    }
  });

  // ---- A list follows its filter --------------------------------------------

  function addressOf(form) {
    const query = new URLSearchParams(new FormData(form));
    for (const [name, value] of [...query]) if (value === "") query.delete(name);
    const said = query.toString();
    return form.getAttribute("action") + (said && `?${said}`);
  }

  const follow = (form, how) => { if (addressOf(form) !== here() || shown !== here()) show(addressOf(form), how); };

  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("[data-follows]");
    if (!form) return;
    clearTimeout(typing);
    if (event.target.matches("select, [type=date]")) return;
    typing = setTimeout(() => follow(form, { instead: true }), PAUSE);
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("[data-follows]");
    if (!form || event.target.matches("[type=search]")) return;
    if (event.target.name === "when" && event.target.value === "days") {
      form.querySelector("details").open = true;
      form.querySelector("[name=from]").focus();
      return;
    }
    if (event.target.matches("[type=date]") && event.target.value) form.querySelector("[name=when]").value = "days";
    follow(form);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest?.("[data-follows]");
    if (!form) return;
    event.preventDefault();
    follow(form);
  });

  // ---- Copying --------------------------------------------------------------

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copies]");
    if (!button) return;
    const text = button.dataset.copiesAs === "address" ? new URL(button.dataset.copies, location.href).href : button.dataset.copies;
    await copy(text);
    button.classList.add("copied");
    document.querySelector("[data-spoken]").textContent = "Copied";
    setTimeout(() => button.classList.remove("copied"), 1_500);
  });

  // Over plain HTTP a page may only copy what is selected in it.
  async function copy(text) {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return;
    }
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "sr";
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }

  document.addEventListener("htmx:finally:swap", mark);
  mark();
});

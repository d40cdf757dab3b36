// Forms. One that was refused comes back with what is wrong at its fields; the focus
// goes to the first. Leaving one that was changed asks. What is shown only once can
// be copied.
"use strict";

const forms = part("forms", () => {
  const touched = new WeakSet(); // forms in which somebody typed or ticked

  const differs = (field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected);
    return field.type !== "hidden" && "defaultValue" in field && field.value !== field.defaultValue;
  };

  // One that was refused holds what is not stored, whatever it began with.
  const unsaved = (form) => touched.has(form) && (form.querySelector("[data-summary]") || [...form.elements].some(differs));

  // What was stored is what the form begins with from now on.
  function settle(form) {
    touched.delete(form);
    for (const field of form.elements) {
      if ("defaultChecked" in field) field.defaultChecked = field.checked;
      if ("defaultValue" in field && field.type !== "hidden") field.defaultValue = field.value;
      for (const option of field.options ?? []) option.defaultSelected = option.selected;
    }
  }

  function forget() {
    for (const form of document.forms) touched.delete(form);
  }

  for (const type of ["input", "change"]) {
    document.addEventListener(type, (event) => {
      const form = event.target.form;
      if (form?.matches("[data-unsaved]")) touched.add(form);
    });
  }

  window.addEventListener("beforeunload", (event) => {
    if ([...document.forms].some(unsaved)) event.preventDefault();
  });

  // A form that the browser sends itself leaves with the page.
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) touched.delete(event.target);
  });

  // A new attempt takes the last complaint away.
  document.addEventListener("htmx:before:request", (event) => {
    const form = event.detail.ctx.sourceElement;
    if (!form?.matches?.("form[data-unsaved]")) return;
    for (const said of form.querySelectorAll("[data-summary], .wrong")) said.remove();
    for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    for (const field of form.querySelectorAll("[aria-describedby]")) {
      const left = field.getAttribute("aria-describedby").split(" ").filter((id) => document.getElementById(id));
      if (left.length > 0) field.setAttribute("aria-describedby", left.join(" "));
      else field.removeAttribute("aria-describedby");
    }
  });

  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    if (ctx.hx?.redirect) forget(); // whose session has ended is not asked
    const form = ctx.sourceElement;
    if (!(ctx.response?.status < 400) || !form?.matches?.("form")) return;
    // A form that has made something is empty again, for the next.
    if (form.matches("[data-clears]")) form.reset();
    if (form.matches("[data-unsaved]")) settle(form);
  });

  document.addEventListener("htmx:finally:request", (event) => {
    const { ctx } = event.detail;
    if (!(ctx.response?.status >= 400) || !ctx.sourceElement?.matches?.("form")) return;
    const summary = ctx.sourceElement.querySelector("[data-summary]");
    (ctx.sourceElement.querySelector("[aria-invalid][autofocus]") ?? summary)?.focus();
  });

  // Browsers let a page write to the clipboard over HTTPS and on this machine only;
  // elsewhere the old way does, or what was to be copied is at least selected.
  async function copy(from) {
    try {
      await navigator.clipboard.writeText(from.value ?? from.innerText);
      return true;
    } catch {
      if (from.select) from.select();
      else getSelection().selectAllChildren(from);
      return document.execCommand("copy");
    }
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    const copied = await copy(button.parentElement.querySelector("[data-copied]"));
    button.querySelector("[data-said]").textContent = copied ? "Copied" : "Press Ctrl+C";
  });

  return { forget };
});

// What a person opened stays open, and what they closed stays closed, whatever is
// pushed or fetched: only they change "open" of a panel that is on the page.
"use strict";

part("panels", () => {
  const panels = "details, dialog";

  // A morph would give the element the state of its new version.
  htmx.registerExtension("panels", {
    htmx_before_morph_attr: (element, { attrName }) => attrName !== "open" || !element.matches?.(panels),
  });

  // Where the element itself is replaced, the new one comes as the old one stands.
  document.addEventListener("htmx:before:swap", ({ detail }) => {
    for (const { fragment } of detail.tasks) {
      for (const panel of fragment?.querySelectorAll?.(panels) ?? []) {
        const shown = panel.id && document.getElementById(panel.id);
        if (shown) panel.toggleAttribute("open", shown.open);
      }
    }
  });
});

// Where the stream does not know what a page should show instead, it leaves
// [data-refetch] in it, and the page fetches itself again.
"use strict";

document.addEventListener("htmx:after:swap", () => {
  const asked = document.querySelectorAll("#main [data-refetch]");
  for (const element of asked) element.remove();
  if (asked.length > 0) connection.refetch();
});

// What the pages of the shop and of the back office gain with scripts. A page loads it joined with shop.js or admin.js, as one script.
(() => {
  "use strict";

  // A page that comes back with a problem or an answer starts there.
  if (!document.querySelector("[autofocus]")) document.querySelector("[data-focus]")?.focus();

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) print();
  });
})();

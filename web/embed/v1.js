/* Coincart buttons, version 1. <a class="coincart-button" href="https://…/pay/mug">: opens the payment in a new tab and fires "coincart:paid" at the link. */
(() => {
  "use strict";
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const every = 4000, longest = 2 * 60 * 60 * 1000;

  const newID = () => "co_" + Array.from(crypto.getRandomValues(new Uint8Array(26)), (n) => letters[n & 31]).join("");

  const fire = (link, name, detail) => link.dispatchEvent(new CustomEvent("coincart:" + name, { bubbles: true, detail }));

  const watch = async (link, root, id) => {
    const end = Date.now() + longest;
    let last = "";
    while (Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, every));
      try {
        const answer = await fetch(root + "/api/v1/public/checkouts/" + id, { credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer" });
        if (!answer.ok) continue; // nothing was begun yet, or the shop is not reached
        const status = (await answer.json()).status;
        if (status === last) continue;
        last = status;
        fire(link, "status", { checkout: id, status });
        if (status === "paid") fire(link, "paid", { checkout: id });
        if (status === "paid" || status === "expired" || status === "cancelled") return;
      } catch { /* asked again */ }
    }
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.coincart-button");
    const found = link && /^(https?:\/\/.+)\/pay\/[a-z0-9-]+$/.exec(link.href.split(/[?#]/)[0]);
    if (!found || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const id = newID(), to = new URL(link.href);
    to.searchParams.set("checkout", id);
    window.open(to, "_blank", "noopener");
    watch(link, found[1], id);
  });
})();

// What the pages gain with scripts; each of them works without. No state is kept here but what a tab's own form holds.
(() => {
  "use strict";

  // Times are written by the server in the shop's zone; a reader sees them in their own.
  const local = (root) => {
    const page = document.documentElement.lang;
    const own = navigator.languages.find((l) => l.split("-")[0] === page.split("-")[0]) ?? page;
    const written = new Intl.DateTimeFormat(own, { dateStyle: "long", timeStyle: "short" });
    for (const time of root.querySelectorAll("time[data-local]")) {
      const moment = new Date(time.dateTime);
      if (!Number.isNaN(moment.getTime())) time.textContent = written.format(moment);
    }
  };

  // The order's page on paper.
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) print();
  });

  // A form whose choice is the whole question sends itself.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
  });

  // The price above the variants follows the choice, and with it what it costs usually.
  document.addEventListener("change", (event) => {
    const price = event.target.dataset.priceText;
    const buy = event.target.closest("[data-buy]");
    const shown = buy?.querySelector("[data-price]");
    if (!price || !shown) return;
    shown.textContent = price;
    for (const sale of buy.querySelectorAll("[data-price-of]")) sale.hidden = sale.dataset.priceOf !== event.target.value;
  });

  // The buttons beside a quantity.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    const field = button?.parentElement.querySelector("input[type=number]");
    if (!field) return;
    const before = field.value;
    if (button.dataset.step === "1") field.stepUp();
    else field.stepDown();
    if (field.value !== before) field.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // What was typed at checkout survives a visit to the cart or to the exchange, in this tab only.
  const keep = document.querySelector("form[data-keep]");
  if (keep) {
    const fields = [...keep.querySelectorAll("input[type=email], input[type=tel], input[type=text]:not([data-forget])")];
    const name = (field) => `${keep.dataset.keep}.${field.name}`;
    try {
      for (const field of fields) {
        field.value ||= sessionStorage.getItem(name(field)) ?? "";
        field.addEventListener("input", () => sessionStorage.setItem(name(field), field.value));
      }
    } catch {
      // Storage is switched off: nothing is kept, nothing else is lost.
    }
  }

  // The time for which amounts in coin hold runs down before the shopper's eyes. How much is left is the server's word: the clock of this
  // machine may be wrong.
  const began = Date.now();
  const countDown = () => {
    for (const end of document.querySelectorAll("[data-until]")) {
      const left = end.querySelector("[data-until-left]");
      const seconds = Math.ceil(Number(end.dataset.until) - (Date.now() - began) / 1000);
      if (!left || Number.isNaN(seconds)) continue;
      const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      const text = seconds > 0 ? end.dataset.left.replace("{time}", time) : end.dataset.over;
      if (left.textContent !== text) left.textContent = text;
      end.classList.toggle("quote-end--over", seconds <= 0);
    }
  };
  if (document.querySelector("[data-until]")) {
    countDown();
    setInterval(countDown, 1000);
  }

  // A page that comes back with problems starts at their list.
  document.querySelector("[data-focus]")?.focus();

  // A removed line takes the focus with it: go on at the cart's heading.
  document.addEventListener("htmx:after:swap", () => {
    local(document);
    if (document.activeElement === document.body) document.getElementById("cart-title")?.focus();
  });

  local(document);
})();

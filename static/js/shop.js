// What the shop's pages gain with scripts. Each page works without them. The only state kept is what was typed into a form, for one tab.
(() => {
  "use strict";

  // The server writes times in the shop's zone. localTimes writes them in the reader's zone and language.
  const localTimes = (root) => {
    const page = document.documentElement.lang;
    const language = navigator.languages.find((l) => l.split("-")[0] === page.split("-")[0]) ?? page;
    const format = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });
    for (const time of root.querySelectorAll("time[data-local]")) {
      const moment = new Date(time.dateTime);
      if (!Number.isNaN(moment.getTime())) time.textContent = format.format(moment);
    }
  };

  // A form with a single choice is sent when the choice changes.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
  });

  // The price above the variants, and the price before the sale, are those of the chosen variant.
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

  // What was typed at checkout is kept in this tab during a visit to the cart or to the exchange.
  const form = document.querySelector("form[data-keep]");
  if (form) {
    const fields = [...form.querySelectorAll("input[type=email], input[type=tel], input[type=text]:not([data-forget])")];
    const key = (field) => `${form.dataset.keep}.${field.name}`;
    try {
      for (const field of fields) {
        field.value ||= sessionStorage.getItem(key(field)) ?? "";
        field.addEventListener("input", () => sessionStorage.setItem(key(field), field.value));
      }
    } catch {
      // The browser allows no storage: nothing is kept.
    }
  }

  // Shows how long amounts in coin still hold, and how long an order can be paid. The server says how many seconds are left, because the clock
  // of this machine may be wrong.
  const ends = new WeakMap(); // element → what the server said last, and when
  const countDown = () => {
    for (const end of document.querySelectorAll("[data-until]")) {
      const left = end.querySelector("[data-until-left]");
      let said = ends.get(end);
      if (said?.until !== end.dataset.until) ends.set(end, (said = { until: end.dataset.until, at: Date.now() }));
      const seconds = Math.ceil(Number(said.until) - (Date.now() - said.at) / 1000);
      if (!left || Number.isNaN(seconds)) continue;
      const two = (n) => String(n).padStart(2, "0");
      const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60)];
      const time = hours > 0 ? `${hours}:${two(minutes % 60)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
      const text = seconds > 0 ? end.dataset.left.replace("{time}", time) : end.dataset.over;
      if (left.textContent !== text) left.textContent = text;
      end.classList.toggle("quote-end--over", seconds <= 0);
    }
  };
  countDown();
  setInterval(countDown, 1000);

  // A removed line takes the focus with it: the focus goes to the cart's heading.
  document.addEventListener("htmx:after:swap", () => {
    localTimes(document);
    countDown();
    if (document.activeElement === document.body) document.getElementById("cart-title")?.focus();
  });

  localTimes(document);
})();

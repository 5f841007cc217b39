// What the pages do with answers of the server that are no use: errors, answers of somebody else (a proxy, a network that wants a sign-in),
// answers that break off or do not come. A page that asks by itself stays as it is, waits longer each time and goes on. A form stays with what
// was typed into it. One line at the edge of the page says so, until an answer comes.
(() => {
  "use strict";

  const trouble = document.getElementById("trouble");
  if (!trouble) return;
  const box = trouble.querySelector("[data-trouble]");
  const text = box.querySelector("p");
  const again = box.querySelector("button");

  const longest = 60; // seconds until a page asks again
  const waits = new Map(); // id of an element that asks by itself → { count, until }
  let pressed = null; // what a person did that had no answer

  // Elements ask by themselves every some seconds, and when the server says that there is something new (live.js).
  const asksByItself = (ctx) => ["every", "live"].includes(ctx.sourceEvent?.type);

  const show = (words, press) => {
    if (text.textContent !== words) text.textContent = words;
    again.hidden = press === null;
    pressed = press;
    box.hidden = false;
  };

  const hide = () => {
    if (box.contains(document.activeElement)) document.getElementById("main")?.focus({ preventScroll: true });
    box.hidden = true;
    text.textContent = "";
    pressed = null;
  };

  const wordsFor = (kind) => (navigator.onLine ? trouble.dataset[kind] : `${trouble.dataset.offline} ${trouble.dataset[kind]}`);

  const failed = (ctx, retryAfter) => {
    if (!asksByItself(ctx)) {
      show(wordsFor("press"), { element: ctx.sourceElement, type: ctx.sourceEvent.type, submitter: ctx.sourceEvent.submitter });
      return;
    }
    const id = ctx.sourceElement.id;
    const count = (waits.get(id)?.count ?? 0) + 1;
    const seconds = Math.min(longest, Math.max(2 ** count, Number(retryAfter) || 0)) * (0.8 + Math.random() * 0.4);
    waits.set(id, { count, until: Date.now() + seconds * 1000 });
    if (!pressed) show(wordsFor("poll"), null);
  };

  const worked = (ctx) => {
    if (!asksByItself(ctx)) {
      hide();
      return;
    }
    waits.delete(ctx.sourceElement.id);
    if (waits.size === 0 && !pressed) hide();
  };

  document.addEventListener("htmx:config:request", (event) => {
    const { ctx } = event.detail;
    if (ctx.sourceEvent?.type === "every" && Date.now() < (waits.get(ctx.sourceElement.id)?.until ?? 0)) event.preventDefault();
  });

  document.addEventListener("htmx:before:response", (event) => {
    const { ctx } = event.detail;
    const { status, headers } = ctx.response;
    const passes = status === 408 || status === 429 || status >= 500;
    const useful = headers.get("Coincart-Answer") === "part" && !passes && (status < 400 || !asksByItself(ctx));
    if (useful) return;
    event.preventDefault(); // nothing of it is shown
    failed(ctx, headers.get("Retry-After"));
  });

  // The whole answer is here.
  document.addEventListener("htmx:after:request", (event) => worked(event.detail.ctx));

  document.addEventListener("htmx:error", (event) => {
    const ctx = event.detail.ctx;
    if (ctx && ctx.text === undefined) failed(ctx); // no answer, or not all of it
  });

  again.addEventListener("click", () => {
    const { element, type, submitter } = pressed ?? {};
    if (!element?.isConnected) {
      hide();
    } else if (type === "submit") {
      element.requestSubmit(submitter?.isConnected ? submitter : undefined);
    } else if (type === "click") {
      element.click();
    } else {
      element.dispatchEvent(new Event(type, { bubbles: true }));
    }
  });

  // A form that would leave the page for the browser's page about a missing network stays.
  document.addEventListener("submit", (event) => {
    if (navigator.onLine || event.defaultPrevented) return;
    event.preventDefault();
    show(wordsFor("press"), { element: event.target, type: "submit", submitter: event.submitter });
  });

  addEventListener("online", () => {
    const ids = [...waits.keys()];
    waits.clear();
    for (const id of ids) document.getElementById(id)?.dispatchEvent(new CustomEvent("every"));
    if (ids.length === 0 && !pressed) hide();
  });
})();

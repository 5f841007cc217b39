// An order's page that waits is told at once when the order changes; then it asks for its state, as it does now and then anyway. Without
// EventSource, without a free place on the server or behind a proxy that holds events back, it only asks now and then.
(() => {
  "use strict";

  if (!window.EventSource) return;
  const soon = 5_000; // milliseconds until a page that was refused tries again, doubled each time
  const late = 80_000;
  let source = null;
  let address = "";
  let retry = 0;
  let refused = 0; // times in a row
  let release = null; // gives the place among the browser's pages back

  // Over HTTP/1.1 a browser has six connections to a server, and every event stream takes one. So no more than three of its pages have one.
  const claim = async () => {
    if (release || !navigator.locks) return true;
    for (const name of ["coincart-live-1", "coincart-live-2", "coincart-live-3"]) {
      const got = await new Promise((resolve) => {
        navigator.locks.request(name, { ifAvailable: true }, (lock) => {
          resolve(lock !== null);
          return lock && new Promise((done) => (release = done));
        });
      });
      if (got) return true;
    }
    return false;
  };

  const close = () => {
    clearTimeout(retry);
    source?.close();
    source = null;
    address = "";
  };

  const free = () => {
    close();
    release?.();
    release = null;
  };

  const follow = async () => {
    const wanted = document.querySelector("[data-live]")?.dataset.live ?? "";
    if (wanted === "") {
      free();
      return;
    }
    if (wanted === address) return;
    close();
    address = wanted;
    const place = await claim();
    if (address !== wanted) return; // the page has changed meanwhile
    const tryLater = () => {
      clearTimeout(retry);
      retry = setTimeout(() => {
        address = "";
        follow();
      }, Math.min(late, soon * 2 ** refused++) * (0.8 + Math.random() * 0.4));
    };
    if (!place) {
      tryLater();
      return;
    }
    source = new EventSource(wanted);
    source.addEventListener("open", () => (refused = 0));
    source.addEventListener("changed", () => document.querySelector("[data-live]")?.dispatchEvent(new CustomEvent("live")));
    source.addEventListener("error", (event) => {
      if (event.target.readyState === EventSource.CLOSED && event.target === source) tryLater(); // otherwise the browser connects again
    });
  };

  document.addEventListener("htmx:after:swap", follow);
  addEventListener("pagehide", free);
  addEventListener("pageshow", (event) => event.persisted && follow());
  follow();
})();

// What the back office's pages gain with scripts. Each page works without them. No state is kept.
(() => {
  "use strict";

  // A page that comes back without a message starts at the first refused field.
  if (!document.querySelector("[autofocus], [data-focus]")) document.querySelector("[aria-invalid]")?.focus();

  // A navigation that is taller than the screen is scrolled to the current page.
  document.querySelector(".side__link[aria-current]")?.scrollIntoView({ block: "nearest" });

  // So is a row of tabs that is wider than the screen.
  for (const here of document.querySelectorAll(".switch [aria-current]")) {
    const row = here.parentElement;
    row.scrollLeft = here.offsetLeft - row.offsetLeft - row.clientWidth / 4;
  }

  // counter returns a function that writes how many are chosen into an element. For none it writes what the element said at first.
  const counter = (element) => {
    const hint = element?.textContent ?? "";
    return (n) => {
      if (element) element.textContent = n === 0 ? hint : (n === 1 ? element.dataset.one : element.dataset.many).replace("#", n);
    };
  };

  // A list in which several rows can be chosen says how many are.
  for (const form of document.querySelectorAll("form[data-bulk]")) {
    const all = form.querySelector("[data-all]");
    const boxes = [...form.querySelectorAll("tbody input[type=checkbox]")];
    const show = counter(form.querySelector("[data-count]"));
    const count = () => {
      const n = boxes.filter((box) => box.checked).length;
      if (all) {
        all.checked = n > 0 && n === boxes.length;
        all.indeterminate = n > 0 && n < boxes.length;
      }
      show(n);
    };
    all?.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked;
      count();
    });
    form.addEventListener("change", count);
    count();
  }

  // A long list of places is filtered while one types. The name of a country finds all its regions. Ticked places stay in view, and their
  // number is shown.
  for (const finder of document.querySelectorAll("[data-finder]")) {
    const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
    const search = finder.querySelector("[data-find]");
    const none = finder.querySelector("[data-none]");
    const show = counter(finder.querySelector("[data-count]"));
    const groups = [...finder.querySelectorAll("details")].map((group) => ({
      group, open: group.open, country: "country" in group.dataset ? plain(group.querySelector("summary").textContent) : "",
      places: [...group.querySelectorAll("label")].map((label) => ({ label, box: label.control, name: plain(label.textContent) })),
    }));
    const find = () => {
      const wanted = plain(search.value);
      let found = wanted === "";
      for (const { group, open, country, places } of groups) {
        let shown = 0;
        for (const place of places) {
          const fits = place.name.includes(wanted) || country.startsWith(wanted);
          found ||= fits;
          place.label.hidden = !fits && !place.box.checked;
          if (!place.label.hidden) shown++;
        }
        group.hidden = shown === 0;
        group.open = wanted === "" ? open || places.some((place) => place.box.checked) : shown > 0;
      }
      none.textContent = found ? "" : none.dataset.none;
    };
    const count = () => {
      show(groups.reduce((sum, { places }) => sum + places.filter((place) => place.box.checked).length, 0));
    };
    search.hidden = false;
    search.addEventListener("input", find);
    search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault(); // it would save the form
    });
    finder.addEventListener("change", count);
    find();
    count();
  }

  // Edits that were not sent ask before the page is left, by whatever way: a link, another form, a closed tab. Filters and lists of rows to
  // choose hold nothing that could be lost. What came back because it was refused was not stored either.
  const edited = (() => {
    const before = new Map(); // what each form held when somebody first touched it
    let sent = null;
    const guarded = (form) => form?.method === "post" && !("bulk" in form.dataset) && !document.body.classList.contains("office--gate");
    const content = (form) =>
      JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value instanceof File ? [value.name, value.size] : value]));
    const touch = (event) => {
      const form = event.target.form ?? event.target.closest?.("form");
      if (guarded(form) && !before.has(form)) before.set(form, form.querySelector("[aria-invalid]") ? null : content(form));
    };
    for (const kind of ["focusin", "pointerdown"]) document.addEventListener(kind, touch, true);
    for (const form of document.forms) {
      if (guarded(form) && form.querySelector("[aria-invalid]")) before.set(form, null);
    }
    document.addEventListener("submit", (event) => (sent = event.target));
    document.addEventListener("input", () => (sent = null));
    return () => [...before].some(([form, was]) => form !== sent && form.isConnected && content(form) !== was);
  })();
  addEventListener("beforeunload", (event) => {
    // A browser asks for a page that somebody has touched only, and complains otherwise.
    if ((navigator.userActivation?.hasBeenActive ?? true) && edited()) event.preventDefault();
  });

  // A button copies a text, or the lines of a list.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    const lines = source.querySelectorAll("li");
    const text = lines.length > 0 ? [...lines].map((line) => line.textContent.trim()).join("\n") : source.textContent;
    try {
      await navigator.clipboard.writeText(text);
      const label = button.textContent;
      button.textContent = button.dataset.copied;
      setTimeout(() => (button.textContent = label), 2000);
    } catch {
      // The browser does not allow it. The text is selected, so that a key can copy it.
      getSelection().selectAllChildren(source);
    }
  });

  // "/" moves the focus to the search field, except while something is typed.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    const field = document.querySelector("input[type=search]");
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
})();

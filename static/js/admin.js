// What the back office's pages gain with scripts; each of them works without. No state is kept here.
(() => {
  "use strict";

  // A page that comes back with a problem starts at it.
  if (!document.querySelector("[autofocus]")) document.querySelector("[data-focus], [aria-invalid]")?.focus();

  // A navigation that is taller than the screen starts where the reader is.
  document.querySelector(".side__link[aria-current]")?.scrollIntoView({ block: "nearest" });

  // So does a row of tabs that is wider than the screen.
  for (const here of document.querySelectorAll(".switch [aria-current]")) {
    const row = here.parentElement;
    row.scrollLeft = here.offsetLeft - row.offsetLeft - row.clientWidth / 4;
  }

  // A list of which several can be chosen says how many are.
  for (const form of document.querySelectorAll("form[data-bulk]")) {
    const all = form.querySelector("[data-all]");
    const boxes = [...form.querySelectorAll("tbody input[type=checkbox]")];
    const said = form.querySelector("[data-count]");
    const hint = said?.textContent ?? "";
    const count = () => {
      const n = boxes.filter((box) => box.checked).length;
      if (all) {
        all.checked = n > 0 && n === boxes.length;
        all.indeterminate = n > 0 && n < boxes.length;
      }
      if (said) said.textContent = n === 0 ? hint : (n === 1 ? said.dataset.one : said.dataset.many).replace("#", n);
    };
    all?.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked;
      count();
    });
    form.addEventListener("change", count);
    count();
  }

  // A long list of places is searched while one types; a country finds all its regions. What is ticked stays so, and in view, and how many
  // are is said.
  for (const finder of document.querySelectorAll("[data-finder]")) {
    const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
    const search = finder.querySelector("[data-find]");
    const none = finder.querySelector("[data-none]");
    const said = finder.querySelector("[data-count]");
    const hint = said.textContent;
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
      const n = groups.reduce((sum, { places }) => sum + places.filter((place) => place.box.checked).length, 0);
      said.textContent = n === 0 ? hint : (n === 1 ? said.dataset.one : said.dataset.many).replace("#", n);
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

  document.addEventListener("click", async (event) => {
    if (event.target.closest("[data-print]")) window.print();
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    const lines = source.querySelectorAll("li");
    const text = lines.length > 0 ? [...lines].map((line) => line.textContent.trim()).join("\n") : source.textContent;
    try {
      await navigator.clipboard.writeText(text);
      const said = button.textContent;
      button.textContent = button.dataset.copied;
      setTimeout(() => (button.textContent = said), 2000);
    } catch {
      // The browser does not allow it: the text is selected, so that a key does.
      getSelection().selectAllChildren(source);
    }
  });

  // "/" goes to the search, as in many tools; never while something is typed.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    const field = document.querySelector("input[type=search]");
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
})();

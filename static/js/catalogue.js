// What the pages of the catalogue gain with scripts: rows move in place and by drag. Without scripts every move is a button of its own.
(() => {
  "use strict";

  const say = (text) => {
    const place = document.querySelector("[data-said]");
    if (place) place.textContent = text;
  };

  // Rows of a form are sent in the order in which they stand: moving the row is moving the thing.
  for (const list of document.querySelectorAll("[data-sort]")) {
    const moved = () => say(list.dataset.sorted);

    // The buttons that would send the form move the row at once, and keep the focus.
    list.addEventListener("click", (event) => {
      const button = event.target.closest("button[value*='.up.'], button[value*='.down.']");
      if (!button) return;
      event.preventDefault();
      const item = button.closest("[data-item]");
      const up = button.value.includes(".up.");
      const other = up ? item.previousElementSibling : item.nextElementSibling;
      if (!other) return;
      if (up) list.insertBefore(item, other);
      else list.insertBefore(other, item);
      button.focus();
      moved();
    });

    let dragged = null;
    list.addEventListener("pointerdown", (event) => {
      const grip = event.target.closest("[data-grip]");
      if (!grip || event.button !== 0) return;
      event.preventDefault();
      dragged = grip.closest("[data-item]");
      dragged.classList.add("is-dragged");
      grip.setPointerCapture(event.pointerId);
    });
    list.addEventListener("pointermove", (event) => {
      if (!dragged) return;
      // The neighbours move around the row that is held: one that leaves the page would be let go.
      const middle = (row) => row.getBoundingClientRect().top + row.getBoundingClientRect().height / 2;
      for (let other = dragged.previousElementSibling; other && event.clientY < middle(other); other = dragged.previousElementSibling) {
        list.insertBefore(other, dragged.nextElementSibling);
      }
      for (let other = dragged.nextElementSibling; other && event.clientY > middle(other); other = dragged.nextElementSibling) {
        list.insertBefore(other, dragged);
      }
    });
    const drop = () => {
      if (!dragged) return;
      dragged.classList.remove("is-dragged");
      dragged = null;
      moved();
    };
    list.addEventListener("pointerup", drop);
    list.addEventListener("pointercancel", drop);
  }

  // A category is dropped before another one, or into it: the upper third of a row is before, the rest is in. The form of one of its buttons
  // carries it there.
  const tree = document.querySelector("[data-tree]");
  if (tree) {
    let dragged = null;
    let target = null;
    const unmark = () => {
      for (const row of tree.children) row.classList.remove("is-target-before", "is-target-in");
    };
    const below = (row) => {
      const ids = new Set([row.dataset.id]);
      for (let next = row.nextElementSibling; next && ids.has(next.dataset.parent); next = next.nextElementSibling) ids.add(next.dataset.id);
      return ids;
    };
    tree.addEventListener("pointerdown", (event) => {
      const grip = event.target.closest("[data-grip]");
      if (!grip || event.button !== 0) return;
      event.preventDefault();
      dragged = grip.closest("[data-id]");
      dragged.classList.add("is-dragged");
      grip.setPointerCapture(event.pointerId);
    });
    tree.addEventListener("pointermove", (event) => {
      if (!dragged) return;
      unmark();
      target = null;
      const own = below(dragged);
      for (const row of tree.children) {
        const box = row.getBoundingClientRect();
        if (event.clientY < box.top || event.clientY > box.bottom || own.has(row.dataset.id)) continue;
        const before = event.clientY < box.top + box.height / 3;
        row.classList.add(before ? "is-target-before" : "is-target-in");
        target = before ? { parent: row.dataset.parent, before: row.dataset.id } : { parent: row.dataset.id, before: "" };
      }
    });
    const drop = () => {
      if (!dragged) return;
      const row = dragged;
      dragged = null;
      row.classList.remove("is-dragged");
      unmark();
      if (!target) return;
      const form = row.querySelector("form[action$='/move']");
      for (const [name, value] of Object.entries(target)) {
        let field = form.querySelector(`input[name="${name}"]`);
        if (!field) {
          field = Object.assign(document.createElement("input"), { type: "hidden", name });
          form.append(field);
        }
        field.value = value;
      }
      form.submit();
    };
    tree.addEventListener("pointerup", drop);
    tree.addEventListener("pointercancel", () => {
      target = null;
      drop();
    });
  }

  // Pictures that are chosen are taken at once.
  document.querySelector("[data-product] input[type=file]")?.addEventListener("change", (event) => {
    const button = event.target.closest(".upload")?.querySelector("button");
    if (event.target.files.length > 0 && button) event.target.form.requestSubmit(button);
  });
})();

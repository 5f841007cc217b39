// What the pages of the catalogue gain with scripts: rows are moved in place and by drag. Without scripts each move is a button that sends a
// form.
(() => {
  "use strict";

  // announce tells a screen reader what has happened.
  const announce = (text) => {
    const status = document.querySelector("[data-said]");
    if (status) status.textContent = text;
  };

  // drag makes the rows of a list movable by their grips. It calls over(row, y) while a row is held and drop(row, cancelled) when it is
  // released. The page scrolls while the pointer is within edge pixels of its upper or lower end.
  const drag = (list, rows, over, drop) => {
    const edge = 56;
    let held = null;
    let y = 0;
    const scroll = () => {
      if (!held) return;
      const step = y < edge ? -8 : y > innerHeight - edge ? 8 : 0;
      const before = scrollY;
      if (step) scrollBy({ top: step, behavior: "instant" });
      if (scrollY !== before) over(held, y);
      requestAnimationFrame(scroll);
    };
    list.addEventListener("pointerdown", (event) => {
      const grip = event.target.closest("[data-grip]");
      if (!grip || event.button !== 0) return;
      event.preventDefault();
      held = grip.closest(rows);
      held.classList.add("is-dragged");
      y = event.clientY;
      grip.setPointerCapture(event.pointerId);
      requestAnimationFrame(scroll);
    });
    list.addEventListener("pointermove", (event) => {
      if (!held) return;
      y = event.clientY;
      over(held, y);
    });
    const end = (event) => {
      if (!held) return;
      const row = held;
      held = null;
      row.classList.remove("is-dragged");
      drop(row, event.type === "pointercancel");
    };
    list.addEventListener("pointerup", end);
    list.addEventListener("pointercancel", end);
  };

  // moveTo moves a row to where the pointer is, but not below last. It moves the neighbours instead of the row: an element that leaves the
  // document loses the pointer.
  const moveTo = (list, row, y, last = null) => {
    const middle = (other) => other.getBoundingClientRect().top + other.getBoundingClientRect().height / 2;
    for (let other = row.previousElementSibling; other && y < middle(other); other = row.previousElementSibling) {
      list.insertBefore(other, row.nextElementSibling);
    }
    for (let other = row.nextElementSibling; other && other !== last && y > middle(other); other = row.nextElementSibling) {
      list.insertBefore(other, row);
    }
  };

  // send submits a form with these values in hidden fields.
  const send = (form, values) => {
    for (const [name, value] of Object.entries(values)) {
      let field = form.querySelector(`input[name="${name}"]`);
      if (!field) {
        field = Object.assign(document.createElement("input"), { type: "hidden", name });
        form.append(field);
      }
      field.value = value;
    }
    form.submit();
  };

  // The rows of a form are sent in the order of the page, so moving a row is enough.
  for (const list of document.querySelectorAll("[data-sort]")) {
    const moved = () => announce(list.dataset.sorted);

    // The buttons that would send the form move the row in place and keep the focus.
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

    drag(list, "[data-item]", (row, y) => moveTo(list, row, y), moved);
  }

  // A category is dropped before another one (on the upper third of its row) or into it (on the rest). The form of its own move button is
  // sent with the new place.
  const tree = document.querySelector("[data-tree]");
  if (tree) {
    let target = null;
    const unmark = () => {
      for (const row of tree.children) row.classList.remove("is-target-before", "is-target-in");
    };
    const below = (row) => {
      const ids = new Set([row.dataset.id]);
      for (let next = row.nextElementSibling; next && ids.has(next.dataset.parent); next = next.nextElementSibling) ids.add(next.dataset.id);
      return ids;
    };
    const over = (dragged, y) => {
      unmark();
      target = null;
      const own = below(dragged);
      for (const row of tree.children) {
        const box = row.getBoundingClientRect();
        if (y < box.top || y > box.bottom || own.has(row.dataset.id)) continue;
        const before = y < box.top + box.height / 3;
        row.classList.add(before ? "is-target-before" : "is-target-in");
        target = before ? { parent: row.dataset.parent, before: row.dataset.id } : { parent: row.dataset.id, before: "" };
      }
    };
    drag(tree, "[data-id]", over, (row, cancelled) => {
      unmark();
      if (target && !cancelled) send(row.querySelector("form[action$='/move']"), target);
      target = null;
    });
  }

  // A product is dropped between two others. If the list goes on on another page, a product cannot be dropped below the last row, because the
  // product after it is not known here.
  for (const list of document.querySelectorAll("[data-order]")) {
    let held = null;
    const over = (row, y) => {
      held ??= { next: row.nextElementSibling };
      const end = list.dataset.order === "end" || held.next === null ? null : list.lastElementChild;
      moveTo(list, row, y, end);
    };
    drag(list, "[data-id]", over, (row, cancelled) => {
      if (!held) return;
      const next = held.next;
      held = null;
      if (cancelled) list.insertBefore(row, next);
      else if (row.nextElementSibling !== next) send(document.getElementById("move-" + row.dataset.id), { before: row.nextElementSibling?.dataset.id ?? "" });
    });
  }

  // Chosen pictures are uploaded at once.
  document.querySelector("[data-product] input[type=file]")?.addEventListener("change", (event) => {
    const button = event.target.closest(".upload")?.querySelector("button");
    if (event.target.files.length > 0 && button) event.target.form.requestSubmit(button);
  });
})();

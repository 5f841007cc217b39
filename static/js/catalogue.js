// What the pages of the catalogue gain with scripts: rows move in place and by drag. Without scripts every move is a button of its own.
(() => {
  "use strict";

  const say = (text) => {
    const place = document.querySelector("[data-said]");
    if (place) place.textContent = text;
  };

  // drag lets the rows of a list be taken by their grips: over is told where the pointer is while a row is held, drop when it is let go. The
  // page rolls on while the pointer is near its edge.
  const drag = (list, rows, over, drop) => {
    const near = 56;
    let held = null;
    let y = 0;
    const roll = () => {
      if (!held) return;
      const step = y < near ? -8 : y > innerHeight - near ? 8 : 0;
      const was = scrollY;
      if (step) scrollBy({ top: step, behavior: "instant" });
      if (scrollY !== was) over(held, y);
      requestAnimationFrame(roll);
    };
    list.addEventListener("pointerdown", (event) => {
      const grip = event.target.closest("[data-grip]");
      if (!grip || event.button !== 0) return;
      event.preventDefault();
      held = grip.closest(rows);
      held.classList.add("is-dragged");
      y = event.clientY;
      grip.setPointerCapture(event.pointerId);
      requestAnimationFrame(roll);
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

  // among moves a row to where the pointer is, but not below last. Its neighbours move around it: a row that leaves the page would be
  // let go.
  const among = (list, row, y, last = null) => {
    const middle = (other) => other.getBoundingClientRect().top + other.getBoundingClientRect().height / 2;
    for (let other = row.previousElementSibling; other && y < middle(other); other = row.previousElementSibling) {
      list.insertBefore(other, row.nextElementSibling);
    }
    for (let other = row.nextElementSibling; other && other !== last && y > middle(other); other = row.nextElementSibling) {
      list.insertBefore(other, row);
    }
  };

  // send sends a form with these values in hidden fields.
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

    drag(list, "[data-item]", (row, y) => among(list, row, y), moved);
  }

  // A category is dropped before another one, or into it: the upper third of a row is before, the rest is in. The form of one of its buttons
  // carries it there.
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

  // A product is dropped between two others. Where the list goes on, none can be dropped below the page's last row: what follows it is
  // not known here.
  for (const list of document.querySelectorAll("[data-order]")) {
    let held = null;
    const over = (row, y) => {
      held ??= { next: row.nextElementSibling };
      const end = list.dataset.order === "end" || held.next === null ? null : list.lastElementChild;
      among(list, row, y, end);
    };
    drag(list, "[data-id]", over, (row, cancelled) => {
      if (!held) return;
      const was = held.next;
      held = null;
      if (cancelled) list.insertBefore(row, was);
      else if (row.nextElementSibling !== was) send(document.getElementById("move-" + row.dataset.id), { before: row.nextElementSibling?.dataset.id ?? "" });
    });
  }

  // Pictures that are chosen are taken at once.
  document.querySelector("[data-product] input[type=file]")?.addEventListener("change", (event) => {
    const button = event.target.closest(".upload")?.querySelector("button");
    if (event.target.files.length > 0 && button) event.target.form.requestSubmit(button);
  });
})();

// A box that lists records while somebody types (RecordChooser): arrows, Enter, Escape, mouse and touch.
// htmx fills the list; this opens it, moves in it and keeps the id of the one chosen. What is typed
// without choosing is understood on the server, so that the box also works without this file.
(() => {
  "use strict";

  const parts = (element) => {
    const chooser = element.closest("[data-chooser]");
    return (
      chooser && {
        box: chooser.querySelector("[role=combobox]"),
        list: chooser.querySelector("[role=listbox]"),
        chosen: chooser.querySelector("input[type=hidden]"),
        news: chooser.querySelector("[data-chooser-news]"),
      }
    );
  };
  const options = (list) => [...list.querySelectorAll("[role=option][data-id]")];
  const active = (list) => list.querySelector("[aria-selected=true]");
  const isOpen = ({ list }) => !list.hidden;

  const activate = ({ box, list }, option) => {
    active(list)?.setAttribute("aria-selected", "false");
    if (option) {
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      box.setAttribute("aria-activedescendant", option.id);
    } else {
      box.removeAttribute("aria-activedescendant");
    }
  };

  const open = (chooser) => {
    chooser.list.hidden = false;
    chooser.box.setAttribute("aria-expanded", "true");
  };

  const close = (chooser) => {
    activate(chooser, null);
    chooser.list.hidden = true;
    chooser.box.setAttribute("aria-expanded", "false");
    chooser.news.textContent = "";
  };

  const choose = (chooser, option) => {
    htmx.trigger(chooser.box, "htmx:abort"); // a late answer must not open the list again
    chooser.chosen.value = option.dataset.id;
    chooser.box.value = option.dataset.label;
    close(chooser);
    chooser.box.dispatchEvent(
      new CustomEvent("chooser:chosen", { bubbles: true, detail: { ...option.dataset } }),
    );
  };

  const move = (chooser, step) => {
    const all = options(chooser.list);
    if (all.length === 0) {
      return;
    }
    const at = all.indexOf(active(chooser.list));
    const next = at === -1 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length;
    activate(chooser, all[next]);
  };

  document.addEventListener("input", (event) => {
    const chooser = event.target.matches("[role=combobox]") && parts(event.target);
    if (chooser) {
      chooser.chosen.value = "";
      chooser.list.dataset.outdated = ""; // until the answer for the new text is here
      if (chooser.box.value === "") {
        chooser.box.dispatchEvent(new CustomEvent("chooser:cleared", { bubbles: true }));
      }
    }
  });

  document.addEventListener("keydown", (event) => {
    const chooser = event.target.matches("[role=combobox]") && parts(event.target);
    if (!chooser || event.isComposing) {
      return;
    }
    const marked = isOpen(chooser) && active(chooser.list);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (isOpen(chooser)) {
        move(chooser, event.key === "ArrowDown" ? 1 : -1);
      } else {
        htmx.trigger(chooser.box, "chooser:open");
      }
    } else if (event.key === "Enter" && isOpen(chooser)) {
      event.preventDefault(); // the form isn't sent while its list is open
      if (marked) {
        choose(chooser, marked);
      } else if (options(chooser.list).length === 1 && chooser.list.dataset.outdated === undefined) {
        choose(chooser, options(chooser.list)[0]);
      }
    } else if (event.key === "Tab" && marked) {
      choose(chooser, marked);
    } else if (event.key === "Escape" && isOpen(chooser)) {
      event.preventDefault();
      close(chooser);
    }
  });

  // The box keeps the focus while an option is pressed.
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest("[data-chooser] [role=listbox]")) {
      event.preventDefault();
    }
  });
  document.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option][data-id]");
    if (option) {
      choose(parts(option), option);
    } else if (event.target.matches("[data-chooser] [role=combobox]")) {
      htmx.trigger(event.target, "chooser:open");
    }
  });
  document.addEventListener("focusout", (event) => {
    const chooser = event.target.matches("[role=combobox]") && parts(event.target);
    if (chooser) {
      close(chooser);
    }
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const chooser = event.target.matches("[data-chooser] [role=listbox]") && parts(event.target);
    if (!chooser || document.activeElement !== chooser.box) {
      return;
    }
    delete chooser.list.dataset.outdated;
    const all = options(chooser.list);
    all.forEach((option, index) => {
      option.id = `${chooser.list.id}_${index}`;
    });
    open(chooser);
    chooser.news.textContent = all.length === 1 ? "1 choice" : `${all.length} choices`;
  });
})();

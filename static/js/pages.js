// Small conveniences of every page; each page works without them.
(() => {
  "use strict";

  // A second click on a button must not send a form twice.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post" || form.dataset.allowRepeat !== undefined) {
      return;
    }
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    if (!event.defaultPrevented && !form.hasAttribute("hx-post")) {
      form.dataset.sent = "";
    }
  });
  // Back from the next page: the form may be sent again.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  // A choice in a list's filter takes effect at once.
  document.addEventListener("change", (event) => {
    const chosen = event.target;
    if (chosen instanceof HTMLSelectElement && chosen.form && chosen.form.dataset.submitOnChoice !== undefined) {
      chosen.form.requestSubmit();
    }
  });

  // What htmx could not get is said, not swallowed.
  const say = (text) => {
    const region = document.getElementById("messages");
    const note = document.createElement("div");
    note.className = "alert alert-warning";
    note.textContent = text;
    region.replaceChildren(note);
  };
  document.addEventListener("htmx:sendError", () => {
    say("ReconPro can't be reached just now. What you see may be out of date.");
  });
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 403) {
      say("You are signed out, or your role doesn't include this. Reload the page.");
    } else {
      say("That didn't work. Reload the page and try again.");
    }
  });

  // On a phone the open tab may be scrolled out of its bar.
  for (const tab of document.querySelectorAll(".subnav [aria-current], .tabs [aria-current]")) {
    const bar = tab.closest("ul");
    bar.scrollLeft = tab.offsetLeft - (bar.clientWidth - tab.offsetWidth) / 2;
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.addEventListener("click", () => window.print());
  }
})();

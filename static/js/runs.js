// Cards of runs: says aloud what changed, and notices that the sign-in has ended. Each page works without it.
(() => {
  "use strict";
  if (document.documentElement.dataset.runCards !== undefined) {
    return; // the script comes with each card of a page
  }
  document.documentElement.dataset.runCards = "";

  // The numbers move each second; only a new phase or the outcome is worth reading aloud.
  const announce = () => {
    for (const card of document.querySelectorAll("[data-run-card]")) {
      const status = card.querySelector("[data-run-status]");
      const moving = card.querySelector("[data-announce]");
      if (status && moving && status.textContent !== moving.dataset.announce) {
        status.textContent = moving.dataset.announce;
      }
    }
  };
  document.addEventListener("htmx:afterSettle", announce);

  // Signed out meanwhile: the answer is the sign-in page. Go there, and come back afterwards.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const target = event.detail.target;
    if (target.id.startsWith("run-progress-") && !event.detail.serverResponse.includes(`id="${target.id}"`)) {
      event.detail.shouldSwap = false;
      window.location.reload();
    }
  });
})();

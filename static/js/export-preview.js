// The preview of an export: one box for the whole page, and what goes told beside the button.
(() => {
  const form = document.querySelector("[data-export-preview]");
  if (!form) return;
  const all = form.querySelector("[data-all]");
  const boxes = [...form.querySelectorAll("input[name=go]")];
  const going = form.querySelector("[data-going]");
  const cents = (text) => Math.round(Number(text) * 100);
  const ticked = () => boxes.filter((box) => box.checked);
  const sum = (some) => some.reduce((total, box) => total + cents(box.dataset.amount), 0);
  // What goes from the other pages doesn't change here.
  const elsewhere = {
    count: Number(form.dataset.count) - boxes.filter((box) => box.defaultChecked).length,
    total: cents(form.dataset.total) - sum(boxes.filter((box) => box.defaultChecked)),
  };

  const tell = () => {
    const chosen = ticked();
    const count = elsewhere.count + chosen.length;
    all.checked = chosen.length === boxes.length;
    all.indeterminate = chosen.length > 0 && !all.checked;
    if (!going) return;
    const amount = ((elsewhere.total + sum(chosen)) / 100).toLocaleString("en-US", {
      minimumFractionDigits: 2,
      maximumFractionDigits: 2,
    });
    const currency = form.dataset.currency;
    const money = currency === "USD" ? `$${amount}` : `${amount} ${currency}`;
    going.textContent = `${count.toLocaleString("en-US")} ${count === 1 ? "invoice" : "invoices"}, ${money}`;
  };

  all.hidden = false;
  all.addEventListener("change", () => {
    boxes.forEach((box) => { box.checked = all.checked; });
    tell();
  });
  form.addEventListener("change", (event) => { if (event.target.name === "go") tell(); });
  window.addEventListener("pageshow", tell); // the browser may bring ticks back
  tell();
})();

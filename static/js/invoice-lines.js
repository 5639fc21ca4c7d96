// Lines of an invoice: add, remove, proposed prices, and a total shown while typing.
// The server computes what counts; this only shows it early, in whole numbers, never in floats.
(() => {
  "use strict";

  const form = document.querySelector("[data-invoice-form]");
  if (!form) {
    return;
  }
  const lines = form.querySelector("[data-lines]");
  const blank = document.getElementById("blank-line");
  const countOfForms = form.querySelector("[name=lines-TOTAL_FORMS]");
  const totalShown = form.querySelector("[data-total]");
  const addButton = form.querySelector("[data-add-line]");
  const most = Number(form.dataset.mostLines);

  // --- amounts ---
  const SCALE = 10_000n; // quantities and prices have four decimals

  // The number times 10,000 as a BigInt, or null for what is no number (yet).
  const scaled = (text) => {
    let plain = text.trim().replace(/^\$/, "").trim();
    if (/^-?\d{1,3}(,\d{3})+(\.\d*)?$/.test(plain)) {
      plain = plain.replaceAll(",", "");
    }
    const found = /^(-?)(\d*)(?:\.(\d{0,4}))?$/.exec(plain);
    if (!found || (found[2] === "" && !found[3])) {
      return null;
    }
    const size = BigInt(found[2] || "0") * SCALE + BigInt((found[3] || "").padEnd(4, "0"));
    return found[1] ? -size : size;
  };

  // Quantity times price in cents, half a cent away from zero, as the server rounds.
  const cents = (quantity, price) => {
    const exact = quantity * price; // 10^8 times the amount
    const step = 1_000_000n;
    const size = exact < 0n ? -exact : exact;
    const rounded = (size + step / 2n) / step;
    return exact < 0n ? -rounded : rounded;
  };

  const money = (amount) => {
    const size = amount < 0n ? -amount : amount;
    const whole = (size / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
    return `${amount < 0n ? "-" : ""}${whole}.${(size % 100n).toString().padStart(2, "0")}`;
  };

  const field = (line, name) => line.querySelector(`[name$="-${name}"]`);
  const allLines = () => [...lines.querySelectorAll("[data-line]")];
  const shownLines = () => allLines().filter((line) => !line.hidden);

  const showAmounts = () => {
    let total = 0n;
    for (const line of shownLines()) {
      const quantity = scaled(field(line, "quantity").value);
      const price = scaled(field(line, "price").value);
      const amount = quantity === null || price === null ? null : cents(quantity, price);
      line.querySelector("[data-amount]").textContent = amount === null ? "—" : money(amount);
      total += amount ?? 0n;
    }
    totalShown.textContent = money(total);
  };

  // --- lines ---
  const showNumbers = () => {
    shownLines().forEach((line, index) => {
      line.querySelector("[data-line-number]").textContent = `Line ${index + 1}`;
      line.querySelector("[data-remove-line]").setAttribute("aria-label", `Remove line ${index + 1}`);
    });
    addButton.disabled = allLines().length >= most;
  };

  const enhance = (line) => {
    line.querySelector("[data-remove-line]").hidden = false;
    line.querySelector("[data-delete-box]").hidden = true;
    line.hidden = field(line, "DELETE").checked;
  };

  const add = () => {
    const index = countOfForms.value;
    const holder = document.createElement("template");
    holder.innerHTML = blank.innerHTML.replaceAll("__prefix__", index);
    const line = holder.content.firstElementChild;
    lines.append(line);
    countOfForms.value = String(Number(index) + 1);
    htmx.process(line);
    enhance(line);
    showNumbers();
    showAmounts();
    line.querySelector("[role=combobox]").focus();
  };

  const remove = (line) => {
    const shown = shownLines();
    const at = shown.indexOf(line);
    field(line, "DELETE").checked = true; // the server leaves it out
    line.hidden = true;
    showNumbers();
    showAmounts();
    const near = shown[at + 1] ?? shown[at - 1];
    (near ? near.querySelector("[data-remove-line]") : addButton).focus();
  };

  addButton.hidden = false;
  addButton.addEventListener("click", add);
  lines.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove-line]");
    if (button) {
      remove(button.closest("[data-line]"));
    }
  });
  lines.addEventListener("input", showAmounts);

  // A service proposes its price, unless somebody typed another one.
  lines.addEventListener("chooser:chosen", (event) => {
    const proposed = event.detail.price;
    const price = field(event.target.closest("[data-line]"), "price");
    if (proposed && (price.value === "" || price.value === price.dataset.proposed)) {
      price.value = proposed;
      price.dataset.proposed = proposed;
      showAmounts();
    }
  });

  // Empty terms mean the client's: say which those are.
  form.addEventListener("chooser:chosen", (event) => {
    if (event.detail.kind === "client") {
      form.querySelector("input[data-terms]").placeholder = event.detail.terms ?? "";
    }
  });

  allLines().forEach(enhance);
  showNumbers();
  showAmounts();
})();

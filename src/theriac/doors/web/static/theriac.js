// What the pages do with JavaScript, and could do without: suggestions take the arrow keys, and forms marked data-auto are sent when a choice changes.
(() => {
  "use strict";

  const boxOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
  const optionsOf = (box) => [...box.querySelectorAll('[role="option"]')];

  const close = (input) => {
    boxOf(input).replaceChildren();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const choose = (input, step) => {
    const options = optionsOf(boxOf(input));
    if (!options.length) return;
    const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const next = (at + step + options.length + (at < 0 && step < 0 ? 1 : 0)) % options.length;
    options.forEach((one, number) => one.setAttribute("aria-selected", String(number === next)));
    input.setAttribute("aria-activedescendant", options[next].id);
    options[next].scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    const input = event.target.closest?.("[data-suggest]");
    if (input && boxOf(input)) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        choose(input, event.key === "ArrowDown" ? 1 : -1);
      } else if (event.key === "Escape") {
        close(input);
      } else if (event.key === "Enter") {
        const chosen = boxOf(input).querySelector('[aria-selected="true"]');
        if (chosen) {
          event.preventDefault();
          chosen.click();
        }
      }
    } else if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.matches("input, textarea, select")) {
      const search = document.querySelector("[data-suggest]");
      if (search) {
        event.preventDefault();
        search.focus();
      }
    }
  });

  document.addEventListener("click", (event) => {
    document.querySelectorAll("[data-suggest]").forEach((input) => {
      if (boxOf(input) && !input.parentElement.contains(event.target)) close(input);
    });
    const option = event.target.closest?.('[role="option"][data-href]');
    if (option && !option.href) window.location.assign(option.dataset.href);
    const field = event.target.closest?.('[role="option"][data-fill]');
    if (field) {
      const input = field.closest(".search").querySelector("[data-suggest]");
      input.value = field.dataset.fill;
      input.form.requestSubmit();
    }
  });

  document.body.addEventListener("htmx:afterSwap", (event) => {
    const input = document.querySelector(`[data-suggest][aria-controls="${event.target.id}"]`);
    if (input) input.setAttribute("aria-expanded", String(optionsOf(event.target).length > 0));
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-auto]");
    if (form) form.requestSubmit();
  });
})();

// Conveniences only: insert common phrases into the opinion, and tick a material when its sentence is written.
(() => {
  "use strict";
  for (const box of document.querySelectorAll("[data-phrases]")) {
    const field = document.getElementById(box.dataset.phrases);
    if (!field) continue;
    box.hidden = false;
    box.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      field.value = (field.value ? `${field.value.trimEnd()}\n` : "") + button.textContent;
      field.focus();
    });
  }
  for (const want of document.querySelectorAll(".dk-want")) {
    const tick = want.querySelector("input[type=checkbox]");
    const words = want.querySelector("input[type=text]");
    words.addEventListener("input", () => { tick.checked = words.value.trim() !== ""; });
    tick.addEventListener("change", () => { if (tick.checked) words.focus(); });
  }
})();

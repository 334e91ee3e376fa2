// Comforts only: every page works without this file.
(() => {
  "use strict";
  const summary = document.querySelector(".govuk-error-summary");
  if (summary) {
    summary.focus();
    summary.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      const field = link && document.getElementById(link.hash.slice(1));
      if (!field) return;
      event.preventDefault();
      const group = field.closest(".govuk-form-group") || field;
      group.scrollIntoView({ block: "center" });
      field.focus({ preventScroll: true });
    });
  }

  // A second click while the first is on its way would only repeat the question; the server refuses it anyway.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 4000);
  });

  if (window.matchMedia("(min-width: 900px)").matches) {
    for (const fold of document.querySelectorAll("details[data-open-wide]")) fold.open = true;
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", (event) => {
      event.preventDefault();
      window.print();
    });
  }

  // Two minutes before an idle session ends the reader is told, and may stay; without this the next page asks to sign in.
  const idle = Number(document.body.dataset.idle || 0);
  if (idle) {
    let timer;
    const box = document.createElement("div");
    box.className = "tb-message tb-message--warning";
    box.setAttribute("role", "alert");
    const wait = () => {
      clearTimeout(timer);
      box.remove();
      timer = setTimeout(warn, (idle - 2) * 60000);
    };
    const warn = () => {
      box.textContent = "您有一段时间没有操作，两分钟后会自动退出。";
      const stay = document.createElement("button");
      stay.type = "button";
      stay.className = "govuk-button govuk-button--secondary";
      stay.textContent = "继续使用";
      stay.addEventListener("click", () => fetch("/account/", { method: "HEAD" }).then(wait, wait));
      box.append(stay);
      document.getElementById("main").prepend(box);
    };
    wait();
  }

  // Reading aloud in the elders' edition, only by a voice of the reader's own device: pages hold personal data.
  const reader = document.querySelector("[data-read]");
  if (reader && "speechSynthesis" in window) {
    const button = reader.querySelector("button");
    const words = button.querySelector("span");
    const voice = () => speechSynthesis.getVoices().find((one) => one.localService && one.lang.startsWith("zh"));
    const offer = () => { reader.hidden = !voice(); };
    const stop = () => {
      speechSynthesis.cancel();
      words.textContent = "读给我听";
      button.setAttribute("aria-pressed", "false");
    };
    offer();
    speechSynthesis.addEventListener("voiceschanged", offer);
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-pressed") === "true") {
        stop();
        return;
      }
      // Sentence by sentence: browsers cut a long utterance off.
      // biome-ignore lint/performance/useDomNodeTextContent: what is hidden on the page is not read out
      const sentences = document.getElementById("main").innerText.split(/[\n。；]+/).map((one) => one.trim()).filter(Boolean);
      sentences.forEach((sentence, place) => {
        const said = new SpeechSynthesisUtterance(sentence);
        said.lang = "zh-CN";
        said.voice = voice();
        said.rate = 0.85;
        if (place === sentences.length - 1) said.addEventListener("end", stop);
        speechSynthesis.speak(said);
      });
      words.textContent = "不读了";
      button.setAttribute("aria-pressed", "true");
    });
    window.addEventListener("pagehide", stop);
  }

  // The menu closes with Escape and when the reader leaves it.
  for (const menu of document.querySelectorAll("details.tb-menu")) {
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && menu.open) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    });
    document.addEventListener("click", (event) => {
      if (menu.open && !menu.contains(event.target)) menu.open = false;
    });
  }
})();

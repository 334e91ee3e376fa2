// Suggestions under a search box (WAI-ARIA combobox with a list). Without this file the form searches as it is.
(() => {
  "use strict";
  const WAIT = 150;
  let count = 0;

  const upgrade = (input) => {
    const list = document.createElement("ul");
    const said = document.createElement("span");
    count += 1;
    list.id = `suggestions-${count}`;
    list.className = "tb-suggest";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "您可能要找");
    list.hidden = true;
    said.className = "govuk-visually-hidden";
    said.setAttribute("role", "status");
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, autocomplete: "off" })) {
      input.setAttribute(name, value);
    }
    const box = input.closest("form");
    box.classList.add("tb-suggest-box");
    box.append(list, said);
    let at = -1, timer = 0, asked = null;

    const close = () => {
      list.hidden = true;
      at = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const choose = (next) => {
      const options = [...list.children];
      if (!options.length) return;
      if (at >= 0) options[at].setAttribute("aria-selected", "false");
      at = (next + options.length) % options.length;
      options[at].setAttribute("aria-selected", "true");
      options[at].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", options[at].id);
    };
    const show = (found) => {
      list.replaceChildren(...found.map((one, place) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${place}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.href = one.href;
        option.append(one.name);
        if (one.why) {
          const why = document.createElement("small");
          why.textContent = `也叫：${one.why}`;
          option.append(why);
        }
        return option;
      }));
      at = -1;
      list.hidden = !found.length;
      input.setAttribute("aria-expanded", String(found.length > 0));
      said.textContent = found.length ? `有 ${found.length} 条建议，用上下键选择` : "没有建议，按回车搜索";
    };
    const ask = async () => {
      const words = input.value.trim();
      if (asked) asked.abort();
      if (!words) return close();
      asked = new AbortController();
      try {
        const answer = await fetch(`/search/suggestions/?q=${encodeURIComponent(words)}`, { signal: asked.signal });
        if (answer.ok && document.activeElement === input) show((await answer.json()).suggestions);
      } catch {
        close();
      }
    };
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        close();
      } else if (list.hidden) {
        return;
      } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        choose(event.key === "ArrowDown" ? at + 1 : at < 0 ? -1 : at - 1);
      } else if (event.key === "Enter" && at >= 0) {
        event.preventDefault();
        window.location.assign(list.children[at].dataset.href);
      }
    });
    input.addEventListener("blur", () => setTimeout(close, 150));
    list.addEventListener("mousedown", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) window.location.assign(option.dataset.href);
    });
  };

  document.querySelectorAll("form[role=search]:is([action$='/search/'], [action$='/items/']) input[name=q]").forEach(upgrade);
})();

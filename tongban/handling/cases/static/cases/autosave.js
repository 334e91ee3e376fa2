// Saves the page of a draft while it is typed, and says so. Every page works without this file.
// What is typed is kept in the page only, never in the browser's storage: halls have shared computers.
(() => {
  "use strict";
  const PAUSE = 2000; // ms after the last key
  const LONGEST = 60000; // ms between two attempts without a connection
  const clock = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
  const WORDS = {
    typing: "正在填写，稍后自动保存",
    offline: "未保存，网络恢复后自动保存",
    elsewhere: "未保存：另一个窗口改过这一页，请点“保存”选用哪一份",
    signedOut: "未保存：登录已过期，请点“保存”，重新登录后接着办",
    refused: "未保存：有内容存不了，请点“保存”看要改哪里",
  };

  for (const form of document.querySelectorAll("form[data-autosave]")) {
    const address = form.dataset.autosave || form.action;
    const note = document.querySelector("p[data-autosave]");
    const stamp = form.querySelector("input[name='_seen']");
    let unsaved = false, failed = false, timer = 0, wait = PAUSE, saving = null;

    const say = (words, bad) => {
      const at = note?.querySelector("span");
      if (!at) return;
      if (at.textContent !== words) at.textContent = words; // a screen reader hears each change
      note.classList.toggle("tb-saved--failed", bad);
    };
    const fail = (words) => {
      unsaved = failed = true;
      say(words, true);
    };
    const later = () => {
      fail(WORDS.offline);
      wait = Math.min(wait * 2, LONGEST);
      clearTimeout(timer);
      timer = setTimeout(save, wait * (0.8 + Math.random() * 0.4));
    };
    const heard = (answer) => {
      if (answer.status === 204 && !answer.redirected) {
        const seen = answer.headers.get("X-Seen");
        if (stamp && seen) stamp.value = seen;
        failed = false;
        wait = PAUSE;
        if (!unsaved) say(`已保存 ${clock.format(new Date())}`, false);
        return;
      }
      // These will not get better by trying again: the reader has to do something.
      if (answer.redirected || answer.status === 401 || answer.status === 403) fail(WORDS.signedOut);
      else if (answer.status === 409) fail(WORDS.elsewhere);
      else if (answer.status < 500 && answer.status !== 429) fail(WORDS.refused);
      else later();
    };
    const send = async () => {
      const body = new FormData(form);
      for (const name of ["agreed", "checked", "content", "page"]) body.delete(name); // saving is not submitting
      try {
        heard(await fetch(address, { method: "POST", body, headers: { "X-Autosave": "1" }, keepalive: true }));
      } catch {
        later();
      }
      saving = null;
      if (unsaved && !failed) plan();
    };
    const save = () => {
      clearTimeout(timer);
      if (!unsaved || saving) return;
      unsaved = false;
      saving = send();
    };
    const plan = () => {
      clearTimeout(timer);
      timer = setTimeout(save, PAUSE);
    };

    form.addEventListener("input", (event) => {
      if (event.target.name === "agreed") return;
      unsaved = true;
      if (!failed) say(WORDS.typing, false);
      plan();
    });
    window.addEventListener("online", () => {
      wait = PAUSE;
      save();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden || failed) save();
    });
    window.addEventListener("pagehide", save);
    window.addEventListener("beforeunload", (event) => {
      // While the connection works, leaving saves by itself (pagehide).
      if (unsaved && (failed || !navigator.onLine)) event.preventDefault();
    });
    window.addEventListener("pageshow", (event) => {
      // Back to a page that the browser kept: its stamp is that of an earlier state.
      if (event.persisted && !unsaved) location.reload();
    });
    form.addEventListener("submit", (event) => {
      if (!navigator.onLine) { // the browser would leave the page for one that says that it is offline
        event.preventDefault();
        later();
        return;
      }
      clearTimeout(timer);
      const pending = saving;
      unsaved = failed = false;
      if (!pending) return;
      event.preventDefault(); // what is under way is older than what is submitted: it must not arrive later
      const by = event.submitter;
      pending.then(() => {
        clearTimeout(timer);
        unsaved = failed = false;
        form.requestSubmit(by);
      });
    });
  }
})();

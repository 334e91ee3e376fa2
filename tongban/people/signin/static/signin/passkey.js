// Passkeys (WebAuthn): the browser asks the device, the answer is posted by the form. Nothing else on the page needs it.
(() => {
  "use strict";
  if (!window.PublicKeyCredential) {
    for (const note of document.querySelectorAll("[data-passkey-error]")) {
      note.textContent = "这个浏览器不支持通行密钥，请用其他方式。";
      note.hidden = false;
    }
    return;
  }

  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (character) => character.charCodeAt(0));
  };
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const listed = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const asked = (options) => {
    const key = { ...options.publicKey };
    key.challenge = bytes(key.challenge);
    if (key.user) key.user = { ...key.user, id: bytes(key.user.id) };
    if (key.excludeCredentials) key.excludeCredentials = listed(key.excludeCredentials);
    if (key.allowCredentials) key.allowCredentials = listed(key.allowCredentials);
    return { publicKey: key };
  };

  const answered = (credential) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    return JSON.stringify({
      type: credential.type,
      id: credential.id,
      rawId: text(credential.rawId),
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    });
  };

  const optionsOf = async (form) => {
    if (form.dataset.options) return JSON.parse(form.dataset.options);
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("no challenge");
    return (await answer.json()).request_options;
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("button");
    const note = form.querySelector("[data-passkey-error]");
    button.hidden = false;
    button.addEventListener("click", async (event) => {
      event.preventDefault();
      note.hidden = true;
      try {
        const options = asked(await optionsOf(form));
        const add = form.dataset.passkey === "add";
        const credential = await (add ? navigator.credentials.create(options) : navigator.credentials.get(options));
        form.elements.credential.value = answered(credential);
        form.submit();
      } catch {
        note.textContent = "没有完成：设备没有确认，或者已经取消。请再试一次，或用其他方式。";
        note.hidden = false;
        note.focus();
      }
    });
  }
})();

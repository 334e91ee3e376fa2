// At a window: take a picture of a paper with the document camera (高拍仪). Without this file a file is chosen instead.
(() => {
  "use strict";
  if (!navigator.mediaDevices?.getUserMedia) return;

  const button = (text, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "govuk-button govuk-button--secondary tb-btn";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  };

  for (const input of document.querySelectorAll('input[type="file"][name^="file."]')) {
    const place = document.createElement("div");
    place.className = "tb-camera";
    const words = document.createElement("p");
    words.setAttribute("role", "status");
    const video = document.createElement("video");
    video.muted = true;
    video.playsInline = true;
    video.setAttribute("aria-label", "高拍仪画面");
    let stream = null;

    const stop = () => {
      for (const track of stream?.getTracks() ?? []) track.stop();
      stream = null;
      video.remove();
      take.remove();
      open.hidden = false;
    };
    const take = button("拍下这一页", () => {
      const canvas = document.createElement("canvas");
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      canvas.getContext("2d").drawImage(video, 0, 0);
      canvas.toBlob((blob) => {
        const files = new DataTransfer();
        files.items.add(new File([blob], "高拍仪.jpg", { type: "image/jpeg" }));
        input.files = files.files;
        stop();
        words.textContent = "已拍好，请点“上传”。不清楚可以重拍。";
        place.closest("section").querySelector("button[name=upload]").focus();
      }, "image/jpeg", 0.9);
    });
    const open = button("用高拍仪拍摄", async () => {
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 2592 } } });
      } catch {
        words.textContent = "没有打开高拍仪：请检查连接和浏览器的摄像头权限，或选择文件上传。";
        return;
      }
      words.textContent = "";
      open.hidden = true;
      place.append(video, take);
      video.srcObject = stream;
      await video.play();
      take.focus();
    });
    place.append(open, words);
    input.insertAdjacentElement("afterend", place);
  }
})();
